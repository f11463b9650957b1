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
    std::vector<std::string> v2_controllers; // of cgroup.controllers there
};

// From the text of /proc/self/cgroup. What is in files of the hierarchies is left empty.
CgroupLayout parse_cgroup_layout(const std::vector<MountEntry> &mounts, const std::string &self_cgroup);

} // namespace spaces
