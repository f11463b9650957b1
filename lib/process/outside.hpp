// What is done to the new process from outside, with the caller's privileges: id maps, raised limits, OOM
// score.
#pragma once

#include "plan/compile.hpp"

#include <sys/types.h>

namespace spaces {

// The process must be our unreaped child, so that its pid cannot mean another one.
void write_id_maps(pid_t pid, const OutsideWork &work);
void set_from_outside(pid_t pid, const OutsideWork &work);

} // namespace spaces
