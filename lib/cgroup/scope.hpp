// A systemd scope: a group that the service manager makes for a process and leaves to us.
#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace spaces {

struct ScopeRequest {
    std::string slice; // "machine.slice"; empty: the manager's choice
    std::string unit;  // "spaces-4711.scope"
};

// OCI's cgroupsPath for systemd, "SLICE:PREFIX:NAME", of which the first two may be empty; "" for a name of
// ours.
ScopeRequest scope_request(const std::string &path, const std::string &name);

// Moves the processes into a new scope, to which all controllers are delegated that the manager has, and
// returns when the first one is there.
void enter_new_scope(const ScopeRequest &request, const std::vector<pid_t> &pids);

} // namespace spaces
