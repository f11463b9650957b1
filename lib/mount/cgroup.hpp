// OCI's mount type "cgroup": what it means depends on the hierarchies that this host has.
#pragma once

#include "mount/defaults.hpp"

namespace spaces {

// On a host with the unified hierarchy only, one mount: cgroup2 in a new cgroup namespace, else a bind of the
// caller's own cgroup. Where there are hierarchies of version 1, a tmpfs with a mount of each, or, in the
// caller's cgroup namespace, a read-only bind of the caller's own cgroup of each. Throws where nothing of it
// is to be had, or where it may not be written.
std::vector<DefaultEntry> cgroup_mounts(const MountSpec &mount, bool owns_namespace);

// The own cgroup in /proc/self/cgroup's text, "/user.slice"; `controllers` empty: of the unified hierarchy.
std::optional<std::string> own_cgroup(const std::string &text, const std::string &controller);

} // namespace spaces
