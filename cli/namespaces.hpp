// The eight types of namespaces as the command line and /proc call them.
#pragma once

#include <cstdint>
#include <spaces/spec.h>
#include <string_view>

namespace cli {

struct NamespaceType {
    uint32_t bit;
    const char *name; // in /proc/PID/ns
    const char *oci;  // in an OCI config.json
};

inline constexpr NamespaceType namespace_types[] = {
    {SPACES_NAMESPACE_CGROUP, "cgroup", "cgroup"}, {SPACES_NAMESPACE_IPC, "ipc", "ipc"},
    {SPACES_NAMESPACE_MOUNT, "mnt", "mount"},      {SPACES_NAMESPACE_NETWORK, "net", "network"},
    {SPACES_NAMESPACE_PID, "pid", "pid"},          {SPACES_NAMESPACE_TIME, "time", "time"},
    {SPACES_NAMESPACE_USER, "user", "user"},       {SPACES_NAMESPACE_UTS, "uts", "uts"},
};

// "net,user" as bits; either name will do.
uint32_t parse_namespaces(std::string_view names);

} // namespace cli
