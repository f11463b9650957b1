// Conversation: what the caller and the new process tell each other until the program runs, or cannot.
#pragma once

#include "plan/compile.hpp"
#include "process/channel.hpp"
#include "process/child.hpp"
#include "process/launch.hpp"

namespace spaces {

class Conversation {
  public:
    // `theirs` is the new process' end of the channel. Completes the Plan with what only a start knows.
    Conversation(CompiledPlan &plan, const Spec &spec, const LaunchHooks &hooks, Fd &theirs);

    const Channel &channel() const { return channel_; }

    // What of the Plan the channel had no room for before there was a reader. Where that dies, finish()
    // tells.
    void send_rest(const char *data, size_t size, const ChildGuard &child) const;

    // Returns when the program runs; throws when a step has failed.
    void finish(ChildGuard &child);

    // The start's outcome, for a Process.
    Started hand_over(ChildGuard &child);

  private:
    void take(Message message, ChildGuard &child);
    void take_moved(Message message, ChildGuard &child);
    bool is_complete() const;
    bool wants_answers() const;
    void tell_of_halt(const ChildGuard &child);
    bool waits_for_move(const plan::Record &record) const;

    CompiledPlan &plan_;
    Channel channel_;
    const LaunchHooks &hooks_;
    Fd terminal_;
    bool executing_ = false;
    bool started_ = false;
    bool moved_ = false;
    bool halted_ = false;
    std::optional<plan::Record> failure_;
};

} // namespace spaces
