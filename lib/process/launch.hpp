// From a Plan to a running program.
#pragma once

#include "plan/compile.hpp"
#include "process/process.hpp"

#include <functional>

namespace spaces {

// For the tests: one step fails, or the start halts before one and `halted` is called with the child's pid.
struct LaunchHooks {
    int fail_index = -1;
    int fail_errno = 0;
    int halt_index = -1;
    std::function<void(pid_t)> halted;
};

// spaces_spawn()
Started spawn(const Spec &spec, const LaunchHooks &hooks = {});

struct Callable {
    int (*main)(void *); // called in the new process
    void *userdata;
    int (*fork)(void *) = nullptr; // answers as fork(2); null: libc's
};

// spaces_fork(), spaces_fork_with()
Started fork_and_call(const Spec &spec, const Callable &callable, const LaunchHooks &hooks = {});

} // namespace spaces
