// CgroupEvents: one pollable descriptor for what happens to a container: limits that are met, the OOM killer.
#pragma once

#include "base/fd.hpp"
#include "cgroup/group.hpp"

#include <vector>

namespace spaces {

class CgroupEvents {
  public:
    explicit CgroupEvents(const Cgroup &cgroup);

    int fd() const noexcept { return poll_.get(); } // readable until drained
    void drain() const noexcept;

  private:
    void watch_file(const ControlGroup &group, const char *name);
    void watch_oom_of_v1(const ControlGroup &group);
    void include(const Fd &fd) const;

    Fd poll_;    // epoll(7) of the others
    Fd inotify_; // version 2, and the pids of both, say it by a changed file
    Fd oom_;     // version 1 says it on an eventfd(2)
};

} // namespace spaces
