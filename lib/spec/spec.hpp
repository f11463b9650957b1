// Spec: what a user wants, as plain data in the vocabulary of the OCI runtime specification.
#pragma once

#include "base/fd.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <sys/types.h>
#include <vector>

namespace spaces {

// A descriptor in a Spec is shared by the copies of the Spec; equal ones are the same.
using SharedFd = std::shared_ptr<const Fd>;

struct RlimitSpec {
    uint64_t soft = 0;
    uint64_t hard = 0;

    bool operator==(const RlimitSpec &) const = default;
};

struct StdioSpec {
    enum class Kind { inherit, null, pipe, file, fd, merge_stdout };
    Kind kind = Kind::inherit;
    std::string path{};  // of file
    bool append = false; // of file
    SharedFd fd{};       // of fd

    bool operator==(const StdioSpec &) const = default;
};

struct TerminalSize {
    uint32_t rows = 0;
    uint32_t columns = 0;

    bool operator==(const TerminalSize &) const = default;
};

struct ProcessSpec {
    std::vector<std::string> args;
    std::optional<std::string> executable; // what is executed, where that is not the first of `args`
    // The environment: the caller's (if inherited) less `env_unset`, then with `env`, in order of setting.
    bool env_inherit = true;
    std::vector<std::string> env; // "NAME=value", each NAME once
    std::set<std::string> env_unset;
    std::optional<std::string> cwd;
    std::optional<uint32_t> uid;
    std::optional<uint32_t> gid;
    std::optional<std::vector<uint32_t>> additional_gids;
    std::optional<uint32_t> umask;
    std::map<std::string, RlimitSpec> rlimits; // by name, "RLIMIT_NOFILE"
    bool no_new_privileges = false;
    std::optional<int> oom_score_adj;
    bool new_session = false;
    std::optional<pid_t> process_group; // 0: of its own
    bool terminal = false;
    std::optional<TerminalSize> console_size;
    StdioSpec stdio[3];
    std::map<int, SharedFd> fds; // by the number in the program
    bool inherit_signals = false;
    std::set<int> default_signals; // of those that would be inherited

    bool operator==(const ProcessSpec &) const = default;
};

struct NamespaceSpec {
    enum class Kind { unshare, join_pid, join_path, join_fd };
    Kind kind = Kind::unshare;
    pid_t pid = 0;      // of join_pid
    std::string path{}; // of join_path
    SharedFd fd{};      // of join_fd

    bool operator==(const NamespaceSpec &) const = default;
};

struct IdMapping {
    uint32_t container_id = 0;
    uint32_t host_id = 0;
    uint32_t size = 0;

    bool operator==(const IdMapping &) const = default;
};

struct IdMapSpec {
    enum class Kind {
        by_default, // as root where the map is needed and not said
        ranges,     // as told
        root,       // the caller's id is 0 inside
        self,       // the caller's id is itself inside
        automatic,  // as root, and the caller's subordinate ids from 1 up
        none        // not written
    };
    Kind kind = Kind::by_default;
    std::vector<IdMapping> ranges{};

    bool operator==(const IdMapSpec &) const = default;
};

struct TimeOffset {
    int64_t seconds = 0;
    uint32_t nanoseconds = 0;

    bool operator==(const TimeOffset &) const = default;
};

struct MountSpec {
    std::string source;
    std::string destination;
    std::string type;
    std::vector<std::string> options;
    // Of an id-mapped mount: ids of the file system (containerID in OCI) and those that they appear as.
    std::vector<IdMapping> uid_mappings{};
    std::vector<IdMapping> gid_mappings{};

    bool operator==(const MountSpec &) const = default;
};

// What is in the container's file system without being in any of the caller's.
struct FileSpec {
    enum class Kind { file, directory, symlink };
    Kind kind = Kind::file;
    std::string path;
    std::string content{}; // of a file; what a symbolic link says
    uint32_t mode = 0644;  // of a file or directory

    bool operator==(const FileSpec &) const = default;
};

struct DeviceSpec {
    std::string path;
    char type = 'c'; // or 'b', or 'p': a FIFO
    uint32_t major = 0;
    uint32_t minor = 0;
    std::optional<uint32_t> mode{}; // unset: 0666
    std::optional<uint32_t> uid{};  // unset: 0
    std::optional<uint32_t> gid{};

    bool operator==(const DeviceSpec &) const = default;
};

struct RootSpec {
    std::string path;
    bool readonly = false;
    bool chroot = false; // chroot(2) instead of pivot_root(2)

    bool operator==(const RootSpec &) const = default;
};

struct Spec {
    ProcessSpec process;
    std::optional<RootSpec> root;
    std::vector<MountSpec> mounts;
    std::vector<DeviceSpec> devices;
    std::vector<FileSpec> files;
    std::vector<std::string> masked_paths;
    std::vector<std::string> readonly_paths;
    bool default_mounts = false;
    bool default_devices = false;   // those that OCI has every container have
    std::optional<bool> mount_proc; // unset: in a new pid and mount namespace
    std::optional<std::string> hostname;
    std::optional<std::string> domainname;
    std::map<std::string, std::string> annotations;

    std::map<uint32_t, NamespaceSpec> namespaces; // by CLONE_NEW* bit
    // Join whatever of this process' namespaces differs from ours and is neither in `namespaces` nor
    // `shared`; 0: none.
    pid_t join_all_of = 0;
    uint32_t shared = 0; // CLONE_NEW* bits: stay the caller's, whatever `join_all_of` finds
    IdMapSpec uid_map;
    IdMapSpec gid_map;
    std::optional<bool> setgroups;
    std::map<std::string, TimeOffset> time_offsets; // "monotonic", "boottime"
    std::string rootfs_propagation = "private";     // or "slave", "shared", "unbindable", "unchanged"

    bool init = true;
    uint64_t time_limit_ms = 0; // 0: none
    uint64_t time_limit_grace_ms = 0;
    bool die_with_parent = false;

    bool unshares(uint32_t type) const {
        const auto found = namespaces.find(type);
        return found != namespaces.end() && found->second.kind == NamespaceSpec::Kind::unshare;
    }
    bool joins(uint32_t type) const {
        const auto found = namespaces.find(type);
        return found != namespaces.end() && found->second.kind != NamespaceSpec::Kind::unshare;
    }

    bool operator==(const Spec &) const = default;
};

} // namespace spaces
