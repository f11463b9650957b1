// A systemd scope: a group that the service manager makes for a process and leaves to us.
#pragma once

#include <string>
#include <sys/types.h>

namespace spaces {

struct ScopeRequest {
    std::string slice; // "machine.slice"; empty: the manager's choice
    std::string unit;  // "spaces-4711.scope"
};

// OCI's cgroupsPath for systemd, "SLICE:PREFIX:NAME", of which the first two may be empty; "" for a name of
// ours.
ScopeRequest scope_request(const std::string &path, const std::string &name);

// The private socket of the manager that has the calling user's units; empty where none runs.
std::string manager_socket();

// Moves the process into a new scope with all controllers that are delegated, and returns its path in the
// hierarchy when it is there.
std::string enter_new_scope(const ScopeRequest &request, pid_t pid);

} // namespace spaces
