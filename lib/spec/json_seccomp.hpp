// OCI's object linux.seccomp, in and out.
#pragma once

#include "spec/json_value.hpp"
#include "spec/seccomp.hpp"

#include <string_view>

namespace spaces {

// The object as a member of a config.json, and as a text of its own.
SeccompProfile read_seccomp(const JsonValue &value);
SeccompProfile parse_seccomp(std::string_view text);

Json::Object json_of(const SeccompProfile &profile);

} // namespace spaces
