// Members of JSON objects, for the writers.
#pragma once

#include "base/json.hpp"

#include <optional>
#include <string>
#include <utility>

namespace spaces {

inline void put(Json::Object &object, const char *name, Json value) {
    object.emplace_back(name, std::move(value));
}

// These leave the member out where it would say nothing.
inline void put_object(Json::Object &object, const char *name, Json::Object &&members) {
    if (!members.empty()) {
        put(object, name, std::move(members));
    }
}

inline void put_array(Json::Object &object, const char *name, Json::Array &&items) {
    if (!items.empty()) {
        put(object, name, std::move(items));
    }
}

template <class Value>
void put_optional(Json::Object &object, const char *name, const std::optional<Value> &value) {
    if (value) {
        put(object, name, *value);
    }
}

inline void put_flag(Json::Object &object, const char *name, bool value, bool by_default = false) {
    if (value != by_default) {
        put(object, name, value);
    }
}

inline void put_text(Json::Object &object, const char *name, const std::string &text) {
    if (!text.empty()) {
        put(object, name, text);
    }
}

} // namespace spaces
