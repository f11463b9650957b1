// Groups whose owner has gone: a caller that was killed could not remove them.
#pragma once

#include "cgroup/plan.hpp"

#include <string>
#include <vector>

namespace spaces {

struct Leftover {
    std::string path;
    bool removed = false; // else it has processes, which go on
    std::vector<int> processes{};
};

// At each start: a few of those beside the groups that were made.
void remove_some_leftovers(const CgroupPlan &plan) noexcept;

// All that the caller may see: the empty ones are removed, the others listed.
std::vector<Leftover> collect_leftover_groups();

} // namespace spaces
