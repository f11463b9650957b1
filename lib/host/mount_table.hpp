// The mounts that this process sees: /proc/self/mountinfo, see proc_pid_mountinfo(5).
#pragma once

#include <string>
#include <vector>

namespace spaces {

struct MountEntry {
    std::string root;  // the part of the file system that is mounted, "/" for all of it
    std::string point; // where
    std::string type;
    std::string super_options; // "rw,memory"
};

std::vector<MountEntry> parse_mount_table(const std::string &mountinfo);

// Empty where /proc is not there.
std::vector<MountEntry> mount_table();

// What is mounted over parts of "/proc" or "/sys": "/proc/kcore, /proc/sys". The kernel gives a user
// namespace a new one only where the one that is there shows everything.
std::string hidden_parts(const std::string &point);

} // namespace spaces
