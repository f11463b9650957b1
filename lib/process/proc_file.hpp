// Files of /proc/PID: those that take one write, and small ones to read.
#pragma once

#include <string>
#include <string_view>
#include <sys/types.h>

namespace spaces {

// The errno, or 0. The kernel takes such a file in one write or not at all.
int write_proc_file(pid_t pid, const char *name, std::string_view text);

// What a file holds, up to 4 KiB; nothing where it cannot be read.
std::string read_proc_file(const std::string &path);

} // namespace spaces
