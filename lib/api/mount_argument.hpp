// A mount as arguments of the C API tell it.
#pragma once

#include "spec/spec.hpp"

#include <string_view>

namespace spaces {

// Unchecked; what may be NULL is empty then.
MountSpec mount_of(const char *source, std::string_view destination, const char *type, const char *options);

} // namespace spaces
