// Start: a process on its way to its program, and what it and the caller tell each other until then.
#pragma once

#include "cgroup/group.hpp"
#include "plan/compile.hpp"
#include "process/channel.hpp"
#include "process/child.hpp"
#include "process/keeper.hpp"
#include "process/launch.hpp"
#include "process/listener.hpp"

namespace spaces {

// The process is ended with this object, unless it was handed over.
class Start {
  public:
    // Compiles the Plan, and completes it with what only a start knows.
    Start(const Spec &spec, Target target, LaunchHooks hooks);
    explicit Start(CompiledPlan plan, LaunchHooks hooks = {});
    ~Start();
    Start(const Start &) = delete;
    Start &operator=(const Start &) = delete;

    CompiledPlan &plan() { return plan_; }
    const Channel &channel() const { return channel_; }
    Cgroup &cgroup() { return cgroup_; }
    int theirs() const { return theirs_.get(); } // the new process' end of the channel

    // The process exists, and has its own copies of what was opened for it.
    void set_child(Child child);
    pid_t pid() const { return child_.child().pid; }

    // Its control groups, before it is told to go on.
    void enter_cgroup(bool is_in_unified);

    // What of the Plan the channel had no room for before there was a reader. Where that dies, wait() tells.
    void send_rest(const char *data, size_t size) const;

    // All that had to be done from outside is done; the process may wait for this word.
    void go(bool is_awaited);

    // Answers the process until the program runs. False: it does not yet, after this time (-1: for ever).
    // Throws when a step has failed.
    bool wait(int timeout_ms);

    // The outcome, for a Process.
    Started hand_over();

  private:
    std::optional<Message> receive(int timeout_ms);
    void take(Message message);
    void take_moved(Message message);
    void take_listener(Message message);
    bool take_next(int timeout_ms);
    bool is_complete() const;
    bool is_decided() const;
    bool exec_may_be_done() const;
    bool wants_answers() const;
    void tell_of_halt();
    void end_at_program();
    bool waits_for_move(const plan::Record &record) const;

    CompiledPlan plan_;
    LaunchHooks hooks_;
    Fd theirs_;
    Channel channel_;
    Keeper keeper_; // of a scope
    Cgroup cgroup_;
    ChildGuard child_;
    Fd terminal_;
    Fd listener_;
    ContainerState state_; // for who listens to the filter
    bool executing_ = false;
    bool started_ = false;
    bool moved_ = false;
    bool halted_ = false;
    bool is_over_ = false;
    bool goes_on_ = false; // nothing stands in the way of the process
    std::optional<plan::Record> failure_;
};

} // namespace spaces
