// Process: a program that was started, from its start to its Result.
#pragma once

#include "process/channel.hpp"
#include "process/clone.hpp"
#include "process/result.hpp"
#include "spec/spec.hpp"

#include <atomic>
#include <optional>

namespace spaces {

// What a start hands over.
struct Started {
    Child child;
    std::optional<Channel> supervisor; // where it has one
    Fd stdio[4];
    bool has_stdio[4] = {};
    bool init = false;           // the child is PID 1 of the program's own pid namespace
    bool is_pid_1 = false;       // the program itself is
    uint64_t inherited_peak = 0; // what ru_maxrss of a program without supervisor starts from
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

    // In the mount namespace of the program, while it runs.
    void mount(const MountSpec &mount) const;
    void unmount(const std::string &destination, bool lazily) const;

  private:
    pid_t inside() const;
    bool wait_until_ended(int timeout_ms) const;
    Result collect();
    void classify(Result &result) const;
    void send(int signal) const;

    Started started_;
    std::optional<Result> result_;
    mutable std::atomic<uint64_t> sent_signals_{0}; // as bits
    mutable std::atomic<int> killed_instead_of_{0}; // the signal that PID 1 would not have died of
};

} // namespace spaces
