// Spec → Plan: everything that can be decided, resolved, opened and formatted before there is a new process.
#pragma once

#include "base/fd.hpp"
#include "cgroup/plan.hpp"
#include "plan/builder.hpp"
#include "plan/filter.hpp"
#include "spec/spec.hpp"
#include "spec/validate.hpp"

#include <csignal>
#include <optional>
#include <set>
#include <vector>

namespace spaces {

// An id map of a new user namespace as the kernel takes it; nothing where none is to be written.
using IdRanges = std::vector<IdMapping>;

struct RaisedLimit {
    int resource;
    std::string name;
    uint64_t hard;
};

// What the caller does to the new process from outside, with its own privileges, before the Plan goes on.
struct OutsideWork {
    bool id_maps = false;
    IdRanges uid_map;
    IdRanges gid_map;
    std::optional<bool> setgroups;
    std::optional<int> oom_score_adj;
    std::vector<RaisedLimit> limits;
};

struct CompiledPlan {
    Builder builder;
    std::vector<Fd>
        descriptors;       // that the Plan refers to by number; needed until the new process has its copies
    Fd stdio[3];           // our ends of pipes
    std::set<int> targets; // the numbers that the program's own descriptors get, besides its standard streams
    uint32_t clone_flags = 0; // namespaces that are made together with the process
    OutsideWork outside;
    std::vector<std::string> degraded; // what was asked for as optional and cannot be had here
    std::optional<CgroupPlan> cgroup;  // the groups that the process is put into, before it goes on
    std::optional<PlannedFilter> filter;
    bool init = false;       // the process that is started, or has moved, is PID 1 of a new pid namespace
    bool is_pid_1 = false;   // the program itself is
    bool supervised = false; // an init or supervisor stays between the caller and the program
    bool moves = false;      // the process that is started is not the one that goes on: see Op::enter_pid
};

// Whether descriptors are opened; a Plan that is only to be shown opens and makes nothing.
enum class Opening { open, describe };

CompiledPlan compile(const Spec &spec, Target target, Opening opening);

} // namespace spaces
