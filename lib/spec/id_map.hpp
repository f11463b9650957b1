// The id maps of a new user namespace: their text form, and what the kernel asks of them.
#pragma once

#include "spec/spec.hpp"

#include <string_view>

namespace spaces {

// The forms that spaces_spec_set_uid_map() documents. `object` names the map in errors: "linux.uidMappings".
IdMapSpec parse_id_map(std::string_view text, std::string_view object);

// Throws where there are none or too many, where they are empty, overlap or run past the last id.
void check_id_ranges(const std::vector<IdMapping> &ranges, std::string_view object);

// Whether `id` of the new user namespace is in one of the ranges.
bool maps_id(const std::vector<IdMapping> &ranges, uint32_t id);

// A word for a map that is no list of ranges, "root", "self", "auto", "nobody" or "none"; nothing for the
// other kinds.
std::optional<std::string_view> id_map_word(IdMapSpec::Kind kind);
std::optional<IdMapSpec::Kind> id_map_kind(std::string_view word);

} // namespace spaces
