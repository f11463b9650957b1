// The id maps of a new user namespace: from text, and from what the caller may use of /etc/subuid.
#pragma once

#include "spec/spec.hpp"

#include <string_view>

namespace spaces {

// The forms that spaces_spec_set_uid_map() documents. `object` names the map in errors: "uid_map".
IdMapSpec parse_id_map(std::string_view text, std::string_view object);

// Throws where ranges are empty, overlap or run past the last id.
void check_id_ranges(const std::vector<IdMapping> &ranges, std::string_view object);

} // namespace spaces
