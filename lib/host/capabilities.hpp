// The capabilities of the calling thread, by number and name.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spaces {

// A bit for each capability that is effective.
uint64_t effective_capabilities();
bool has_capability(int capability);

// "CAP_SYS_ADMIN"; one that is newer than this library is "CAP_41".
std::string capability_name(int capability);

// The names of those in `set`.
std::vector<std::string> capability_names(uint64_t set);

} // namespace spaces
