// The one place where a process is made for a program: a child that shares our memory for a few system calls,
// until it has become the stage.
#pragma once

#include "base/fd.hpp"

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

namespace spaces {

struct CloneRequest {
    uint32_t namespaces = 0;          // CLONE_NEW*
    int stage_fd = -1;                // of the stage, or
    const char *stage_path = nullptr; // where it is
    const int *keep = nullptr;        // descriptors that stay open across the exec
    size_t keep_count = 0;
    const char *environment = nullptr; // the stage's one line
    int cgroup_fd = -1;                // of a group of version 2 that the child is made in, where that works
    const char *uid_map = nullptr;     // what the child tries to write itself: see own_uid_map()
};

struct Child {
    pid_t pid = -1;
    Fd pidfd;
};

struct CloneAnswer {
    Child child;
    int clone_errno = 0; // no child
    int exec_errno = 0;  // a child that has ended at once, and is to be reaped
    bool wrote_uid_map = false;
    bool is_in_cgroup = false; // of cgroup_fd
};

// All signals must be blocked. Comes back when the stage runs, or could not.
CloneAnswer clone_stage(const CloneRequest &request) noexcept;

} // namespace spaces
