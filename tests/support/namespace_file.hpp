// The namespaces of processes by their files in /proc.
#pragma once

#include "support/api.hpp"

#include <array>
#include <ostream>
#include <string>

namespace support {

struct NamespaceKind {
    uint32_t bit;
    const char *file; // in /proc/PID/ns
};

constexpr std::array<NamespaceKind, 8> namespace_kinds{{{SPACES_NAMESPACE_CGROUP, "cgroup"},
                                                        {SPACES_NAMESPACE_IPC, "ipc"},
                                                        {SPACES_NAMESPACE_MOUNT, "mnt"},
                                                        {SPACES_NAMESPACE_NETWORK, "net"},
                                                        {SPACES_NAMESPACE_PID, "pid"},
                                                        {SPACES_NAMESPACE_TIME, "time"},
                                                        {SPACES_NAMESPACE_USER, "user"},
                                                        {SPACES_NAMESPACE_UTS, "uts"}}};

// For the names of data-driven tests.
std::ostream &operator<<(std::ostream &stream, const NamespaceKind &kind);

// Throws std::system_error where there is none.
std::string read_link(const std::string &path);

// "/proc/<process>/ns/uts", and what it refers to: "uts:[4026531838]". `process` is a pid or "self".
std::string namespace_path(const std::string &process, const NamespaceKind &kind);
std::string namespace_of(const std::string &process, const NamespaceKind &kind);

} // namespace support
