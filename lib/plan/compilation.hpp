// Compilation: the state of one run of compile(), handed from one concern to the next.
#pragma once

#include "plan/compile.hpp"
#include "spec/namespaces.hpp"

#include <utility>

namespace spaces {

struct JoinedNamespace {
    const NamespaceType *type;
    int fd;
    std::string object; // "/proc/7/ns/net"
};

// Where the namespaces come from, and thereby which processes there will be.
struct NamespaceDecision {
    std::vector<JoinedNamespace> joins_before_user; // owned by our own user namespace
    std::vector<JoinedNamespace> joins;
    uint32_t at_clone = 0; // new, by clone
    uint32_t unshared = 0; // new, by unshare(2) in the new process
    bool new_time = false; // new, by unshare(2) after all others
    bool joins_user = false;
    bool joins_mount = false;
    int root_fd = -1; // the root directory of the process whose mount namespace is joined

    // A pid namespace that was joined or unshared is entered by a child: one that is the caller's too, one
    // that this process supervises, or an init that it waits for.
    enum class PidEntry { none, move, supervise, stand_by } pid_entry = PidEntry::none;
    bool supervised_as_init = false; // by PID 1 of the new pid namespace
};

struct MountJobs; // ../mount/jobs.hpp

struct Compilation {
    const Spec &spec;
    Target target;
    Opening opening;
    CompiledPlan plan;
    NamespaceDecision namespaces;
    bool landlock = false; // there is a ruleset
    std::shared_ptr<MountJobs> mount_jobs{};

    Builder &builder() { return plan.builder; }
    plan::Step &add(plan::Op op, StepInfo info) { return plan.builder.add(op, std::move(info)); }
    bool opens() const { return opening == Opening::open; }
    bool new_user() const { return spec.unshares(SPACES_NAMESPACE_USER); }
    bool new_mount() const { return spec.unshares(SPACES_NAMESPACE_MOUNT); }
    bool new_pid() const { return spec.unshares(SPACES_NAMESPACE_PID); }

    // Whether the filter needs a right that the program's user has not: see plan::step_keep_capabilities.
    bool gives_up_capabilities() const;

    // The Plan refers to this descriptor from now on; the number that it has in the new process.
    int adopt(Fd fd);
};

// namespaces.cpp
void decide_namespaces(Compilation &compilation);
void add_namespaces(Compilation &compilation);
void add_sysctl(Compilation &compilation);
void add_hostname(Compilation &compilation);
void add_supervise(Compilation &compilation);
void add_parent_death_signal(Compilation &compilation);

// identity.cpp
void resolve_id_maps(Compilation &compilation);
void add_namespace_identity(Compilation &compilation); // who sets the namespaces up
void add_program_identity(Compilation &compilation);   // who the program is

// ../security/capabilities.cpp
bool changes_capabilities(const CapabilitiesSpec &capabilities);
bool may_have_capability(const CapabilitiesSpec &capabilities, int capability);
std::optional<CapabilitySet> capabilities_after_exec(const ProcessSpec &process); // where the Spec says so
void add_bounding_set(Compilation &compilation);                                  // before the program's ids
void add_capability_sets(Compilation &compilation);                               // after them

// ../security/landlock.cpp
void add_landlock(Compilation &compilation); // while paths are in reach, whoever the program will be
void add_landlock_after_no_new_privs(Compilation &compilation);

// ../security/labels.cpp
void add_proc_for_labels(Compilation &compilation); // before the root changes
void add_labels(Compilation &compilation);

// scheduling.cpp
void add_initial_affinity(Compilation &compilation);
void add_scheduling(Compilation &compilation);
// control_group.cpp
void add_control_group(Compilation &compilation);

// program.cpp
void add_session(Compilation &compilation);
void add_rlimits(Compilation &compilation);
void add_program(Compilation &compilation);

// seccomp.cpp
void decide_filter(Compilation &compilation);
void add_filter(Compilation &compilation);

// descriptors.cpp
void reserve_targets(Compilation &compilation);
void add_descriptors(Compilation &compilation);

// ../mount/plan.cpp
void add_mount_sources(Compilation &compilation);
void add_mounts(Compilation &compilation);
// Where the Spec mounts what the program may write to.
std::vector<std::string> writable_mounts(const Compilation &compilation);

} // namespace spaces
