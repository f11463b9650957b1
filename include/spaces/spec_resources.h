/** @file spec_resources.h
 *  What the program of a Spec may use: resource limits, scheduling, and control groups for it and all that
 *  it starts.
 */
#ifndef SPACES_SPEC_RESOURCES_H
#define SPACES_SPEC_RESOURCES_H

#include <spaces/spec_base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A limit of setrlimit(2) by its name, "RLIMIT_NOFILE". */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_rlimit(spaces_spec *spec, const char *name,
                                                                 uint64_t soft, uint64_t hard,
                                                                 spaces_error **error) SPACES_NOEXCEPT;

/** -1000 to 1000, see proc_pid_oom_score_adj(5). */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_oom_score_adj(spaces_spec *spec, int score,
                                                                        spaces_error **error) SPACES_NOEXCEPT;

/** How the program is scheduled: sched(7)'s "SCHED_OTHER", "SCHED_BATCH" (both with a nice value, -20 to 19),
 *  "SCHED_IDLE", "SCHED_FIFO" or "SCHED_RR" (both with a static priority, 1 to 99). What a policy does not
 * have is 0. SCHED_DEADLINE and the flags of sched_setattr(2) are set by spaces_spec_load_json(). Real-time
 *  policies need CAP_SYS_NICE in the initial user namespace or RLIMIT_RTPRIO, a lower nice value RLIMIT_NICE.
 *  Default: the caller's. OCI: process.scheduler. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_scheduler(spaces_spec *spec, const char *policy,
                                                                    int nice, int priority,
                                                                    spaces_error **error) SPACES_NOEXCEPT;

/** The program's I/O priority (ioprio_set(2)): "IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", each from 0, the
 * highest, to 7, or "IOPRIO_CLASS_IDLE" with 0. OCI: process.ioPriority. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_io_priority(spaces_spec *spec, const char *io_class,
                                                                      int priority,
                                                                      spaces_error **error) SPACES_NOEXCEPT;

/** The CPUs on which the program may run, "0-3,7" (sched_setaffinity(2)); those that this machine has of
 * them. Default: the caller's. OCI: process.execCPUAffinity.final. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_cpu_affinity(spaces_spec *spec, const char *cpus,
                                                                       spaces_error **error) SPACES_NOEXCEPT;

/** The execution domain (personality(2)): "LINUX", or "LINUX32", in which uname(2) tells of a 32-bit machine.
 *  Default: the caller's. OCI: linux.personality. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_personality(spaces_spec *spec, const char *domain,
                                                                      spaces_error **error) SPACES_NOEXCEPT;

/** One limit by the kernel's own name in cgroup version 2 ("memory.max", "cpu.max", "pids.max", "io.max",
 *  "cpuset.cpus", "hugetlb.2MB.max" …: cgroups(7) and the kernel's Documentation/admin-guide/cgroup-v2.rst),
 *  with a value as the kernel takes it: bytes may have the suffix K, M or G, and "max" is no limit. The lines
 *  of a value ("io.max" of several devices) are written one by one. OCI's form is linux.resources.unified;
 * the other members of linux.resources can be set by spaces_spec_load_json().
 *
 *  Where this host has the controller in cgroup version 1, the name is translated ("memory.max" to
 *  memory.limit_in_bytes, "cpu.weight" to cpu.shares …); SPACES_EUNSUPPORTED when the program is started
 * where version 1 has nothing like it ("memory.high"), or where no hierarchy has the controller.
 *
 *  The program gets a control group of its own (one in each hierarchy that has such a controller), below the
 *  caller's, or in version 2, where a group with processes can have none with controllers below it, below the
 *  nearest group above that can. It is removed when the process has been waited for, and what is left in it
 *  then is killed. Nothing else of the host's groups is changed, but that controllers are enabled in groups
 *  that are the caller's own. As long as the process has its handle, the caller holds a descriptor of each
 * group. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_cgroup(spaces_spec *spec, const char *key,
                                                                 const char *value,
                                                                 spaces_error **error) SPACES_NOEXCEPT;

/** A control group of a given name: @p path below the root of each hierarchy where it begins with "/", else
 *  below the place that libspaces chooses. Parts of it that are missing are made, and removed again; the last
 *  part must be missing, or without processes. NULL: a name that libspaces chooses. Either way the program
 * has a group of its own even without any limit, for statistics, events and freezing. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_cgroup_path(spaces_spec *spec, const char *path,
                                                                      spaces_error **error) SPACES_NOEXCEPT;

/** One more rule about devices: nonzero @p allow allows what @p rule names, 0 denies it; later rules prevail.
 *  A rule is written as for version 1's devices.allow: "a" (all), or a type (b, c or a), MAJOR:MINOR, each a
 *  number or "*", and of the letters rwm what it is about: "c 1:3 rwm". In version 2 they become a BPF
 * program, which only the superuser may load. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_add_device_rule(spaces_spec *spec, int allow,
                                                                      const char *rule,
                                                                      spaces_error **error) SPACES_NOEXCEPT;

/** Put the program into the control groups of a running process, as is done for what is to share the limits
 *  of a container that is joined. Looked up when the program is started. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_join_cgroup(spaces_spec *spec, int pid,
                                                                  spaces_error **error) SPACES_NOEXCEPT;

/** Who makes the control group of version 2: "cgroupfs" (libspaces itself), "systemd" (a scope of the service
 *  manager that the caller's units belong to, the system's for the superuser and else the user's), or "auto",
 *  the default: libspaces, and the user's systemd where the user has no part of the hierarchy. With a scope,
 * the cgroup path is the unit's name, or as OCI has it for systemd "SLICE:PREFIX:NAME". Groups of version 1
 * are made by libspaces always. */
SPACES_API SPACES_NODISCARD spaces_status
spaces_spec_set_cgroup_manager(spaces_spec *spec, const char *manager, spaces_error **error) SPACES_NOEXCEPT;

/** Nonzero: where no control group can be had, start the program without one, with resource limits for
 *  what they can express (memory.max: RLIMIT_DATA of each process; pids.max: RLIMIT_NPROC of its user); the
 *  Result says so (spaces_result_to_json(), member "degraded"). Default 0: that is SPACES_EUNSUPPORTED. */
SPACES_API SPACES_NODISCARD spaces_status
spaces_spec_set_cgroup_fallback(spaces_spec *spec, int on, spaces_error **error) SPACES_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
