// Spec: what a user wants, as plain data in the vocabulary of the OCI runtime specification.
#pragma once

#include "base/fd.hpp"
#include "spec/capability.hpp"
#include "spec/resources.hpp"
#include "spec/seccomp.hpp"

#include <array>
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

// What the program has of the five sets of capabilities(7).
struct CapabilitiesSpec {
    // Just these, by SPACES_CAPABILITIES_*; unset: as the program's user would have them.
    std::optional<std::array<CapabilitySet, 5>> exact;
    // In each set: these not, whatever else is said, but those in any case.
    CapabilitySet drop = 0;
    CapabilitySet add = 0;

    bool operator==(const CapabilitiesSpec &) const = default;
};

// sched(7). Times are in nanoseconds.
struct SchedulerSpec {
    uint32_t policy = 0; // SCHED_*
    int32_t nice = 0;
    uint32_t priority = 0; // of SCHED_FIFO and SCHED_RR
    uint64_t flags = 0;    // SCHED_FLAG_*
    uint64_t runtime = 0;  // these three of SCHED_DEADLINE
    uint64_t deadline = 0;
    uint64_t period = 0;

    bool operator==(const SchedulerSpec &) const = default;
};

struct IoPrioritySpec {
    uint32_t io_class = 0; // IOPRIO_CLASS_*
    uint32_t priority = 0; // 0, the highest, to 7

    bool operator==(const IoPrioritySpec &) const = default;
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
    CapabilitiesSpec capabilities;
    uint32_t securebits = 0; // SECBIT_*, set besides those that are
    std::optional<int> oom_score_adj;
    std::optional<SchedulerSpec> scheduler;
    std::optional<IoPrioritySpec> io_priority;
    // Lists of CPUs, "0-3,7": while the process is set up, and of the program.
    std::optional<std::string> initial_cpus;
    std::optional<std::string> final_cpus;
    bool new_keyring = false; // a session keyring of its own
    bool new_session = false;
    std::optional<pid_t> process_group; // 0: of its own
    bool terminal = false;
    std::optional<TerminalSize> console_size;
    StdioSpec stdio[3];
    std::map<int, SharedFd> fds; // by the number in the program
    bool inherit_signals = false;
    std::set<int> default_signals;               // of those that would be inherited
    std::optional<std::string> apparmor_profile; // "&NAME": stacked upon the caller's
    std::optional<std::string> selinux_label;

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
        nobody,     // 65534 is itself inside, where the caller may map it, else the caller's id
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
    bool system = false; // instead of the path: a new file system that shows the caller's system
    bool readonly = false;
    bool chroot = false; // chroot(2) instead of pivot_root(2)

    bool operator==(const RootSpec &) const = default;
};

// What landlock(7) restricts: each of the first three where it is there, if only as an empty list.
struct LandlockSpec {
    struct PathRule {
        std::string path;    // inside the program's root directory
        uint64_t access = 0; // LANDLOCK_ACCESS_FS_*

        bool operator==(const PathRule &) const = default;
    };
    std::optional<std::vector<PathRule>> paths;
    bool by_mounts = false; // where there are no paths: what the Spec mounts read-only can only be read
    std::optional<std::set<uint16_t>> bind_tcp;
    std::optional<std::set<uint16_t>> connect_tcp;
    uint64_t scope = 0;    // LANDLOCK_SCOPE_*
    bool optional = false; // what this kernel does not have may be left out

    bool operator==(const LandlockSpec &) const = default;
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
    std::map<std::string, std::string> sysctl;      // by its path below /proc/sys, "net/ipv4/ip_forward"
    std::optional<uint32_t> personality;            // PER_* of personality(2)
    std::map<std::string, TimeOffset> time_offsets; // "monotonic", "boottime"
    std::string rootfs_propagation = "private";     // or "slave", "shared", "unbindable", "unchanged"
    std::optional<std::string> mount_label;         // SELinux's, of the file systems that are mounted

    std::optional<LandlockSpec> landlock;
    CgroupSpec cgroup;
    SeccompSpec seccomp;

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
