// What a container has used, by the same keys in both versions of control groups.
#pragma once

#include "cgroup/group.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace spaces {

// "memory.current": 4096. A key is missing where no group of the container can tell.
using Statistics = std::map<std::string, uint64_t>;

Statistics statistics_of(const Cgroup &cgroup);
// Of those, the ones that count limits which were met, and the others.
Statistics events_of(const Cgroup &cgroup);
Statistics use_of(const Cgroup &cgroup);
uint64_t oom_kills_of(const Cgroup &cgroup);

std::string to_json(const Statistics &statistics);

// statistics_v1.cpp: appends what a group of version 1 can tell.
void add_statistics_v1(const ControlGroup &group, Statistics &statistics);
void add_events_v1(const ControlGroup &group, Statistics &statistics);

} // namespace spaces
