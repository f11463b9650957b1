// The embedded stage, as something that can be executed.
#pragma once

#include "base/fd.hpp"

#include <string>

namespace spaces {

// A sealed memfd of the stage; not open where this host lets no memfd be executed.
Fd open_stage_memfd();

// The installed file, for such hosts: beside the library, else where the build was told to install it.
std::string installed_stage();

} // namespace spaces
