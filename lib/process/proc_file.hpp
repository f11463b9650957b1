// Files of /proc/PID that take one write.
#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

namespace spaces {

// The errno, or 0. The kernel takes such a file in one write or not at all.
int write_proc_file(pid_t pid, const char *name, std::string_view text);

} // namespace spaces
