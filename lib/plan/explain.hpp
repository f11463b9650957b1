// The Plan in words: what would be done, and nothing is.
#pragma once

#include "spec/spec.hpp"

#include <string>

namespace spaces {

std::string explain(const Spec &spec, bool json);

} // namespace spaces
