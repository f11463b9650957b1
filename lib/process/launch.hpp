// From a Plan to a running program.
#pragma once

#include "plan/compile.hpp"
#include "process/process.hpp"

#include <functional>
#include <memory>

namespace spaces {

// For the tests: one step fails, or the start halts before one and `halted` is called with the child's pid.
struct LaunchHooks {
    int fail_index = -1;
    int fail_errno = 0;
    int halt_index = -1;
    std::function<void(pid_t)> halted;
};

class Start;

// spaces_spawn_begin(): when it returns, the stage is on its way to the program.
std::unique_ptr<Start> begin_spawn(const Spec &spec, LaunchHooks hooks = {});

// A Plan that ends with Op::finish: comes back when its process has ended, or throws when a step has failed.
void run_to_its_end(CompiledPlan plan);

struct Callable {
    int (*main)(void *); // called in the new process
    void *userdata;
    int (*fork)(void *) = nullptr; // answers as fork(2); null: libc's
};

// spaces_fork_begin(), spaces_fork_with(): the same with a fork of the caller, on its way to the function.
std::unique_ptr<Start> begin_fork(const Spec &spec, const Callable &callable, LaunchHooks hooks = {});

} // namespace spaces
