// The mounts that programs expect to find: /proc, /dev, /sys and /tmp.
#pragma once

#include "spec/spec.hpp"

#include <string>
#include <vector>

namespace spaces {

// A mount, or a symbolic link, which is what `link_to` is not empty for.
struct DefaultEntry {
    MountSpec mount;
    std::string link_to;
};

// What may be mounted anew depends on the namespaces that are: a file system shows the namespace of its
// mounter, and who owns that namespace may mount it.
struct Ownership {
    bool pid = false;
    bool network = false;
    bool ipc = false;
};

MountSpec proc_mount(bool owns_pid);
// system.cpp: what a new root shows of the caller's system, read-only.
std::vector<DefaultEntry> system_mounts();
std::vector<DefaultEntry> default_devices(); // with the links beside them
// `memory` is the limit of what the container may use, "1G"; empty: none.
std::vector<DefaultEntry> default_mounts(const Ownership &owns, bool gid_5_is_mapped,
                                         const std::string &memory);

} // namespace spaces
