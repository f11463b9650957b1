// Groups whose owner has gone: a caller that was killed could not remove them.
#include "cgroup/leftovers.hpp"

#include "base/fd.hpp"
#include "cgroup/files.hpp"
#include "cgroup/owner.hpp"
#include "host/cgroups.hpp"

#include <fcntl.h>
#include <set>
#include <sys/file.h>
#include <unistd.h>

namespace spaces {

namespace {

constexpr int most_at_a_start = 8;

enum class State { not_ours, owned, removed, in_use };

// The lock is held by the owner and by copies of it (fork(2)); it tells across pid namespaces too.
bool is_abandoned(const Fd &directory, const GroupOwner &owner) {
    return ::flock(directory.get(), LOCK_EX | LOCK_NB) == 0 || has_ended(owner);
}

void remove_children(int directory) {
    for (const std::string &name : cgroup_file::children(directory)) {
        const Fd child(::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        const std::optional<GroupOwner> owner =
            child.is_open() ? owner_of_group(child.get(), name) : std::nullopt;
        if (owner && !is_abandoned(child, *owner)) {
            continue; // a path of several parts, the last of which has no process yet
        }
        if (child.is_open()) {
            remove_children(child.get());
        }
        ::unlinkat(directory, name.c_str(), AT_REMOVEDIR);
    }
}

State collect(int parent, const std::string &name) {
    const Fd directory(::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.is_open()) {
        return State::not_ours;
    }
    const std::optional<GroupOwner> owner = owner_of_group(directory.get(), name);
    if (!owner) {
        return State::not_ours;
    }
    if (!is_abandoned(directory, *owner)) {
        return State::owned;
    }
    if (!cgroup_file::processes_below(directory.get()).empty()) {
        return State::in_use;
    }
    remove_children(directory.get());
    return ::unlinkat(parent, name.c_str(), AT_REMOVEDIR) == 0 ? State::removed : State::in_use;
}

void collect_below(int directory, const std::string &path, std::vector<Leftover> &found) {
    for (const std::string &name : cgroup_file::children(directory)) {
        const std::string below = path + "/" + name;
        // What is in it first: a path of several parts leaves them all.
        const Fd child(::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!child.is_open()) {
            continue;
        }
        const bool is_ours = owner_of_group(child.get(), name).has_value();
        if (!is_ours || !owner_in(name)) {
            collect_below(child.get(), below, found);
        }
        const State state = collect(directory, name);
        if (state == State::removed) {
            found.push_back({below, true});
        } else if (state == State::in_use) {
            found.push_back({below, false, cgroup_file::processes_below(child.get())});
        }
    }
}

void remove_some_below(const std::string &parent) {
    const Fd directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory.is_open()) {
        return;
    }
    int seen = 0;
    for (const std::string &name : cgroup_file::children(directory.get())) {
        if (owner_in(name) && ++seen <= most_at_a_start) {
            collect(directory.get(), name);
        }
    }
}

} // namespace

void remove_some_leftovers(const CgroupPlan &plan) noexcept {
    try {
        for (const PlannedGroup &group : plan.groups) {
            if (group.below.empty()) {
                remove_some_below(group.parent);
            }
        }
    } catch (...) { // out of memory: the next start will do
    }
}

std::vector<Leftover> collect_leftover_groups() {
    const CgroupLayout layout = cgroup_layout();
    std::set<std::string> mounts;
    for (const auto &[controller, mount] : layout.v1_mounts) {
        mounts.insert(mount);
    }
    if (layout.v2) {
        mounts.insert(layout.v2_mount);
    }
    std::vector<Leftover> found;
    for (const std::string &mount : mounts) {
        const Fd directory(::open(mount.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (directory.is_open()) {
            collect_below(directory.get(), mount, found);
        }
    }
    return found;
}

} // namespace spaces
