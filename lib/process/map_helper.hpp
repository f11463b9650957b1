// newuidmap(1) and newgidmap(1): the set-user-id helpers that write maps of subordinate ids.
#pragma once

#include "plan/compile.hpp"

#include <sys/types.h>

namespace spaces {

// `file` is "uid_map" or "gid_map".
void run_map_helper(pid_t pid, const char *file, const IdRanges &map);

} // namespace spaces
