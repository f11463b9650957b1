// The check of the Spec as a whole: members that contradict each other.
#pragma once

#include "spec/spec.hpp"

namespace spaces {

// A program, or a function: in a fork by libc, or by the caller's own function (spaces_fork_with()).
enum class Target { program, callable, callable_by_callers_fork };

// Needs no system call. For a program there must be arguments, for a callable there must be none.
void validate(const Spec &spec, Target target);

} // namespace spaces
