// JSON text to a tree, more strictly than the JSON library would: what two readers could read differently is
// refused.
#pragma once

#include "base/json.hpp"

#include <string_view>

namespace spaces {

// Throws SPACES_EINVALID with line and column where `text` is no JSON, where an object has a member twice, or
// where the nesting is deeper than any config.json has. `document` is what the error calls it.
Json parse_json(std::string_view text, std::string_view document = "config.json");

} // namespace spaces
