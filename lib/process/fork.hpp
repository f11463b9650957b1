// What a fork of the caller carries through its Plan, and how it comes to have an init or supervisor.
#pragma once

#include "process/launch.hpp"
#include "stage/context.hpp"

#include <csetjmp>
#include <csignal>
#include <unistd.h>

namespace spaces {

// What the kernel takes from a child that shares its parent's memory, though it belongs to the thread that
// the function goes on as.
struct CallersThread {
    std::jmp_buf stack;
    stack_t signal_stack;
    void *robust_list;
    size_t robust_list_size;
};

// All of it made before the fork.
struct Fork {
    Callable callable;
    const sigset_t *signal_mask;
    int stage_fd;
    struct sigaction callers_sigchld;
    // See enter_pid_as_init(). The kernel clears a word when its process has left the memory.
    CallersThread thread;
    char *programs_stack;
    int first_is_here;
    int init_is_here;
    int confined[2]; // the pipe that ends when the supervisor is confined, or -1
};

inline int fork_by(const Callable &callable) {
    return callable.fork != nullptr ? callable.fork(callable.userdata) : ::fork();
}

inline Fork &fork_of(const stage::Context &context) {
    return *static_cast<Fork *>(context.user);
}

// For stage::Context: how Op::enter_pid and Op::supervise go on in a fork. The process that enters a new pid
// namespace to become the program takes the first one, only to become its init the second one, and where the
// caller has a fork of its own the third one.
void enter_pid_as_program(stage::Context &context);
void enter_pid_as_init(stage::Context &context);
void fork_and_stand_by(stage::Context &context);
void fork_and_supervise(stage::Context &context);

} // namespace spaces
