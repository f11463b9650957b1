// Where the groups of a container are to be, and what is to be written to them: decided, and nothing made
// yet.
#pragma once

#include "cgroup/translate.hpp"
#include "host/cgroups.hpp"

#include <string>
#include <vector>

namespace spaces {

struct PlannedGroup {
    CgroupVersion version = CgroupVersion::v2;
    std::string parent;               // a directory that is there
    std::vector<std::string> below{}; // what is made below it, the group itself last; empty: by its owner
    std::vector<std::string> controllers{}; // version 2's names
    std::vector<std::string> enable{};      // version 2: in `parent`, and in what is made between
    std::vector<CgroupSetting> settings{};

    // For people: the path, with "spaces-..." for a name that is not known yet.
    std::string path() const;
};

// What systemd makes a scope for, as soon as there is a process to be in it.
struct PlannedScope {
    std::string path; // as cgroupsPath has it; empty: a name of its owner
    std::vector<std::string> needed{};
    std::vector<std::string> liked{};
    std::vector<CgroupSetting> settings{};
};

struct CgroupPlan {
    std::vector<PlannedGroup> groups;
    std::optional<PlannedScope> scope;
    std::vector<std::string> joins; // directories of groups that are there, and stay
    std::vector<DeviceRule> devices;
    bool devices_in_v1 = false;
    std::vector<std::string> degraded; // what could not be had, and by what it is stood in for
    std::vector<std::pair<std::string, uint64_t>> rlimits; // these are
};

// Throws SPACES_EUNSUPPORTED where something that is wanted cannot be had.
CgroupPlan plan_cgroup(const CgroupSpec &spec, const CgroupLayout &layout);

} // namespace spaces
