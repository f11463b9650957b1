// read_members(): what a JSON object may contain, as a table.
#pragma once

#include "spec/json_value.hpp"

#include <algorithm>
#include <span>

namespace spaces {

template <class Target> struct JsonMember {
    std::string_view name;
    void (*read)(Target &target, const JsonValue &value); // null: known to OCI, not acted on yet
};

// Refuses what is not in the table before it reads anything, then reads in the table's order: later members
// may build on earlier ones.
template <class Target>
void read_members(const JsonValue &object, Target &target, std::span<const JsonMember<Target>> table) {
    object.each_member([&](const std::string &name, const JsonValue &value) {
        const auto is_it = [&](const JsonMember<Target> &member) { return member.name == name; };
        const auto known = std::find_if(table.begin(), table.end(), is_it);
        if (known == table.end()) {
            value.refuse("no such member");
        }
        if (known->read == nullptr && !value.is_nothing()) {
            value.refuse_unsupported("not supported by this version of libspaces");
        }
    });
    for (const JsonMember<Target> &member : table) {
        const auto value = object.member(member.name);
        if (value && member.read != nullptr) {
            member.read(target, *value);
        }
    }
}

} // namespace spaces
