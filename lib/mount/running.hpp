// Mounts in a running container: Plans of a process that joins it, mounts and ends.
#pragma once

#include "plan/compile.hpp"

namespace spaces {

// `pid` is a process of the container; its mount namespace must be another one than the caller's.
CompiledPlan compile_mount(pid_t pid, const MountSpec &mount);
CompiledPlan compile_unmount(pid_t pid, const std::string &destination, bool lazily);

} // namespace spaces
