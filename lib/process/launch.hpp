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

// spaces_fork(); `main` is called in the new process.
Started fork_and_call(const Spec &spec, int (*main)(void *), void *userdata, const LaunchHooks &hooks = {});

} // namespace spaces
