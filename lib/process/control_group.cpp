// The control groups of a started program: limits that change, freezing, statistics, and their end.
#include "base/error.hpp"
#include "process/process.hpp"

#include <spaces/base.h>

namespace spaces {

namespace {

// What is left in a container when its program has ended is killed; this is for what is slow to die.
constexpr int removal_ms = 5000;

} // namespace

void Process::require_cgroup() const {
    if (started_.cgroup.groups().empty()) {
        throw Error{.code = SPACES_ESTATE,
                    .step = "cgroup",
                    .object = "process " + std::to_string(pid()),
                    .message = "process " + std::to_string(pid()) + " has no control group",
                    .hint = "ask for one when it is started: spaces_spec_set_cgroup_path(spec, NULL)"};
    }
}

void Process::set_cgroup(const std::string &key, const std::string &value) const {
    const std::lock_guard guard(cgroup_mutex_);
    require_cgroup();
    started_.cgroup.set(wants_of(key, value));
}

void Process::set_resources(const ResourcesSpec &resources) const {
    const std::lock_guard guard(cgroup_mutex_);
    require_cgroup();
    started_.cgroup.set(resources);
}

void Process::freeze(int timeout_ms) const {
    const std::lock_guard guard(cgroup_mutex_);
    require_cgroup();
    frozen_ = true;
    started_.cgroup.freeze(timeout_ms);
}

void Process::thaw() const {
    const std::lock_guard guard(cgroup_mutex_);
    require_cgroup();
    started_.cgroup.thaw();
    frozen_ = false;
}

Statistics Process::statistics() const {
    const std::lock_guard guard(cgroup_mutex_);
    if (last_statistics_) {
        return *last_statistics_;
    }
    require_cgroup();
    return statistics_of(started_.cgroup);
}

int Process::events_fd() {
    const std::lock_guard guard(cgroup_mutex_);
    if (!events_) {
        require_cgroup();
        events_.emplace(started_.cgroup);
    }
    return events_->fd();
}

Statistics Process::read_events() {
    const std::lock_guard guard(cgroup_mutex_);
    if (events_) {
        events_->drain(); // before the counters are read: what comes between is told again
    }
    if (last_events_) {
        return *last_events_;
    }
    require_cgroup();
    return events_of(started_.cgroup);
}

std::vector<std::string> Process::cgroup_paths() const {
    const std::lock_guard guard(cgroup_mutex_);
    std::vector<std::string> paths;
    for (const ControlGroup &group : started_.cgroup.groups()) {
        paths.push_back(group.path);
    }
    return paths;
}

// The counters go with the groups.
void Process::finish_cgroup(Result &result) {
    result.degraded = started_.degraded;
    const std::lock_guard guard(cgroup_mutex_);
    if (!started_.cgroup.is_own()) {
        return;
    }
    last_events_ = events_of(started_.cgroup);
    last_statistics_ = use_of(started_.cgroup);
    last_statistics_->insert(last_events_->begin(), last_events_->end());
    const auto oom_kills = last_events_->find("memory.oom_kills");
    result.oom_kills = oom_kills != last_events_->end() ? oom_kills->second : 0;
    result.statistics = *last_statistics_;
    // What is past has no present average.
    std::erase_if(result.statistics,
                  [](const auto &entry) { return entry.first.find(".avg") != std::string::npos; });
    frozen_ = false;
    try {
        started_.cgroup.remove(removal_ms);
    } catch (const Error &error) {
        result.degraded.push_back(error.message); // the program has ended all the same
    }
    started_.keeper.end();
}

} // namespace spaces
