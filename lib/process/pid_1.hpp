// A program that is PID 1 itself: signals that the kernel does not let it die of.
#pragma once

#include <sys/types.h>

namespace spaces {

// Whether the kernel drops the signal though any other process would die of it: PID 1 of a pid namespace has
// only the signals that it handles (pid_namespaces(7)). One that it blocks, ignores by choice or waits for is
// its own business. False where that cannot be found out.
bool is_dropped(pid_t program, int signal);

// The one child of a supervisor outside of the program's pid namespace; 0 where there is none any more.
pid_t program_of(pid_t supervisor);

} // namespace spaces
