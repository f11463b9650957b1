// Process: a program that was started, from its start to its Result.
#pragma once

#include "cgroup/events.hpp"
#include "cgroup/group.hpp"
#include "cgroup/statistics.hpp"
#include "process/channel.hpp"
#include "process/clone.hpp"
#include "process/keeper.hpp"
#include "process/result.hpp"
#include "spec/spec.hpp"

#include <atomic>
#include <mutex>
#include <optional>

namespace spaces {

// What a start hands over.
struct Started {
    Child child;
    std::optional<Channel> supervisor; // where it has one
    Fd stdio[5];                       // by SPACES_STDIN … SPACES_SECCOMP
    bool has_stdio[5] = {};
    bool init = false;     // the child is PID 1 of the program's own pid namespace
    bool is_pid_1 = false; // the program itself is
    Keeper keeper;
    Cgroup cgroup;                       // its own, or joined; may be none
    std::vector<std::string> degraded{}; // what was to be limited and could not be
    uint64_t inherited_peak = 0;         // what ru_maxrss of a program without supervisor starts from
};

class Process {
  public:
    explicit Process(Started started);

    pid_t pid() const noexcept { return started_.child.pid; }
    int pidfd() const noexcept { return started_.child.pidfd.get(); }
    Fd take_fd(int stream);

    // Nothing: not in this time.
    std::optional<Result> wait(int timeout_ms);
    // Where the program is PID 1 and would not die of what others do, it is killed, and the Result says
    // `signal`.
    void kill(int signal) const;
    void kill_all() const;

    // control_group.cpp: what follows is about the control groups of the program.
    void set_cgroup(const std::string &key, const std::string &value) const;
    void set_resources(const ResourcesSpec &resources) const;
    void freeze(int timeout_ms) const;
    void thaw() const;
    Statistics statistics() const; // those at the end, when it has been waited for
    int events_fd();
    Statistics read_events();
    std::vector<std::string> cgroup_paths() const;
    // In the mount namespace of the program, while it runs.
    void mount(const MountSpec &mount) const;
    void unmount(const std::string &destination, bool lazily) const;

  private:
    pid_t inside() const;
    bool wait_until_ended(int timeout_ms) const;
    Result collect();
    Result collect_and_finish();
    void classify(Result &result) const;
    void send(int signal) const;
    void finish_cgroup(Result &result);
    void require_cgroup() const;

    Started started_;
    mutable std::mutex cgroup_mutex_; // who waits removes the groups, while others may still use them
    mutable bool frozen_ = false;
    std::optional<Statistics> last_statistics_;
    std::optional<Statistics> last_events_;
    std::optional<CgroupEvents> events_;
    std::optional<Result> result_;
    mutable std::atomic<uint64_t> sent_signals_{0}; // as bits
    mutable std::atomic<int> killed_instead_of_{0}; // the signal that PID 1 would not have died of
};

} // namespace spaces
