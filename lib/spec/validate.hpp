// The check of the Spec as a whole: members that contradict each other.
#pragma once

#include "spec/spec.hpp"

namespace spaces {

enum class Target { program, callable };

// Needs no system call. For a program there must be arguments, for a callable there must be none.
void validate(const Spec &spec, Target target);

} // namespace spaces
