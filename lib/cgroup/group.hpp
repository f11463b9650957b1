// Cgroup: the groups of one container over all hierarchies.
#pragma once

#include "base/deadline.hpp"
#include "base/fd.hpp"
#include "cgroup/plan.hpp"

#include <string>
#include <sys/types.h>
#include <vector>

namespace spaces {

// One directory. Its descriptor holds a lock, by which others see that it has an owner.
struct ControlGroup {
    CgroupVersion version = CgroupVersion::v2;
    Fd directory;
    std::string path;
    std::vector<std::string> controllers;
    std::vector<std::string>
        made; // directories that were made for it, the outermost first; empty: none is ours

    bool has(std::string_view controller) const;
    bool is_own() const { return !made.empty(); }
};

// Where it is destroyed, groups without processes are removed, and others are left to who collects leftovers.
class Cgroup {
  public:
    Cgroup() = default;
    // Makes the groups and sets their limits. Nothing is left where it throws.
    explicit Cgroup(const CgroupPlan &plan);
    Cgroup(Cgroup &&) noexcept = default;
    Cgroup &operator=(Cgroup &&other) noexcept {
        std::swap(groups_, other.groups_);
        std::swap(maker_, other.maker_);
        return *this;
    }
    ~Cgroup() { try_remove(); }

    // In a fork: the groups are those of who has made them.
    void close() noexcept { groups_.clear(); }

    const std::vector<ControlGroup> &groups() const noexcept { return groups_; }
    bool is_own() const noexcept { return !groups_.empty() && groups_.front().is_own(); }
    // The one of this controller (version 2's name), or null. "cgroup": the one of version 2.
    const ControlGroup *find(std::string_view controller) const;
    const ControlGroup *unified() const { return find("cgroup"); }

    // The directory of version 2 for clone3(CLONE_INTO_CGROUP), or -1.
    int for_clone() const;
    // The process is in a scope of systemd's then, in a group of its own there, and the keeper in another
    // one.
    void enter_scope(const CgroupPlan &plan, pid_t pid, pid_t keeper);
    // Moves a process, into that of version 2 too unless it was made there.
    void add(pid_t pid, bool is_in_unified) const;

    // Limits of a running container; SPACES_ESTATE where it has no group with the controller.
    void set(std::vector<CgroupWant> wants) const;
    void set(const ResourcesSpec &resources) const;

    // freezer.cpp: returns when everything in it stands still, or SPACES_ETIMEOUT.
    void freeze(int timeout_ms) const;
    void thaw() const;

    // remove.cpp
    void kill() const; // everything in it
    // Kills what is in it, and removes it. Throws when that takes longer: the message names who keeps it.
    void remove(int timeout_ms);
    bool try_remove() noexcept; // only what is empty; false: something is left

  private:
    ResourcesSpec with_present_quota(ResourcesSpec resources) const;
    const ControlGroup &require(const std::string &controller, const std::string &key) const;

    std::vector<ControlGroup> groups_;
    pid_t maker_ = 0; // a fork of it does not remove anything
};

} // namespace spaces
