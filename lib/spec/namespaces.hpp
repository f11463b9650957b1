// The eight kinds of namespaces: their bits, and their names in OCI and in /proc/PID/ns.
#pragma once

#include <array>
#include <cstdint>
#include <spaces/spec.h>
#include <string_view>

namespace spaces {

struct NamespaceType {
    uint32_t bit;               // CLONE_NEW*
    const char *name;           // as OCI calls it: "mount", "network"
    const char *file;           // in /proc/PID/ns: "mnt", "net"
    std::string_view clone_bit; // "CLONE_NEWNS"
};

// In the order in which they are joined: the user namespace first, so that its privileges cover the others.
inline constexpr std::array<NamespaceType, 8> namespace_types{{
    {SPACES_NAMESPACE_USER, "user", "user", "CLONE_NEWUSER"},
    {SPACES_NAMESPACE_CGROUP, "cgroup", "cgroup", "CLONE_NEWCGROUP"},
    {SPACES_NAMESPACE_IPC, "ipc", "ipc", "CLONE_NEWIPC"},
    {SPACES_NAMESPACE_UTS, "uts", "uts", "CLONE_NEWUTS"},
    {SPACES_NAMESPACE_NETWORK, "network", "net", "CLONE_NEWNET"},
    {SPACES_NAMESPACE_PID, "pid", "pid", "CLONE_NEWPID"},
    {SPACES_NAMESPACE_MOUNT, "mount", "mnt", "CLONE_NEWNS"},
    {SPACES_NAMESPACE_TIME, "time", "time", "CLONE_NEWTIME"},
}};

constexpr const NamespaceType *namespace_type(uint32_t bit) {
    for (const NamespaceType &type : namespace_types) {
        if (type.bit == bit) {
            return &type;
        }
    }
    return nullptr;
}

} // namespace spaces
