// Handing the listener of a seccomp filter to the socket that the profile names, as OCI has it.
#pragma once

#include "base/fd.hpp"
#include "plan/filter.hpp"
#include "spec/spec.hpp"

#include <map>
#include <string>
#include <sys/types.h>

namespace spaces {

// What OCI's "state" of the container says, as far as a start knows it.
struct ContainerState {
    std::string bundle;
    std::map<std::string, std::string> annotations;
};

ContainerState state_of(const Spec &spec);

// Sends the container process state with the descriptor. `program`: its pid as the caller has it.
void send_listener(const PlannedFilter &filter, const ContainerState &state, pid_t program,
                   const Fd &listener);

} // namespace spaces
