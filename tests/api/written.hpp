// What a Spec holds, as its text form tells it.
#pragma once

#include "support/api.hpp"

#include <nlohmann/json.hpp>
#include <string>

namespace support {

inline nlohmann::json written(const spaces_spec *spec) {
    char *text = nullptr;
    call<spaces_spec_to_json>(spec, &text);
    nlohmann::json result = nlohmann::json::parse(text);
    spaces_free(text);
    return result;
}

// One member of it: "/process/args"; null where it is not there.
inline nlohmann::json member(const spaces_spec *spec, const std::string &way) {
    return written(spec).value(nlohmann::json::json_pointer(way), nlohmann::json());
}

} // namespace support
