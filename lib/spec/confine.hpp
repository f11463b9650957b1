// confine(): one word for all that keeps code away that is not trusted.
#pragma once

#include "spec/spec.hpp"

#include <string_view>

namespace spaces {

// What the word ("sandbox") stands for, as spaces_spec_confine() documents it, replaces what the Spec said of
// it. Throws SPACES_EINVALID for another word.
void confine(Spec &spec, std::string_view word);

} // namespace spaces
