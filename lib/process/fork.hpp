// What a fork of the caller carries through its Plan, and how it comes to have an init or supervisor.
#pragma once

#include "process/launch.hpp"
#include "stage/context.hpp"

#include <csetjmp>
#include <csignal>
#include <unistd.h>

namespace spaces {

// All of it made before the fork.
struct Fork {
    Callable callable;
    const sigset_t *signal_mask;
    int stage_fd;
    // See enter_pid_as_init().
    std::jmp_buf callers_stack;
    int first_is_alive;
};

inline int fork_by(const Callable &callable) {
    return callable.fork != nullptr ? callable.fork(callable.userdata) : ::fork();
}

inline Fork &fork_of(const stage::Context &context) {
    return *static_cast<Fork *>(context.user);
}

// For stage::Context: how Op::enter_pid and Op::supervise go on in a fork. The process that enters a new pid
// namespace only to become its init takes the first one, or the second one where the caller has a fork of its
// own; else that is left to enter_pid_namespace().
void enter_pid_as_init(stage::Context &context);
void fork_and_stand_by(stage::Context &context);
void fork_and_supervise(stage::Context &context);

} // namespace spaces
