// What is done to the new process from outside, with the caller's privileges: id maps, raised limits, OOM
// score.
#pragma once

#include "plan/compile.hpp"

#include <sys/types.h>

namespace spaces {

// The uid map where it makes just the caller root inside: that the kernel lets the new process write itself,
// which is the quicker way. Else empty.
std::string own_uid_map(const OutsideWork &work);

// The process must be our unreaped child, so that its pid cannot mean another one.
void write_id_maps(pid_t pid, const OutsideWork &work);
void set_from_outside(pid_t pid, const OutsideWork &work);

} // namespace spaces
