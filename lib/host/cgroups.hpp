// How control groups are laid out here: version 1, version 2 or both.
#pragma once

#include "host/mount_table.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spaces {

struct CgroupLayout {
    // The directory of this process' group, by controller ("memory") in version 1.
    std::map<std::string, std::string> v1;
    std::optional<std::string> v2;
    // Where these hierarchies are mounted.
    std::map<std::string, std::string> v1_mounts;
    std::string v2_mount;
    std::vector<std::string> v2_controllers; // of cgroup.controllers there
};

// From the text of /proc/self/cgroup. What is in files of the hierarchies is left empty.
CgroupLayout parse_cgroup_layout(const std::vector<MountEntry> &mounts, const std::string &self_cgroup);

// Of this process, or of another one, whose groups are then those of the layout. Complete.
CgroupLayout cgroup_layout(const std::string &process = "self");

// Whether the calling user may make groups in the directory, and move processes of its own there.
bool may_make_groups_in(const std::string &directory);

// The words of a line.
std::vector<std::string> split(const std::string &text, char separator);

} // namespace spaces
