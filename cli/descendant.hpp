// Whether a process is the program or one that it has started.
#pragma once

#include <sys/types.h>

namespace cli {

// False where `pid` is not to be seen any more.
bool descends_from(pid_t pid, pid_t ancestor);

} // namespace cli
