/** @file spec.h
 *  The Spec: what to run and how to isolate it, in the vocabulary of the OCI runtime specification.
 *
 *  A new Spec runs a program as posix_spawn(3) would: in the caller's namespaces, with its environment,
 *  working directory and standard streams, and with every other descriptor closed. Each setter below changes
 *  one thing; spaces_spec_load_json() can set everything at once.
 *
 *  Setters check what can be checked without the rest of the Spec and return SPACES_EINVALID for a bad
 *  value, which is then not stored. What depends on the whole is checked when the Spec is used.
 *  All of them may return SPACES_ENOMEMORY.
 */
#ifndef SPACES_SPEC_H
#define SPACES_SPEC_H

#include <spaces/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @name Namespaces, as bits: the values of clone(2)'s CLONE_NEW* flags
 *  @{ */
#define SPACES_NAMESPACE_TIME 0x00000080u    /**< the offsets of clocks: time_namespaces(7) */
#define SPACES_NAMESPACE_MOUNT 0x00020000u   /**< what is mounted where: mount_namespaces(7) */
#define SPACES_NAMESPACE_CGROUP 0x02000000u  /**< the view of the cgroup tree: cgroup_namespaces(7) */
#define SPACES_NAMESPACE_UTS 0x04000000u     /**< host and domain name: uts_namespaces(7) */
#define SPACES_NAMESPACE_IPC 0x08000000u     /**< System V IPC and message queues: ipc_namespaces(7) */
#define SPACES_NAMESPACE_USER 0x10000000u    /**< ids and capabilities: user_namespaces(7) */
#define SPACES_NAMESPACE_PID 0x20000000u     /**< processes: pid_namespaces(7) */
#define SPACES_NAMESPACE_NETWORK 0x40000000u /**< interfaces, routes, ports: network_namespaces(7) */
#define SPACES_NAMESPACE_ALL 0x7e020080u     /**< all eight */
/** @} */

/** No limit, for spaces_spec_set_rlimit(). */
#define SPACES_RLIM_INFINITY 0xffffffffffffffffu

/** The standard streams of the program, for spaces_spec_set_stdio() and spaces_process_take_fd(). */
enum { SPACES_STDIN = 0, SPACES_STDOUT = 1, SPACES_STDERR = 2, SPACES_TERMINAL = 3 };

/** What a standard stream is connected to. */
enum {
    SPACES_STDIO_INHERIT = 0, /**< the caller's stream of the same number */
    SPACES_STDIO_NULL = 1,    /**< /dev/null */
    SPACES_STDIO_PIPE = 2,    /**< a new pipe; spaces_process_take_fd() gives the other end */
    SPACES_STDIO_STDOUT = 3   /**< the program's own standard output (for SPACES_STDERR only) */
};

/** The forms of spaces_spec_explain(). */
enum { SPACES_EXPLAIN_TEXT = 0, SPACES_EXPLAIN_JSON = 1 };

/** What to run, and how to isolate it. Nothing is started before spaces_spawn() or spaces_fork(). */
typedef struct spaces_spec spaces_spec;

/** A Spec as told above, without a program yet. Free *ret_spec with spaces_spec_free(). */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_new(spaces_spec **ret_spec,
                                                          spaces_error **error) SPACES_NOEXCEPT;

/** A Spec that is equal to @p spec and independent of it. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_copy(const spaces_spec *spec, spaces_spec **ret_spec,
                                                           spaces_error **error) SPACES_NOEXCEPT;

/** Free the Spec; what was started from it goes on. NULL is accepted. */
SPACES_API void spaces_spec_free(spaces_spec *spec) SPACES_NOEXCEPT;

/** Merge an OCI config.json over the Spec: each member that is present replaces what the Spec had, the rest
 *  stays; null counts as absent. What OCI has no member for (standard streams, time limit, init …) is in the
 *  top-level object "spaces", as spaces_spec_to_json() writes it. SPACES_EINVALID names a member that is
 * unknown or of the wrong form, SPACES_EUNSUPPORTED one that libspaces does not act on yet; the Spec is then
 * unchanged. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_load_json(spaces_spec *spec, const char *json,
                                                                size_t size,
                                                                spaces_error **error) SPACES_NOEXCEPT;

/** The whole Spec as an OCI config.json. Free *ret_json with spaces_free(). Descriptors have no text form:
 *  SPACES_EINVALID names the first one that the Spec holds. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_to_json(const spaces_spec *spec, char **ret_json,
                                                              spaces_error **error) SPACES_NOEXCEPT;

/** The Plan that the Spec compiles to, a line a step, as text or JSON (SPACES_EXPLAIN_…). Nothing is run.
 *  A Spec without arguments is explained as spaces_fork() starts it. Free *ret_text with spaces_free(). */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_explain(const spaces_spec *spec, int form,
                                                              char **ret_text,
                                                              spaces_error **error) SPACES_NOEXCEPT;

/** @name The program
 *  @{ */

/** The program and its arguments; @p argv ends with NULL. A program without a slash is searched in the PATH
 *  of its own environment, inside its own root directory (execvp(3)). */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_args(spaces_spec *spec, const char *const *argv,
                                                               spaces_error **error) SPACES_NOEXCEPT;

/** Execute @p path instead of the first argument, which then is only what the program is told as its name:
 *  "busybox" as "sh", a shell with a leading "-". Searched like the first argument where it has no slash. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_executable(spaces_spec *spec, const char *path,
                                                                     spaces_error **error) SPACES_NOEXCEPT;

/** Set one variable of the program's environment. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_env(spaces_spec *spec, const char *name,
                                                              const char *value,
                                                              spaces_error **error) SPACES_NOEXCEPT;

/** Take one variable out of the program's environment, inherited or set. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_unset_env(spaces_spec *spec, const char *name,
                                                                spaces_error **error) SPACES_NOEXCEPT;

/** Start from an empty environment: nothing is inherited, and what was set before is forgotten. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_clear_env(spaces_spec *spec,
                                                                spaces_error **error) SPACES_NOEXCEPT;

/** The working directory, a path inside the program's root directory; it must lie within that root. Default:
 *  the caller's, or "/" where the program gets a root directory of its own or joins a mount namespace. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_cwd(spaces_spec *spec, const char *path,
                                                              spaces_error **error) SPACES_NOEXCEPT;

/** The user, as it is called inside the program's user namespace. Default: in a new or joined one 0 where it
 *  is mapped, else the first id that is; otherwise the caller's. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_uid(spaces_spec *spec, uint32_t uid,
                                                              spaces_error **error) SPACES_NOEXCEPT;
/** The group, likewise. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_gid(spaces_spec *spec, uint32_t gid,
                                                              spaces_error **error) SPACES_NOEXCEPT;

/** The supplementary groups. Default: none where the user or group changes and setgroups(2) is allowed, else
 *  the caller's. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_groups(spaces_spec *spec, const uint32_t *gids,
                                                                 size_t count,
                                                                 spaces_error **error) SPACES_NOEXCEPT;

/** The file mode creation mask (umask(2)), at most 0777. Default: the caller's. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_umask(spaces_spec *spec, uint32_t mask,
                                                                spaces_error **error) SPACES_NOEXCEPT;

/** A limit of setrlimit(2) by its name, "RLIMIT_NOFILE". */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_rlimit(spaces_spec *spec, const char *name,
                                                                 uint64_t soft, uint64_t hard,
                                                                 spaces_error **error) SPACES_NOEXCEPT;

/** Nonzero: execve(2) can grant no new privileges any more (PR_SET_NO_NEW_PRIVS). Default 0. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_no_new_privs(spaces_spec *spec, int on,
                                                                       spaces_error **error) SPACES_NOEXCEPT;

/** -1000 to 1000, see proc_pid_oom_score_adj(5). */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_oom_score_adj(spaces_spec *spec, int score,
                                                                        spaces_error **error) SPACES_NOEXCEPT;

/** Nonzero: the program leads a session of its own (setsid(2)). Default 0. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_new_session(spaces_spec *spec, int on,
                                                                      spaces_error **error) SPACES_NOEXCEPT;

/** Put the program into the process group @p pgid (setpgid(2)), which must be one of its own session; 0: into
 *  one of its own. In a new pid namespace there is none but its own. Default: the caller's. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_process_group(spaces_spec *spec, int pgid,
                                                                        spaces_error **error) SPACES_NOEXCEPT;

/** Nonzero: the program's streams are a new pseudoterminal, which also is the controlling terminal of its new
 *  session. spaces_process_take_fd(process, SPACES_TERMINAL, …) gives the other side. Default 0. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_terminal(spaces_spec *spec, int on,
                                                                   spaces_error **error) SPACES_NOEXCEPT;

/** The size of that pseudoterminal, in characters. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_terminal_size(spaces_spec *spec, uint32_t rows,
                                                                        uint32_t columns,
                                                                        spaces_error **error) SPACES_NOEXCEPT;

/** Connect SPACES_STDIN, SPACES_STDOUT or SPACES_STDERR as @p kind (SPACES_STDIO_…) says. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_stdio(spaces_spec *spec, int stream, int kind,
                                                                spaces_error **error) SPACES_NOEXCEPT;

/** Connect a stream to a file of the caller's file system, which is opened when the program is started: to
 *  read for SPACES_STDIN, else to write, created with mode 0666 less the caller's umask, and emptied first
 *  unless @p append is nonzero. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_stdio_file(spaces_spec *spec, int stream,
                                                                     const char *path, int append,
                                                                     spaces_error **error) SPACES_NOEXCEPT;

/** Connect a stream to a descriptor of the caller (duplicated now). */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_stdio_fd(spaces_spec *spec, int stream, int fd,
                                                                   spaces_error **error) SPACES_NOEXCEPT;

/** Pass one more descriptor on: @p fd of the caller (duplicated now) is @p target in the program. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_add_fd(spaces_spec *spec, int fd, int target,
                                                             spaces_error **error) SPACES_NOEXCEPT;

/** Nonzero: the program starts with the calling thread's signal mask and ignored signals, as execve(2) leaves
 *  them. Default 0: with an empty mask and every signal at its default action. */
SPACES_API SPACES_NODISCARD spaces_status
spaces_spec_set_inherit_signals(spaces_spec *spec, int on, spaces_error **error) SPACES_NOEXCEPT;

/** One more signal that has its default action in the program also where that inherits ignored signals: one
 *  that the caller's runtime ignores for itself (SIGPIPE, as Python does), and not for what it starts. */
SPACES_API SPACES_NODISCARD spaces_status
spaces_spec_add_default_signal(spaces_spec *spec, int signal, spaces_error **error) SPACES_NOEXCEPT;

/** @}
 *  @name Namespaces
 *  @{ */

/** New namespaces for the program (bits of SPACES_NAMESPACE_…), besides those asked for before.
 *
 *  With a new pid namespace the program has an init as PID 1 (see spaces_spec_set_init()), and with a new
 *  mount namespace besides, its own /proc (see spaces_spec_set_mount_proc()). Mounts of a new mount namespace
 *  are private. A new user namespace without an id map maps the caller's user and group to 0. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_unshare(spaces_spec *spec, uint32_t namespaces,
                                                              spaces_error **error) SPACES_NOEXCEPT;

/** Withdraw what was asked for these namespaces: the program shares the caller's, even where all others of a
 *  process are joined. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_share(spaces_spec *spec, uint32_t namespaces,
                                                            spaces_error **error) SPACES_NOEXCEPT;

/** Join namespaces of a running process. @p namespaces 0: all those that differ from the caller's and were
 *  not asked for otherwise. With its mount namespace the program also gets its root directory. The supervisor
 *  of a program in a pid namespace of its own stands for that one. The process is looked up when the program
 *  is started; SPACES_ENOTFOUND if it has gone by then. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_join_pid(spaces_spec *spec, int pid,
                                                               uint32_t namespaces,
                                                               spaces_error **error) SPACES_NOEXCEPT;

/** Join one namespace by a file such as /proc/PID/ns/net or /run/netns/NAME. It is opened when the program is
 *  started; SPACES_ENOTFOUND if there is none by then. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_join_path(spaces_spec *spec, uint32_t namespace_,
                                                                const char *path,
                                                                spaces_error **error) SPACES_NOEXCEPT;

/** Join one namespace by a descriptor of such a file (duplicated now). */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_join_fd(spaces_spec *spec, uint32_t namespace_, int fd,
                                                              spaces_error **error) SPACES_NOEXCEPT;

/** Offset of a clock, "monotonic" or "boottime", in a new time namespace (time_namespaces(7)). */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_time_offset(spaces_spec *spec, const char *clock,
                                                                      int64_t seconds, uint32_t nanoseconds,
                                                                      spaces_error **error) SPACES_NOEXCEPT;

/** The id map of a new user namespace (user_namespaces(7)) as text:
 *  - "0 1000 1": inside-id outside-id count; several ranges are separated by commas or newlines;
 *  - "1000": the outside id 1000 is 0 inside; "1000,1001": the first is 0, the second 1, and so on;
 *  - "root": the caller's id is 0 inside; "self": the caller's id is itself inside;
 *  - "auto": the caller's id is 0 inside, and 1 and up are the caller's range of /etc/subuid or /etc/subgid;
 *  - "none": no map is written.
 *  Ranges that the caller may not write itself are written by newuidmap(1) or newgidmap(1). */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_uid_map(spaces_spec *spec, const char *map,
                                                                  spaces_error **error) SPACES_NOEXCEPT;
/** The map of group ids, likewise. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_gid_map(spaces_spec *spec, const char *map,
                                                                  spaces_error **error) SPACES_NOEXCEPT;

/** Whether setgroups(2) is allowed in the new user namespace: 1 or 0. Default: allowed where the kernel lets
 *  the caller leave it so, else denied (user_namespaces(7)). */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_setgroups(spaces_spec *spec, int allow,
                                                                    spaces_error **error) SPACES_NOEXCEPT;

/** The host name, in a new uts namespace. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_hostname(spaces_spec *spec, const char *name,
                                                                   spaces_error **error) SPACES_NOEXCEPT;
/** The NIS domain name, in a new uts namespace. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_domainname(spaces_spec *spec, const char *name,
                                                                     spaces_error **error) SPACES_NOEXCEPT;

/** @}
 *  @name The file system: these need a new mount namespace, but for spaces_spec_set_root() with chroot
 *  @{ */

/** The program's root directory, a path of the caller. Nonzero @p readonly: the root mount is read-only. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_root(spaces_spec *spec, const char *path,
                                                               int readonly,
                                                               spaces_error **error) SPACES_NOEXCEPT;

/** Nonzero: change the root by chroot(2), which needs no mount namespace but can be left again by a
 *  privileged program. Default 0: by pivot_root(2). */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_chroot(spaces_spec *spec, int on,
                                                                 spaces_error **error) SPACES_NOEXCEPT;

/** How mounts propagate between the new mount namespace and others: "private" (default), "slave", "shared",
 *  "unbindable" or "unchanged" (mount_namespaces(7)). */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_propagation(spaces_spec *spec,
                                                                      const char *propagation,
                                                                      spaces_error **error) SPACES_NOEXCEPT;

/** One more mount, made in order. @p source may be NULL where the type needs none; @p type is "bind",
 *  "tmpfs", "proc", "sysfs", "devpts", "mqueue" or any other that the kernel has; @p options are separated by
 *  commas as mount(8) and OCI spell them ("ro,nosuid,size=64m", "rbind"), or NULL. @p target is resolved
 *  inside the root directory and made there if it is missing. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_add_mount(spaces_spec *spec, const char *source,
                                                                const char *target, const char *type,
                                                                const char *options,
                                                                spaces_error **error) SPACES_NOEXCEPT;

/** The mounts that programs expect: /proc, /dev with the usual devices, pts and shm, and mqueue unless the
 * ipc namespace is that of another user namespace, a read-only /sys and an empty /tmp. They come before those
 * of spaces_spec_add_mount(). */
SPACES_API SPACES_NODISCARD spaces_status
spaces_spec_set_default_mounts(spaces_spec *spec, int on, spaces_error **error) SPACES_NOEXCEPT;

/** Whether a /proc of its own is mounted: 1 or 0. Default: in a new pid and mount namespace. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_mount_proc(spaces_spec *spec, int on,
                                                                     spaces_error **error) SPACES_NOEXCEPT;

/** @}
 *  @name Control groups: what the program and all that it starts may use
 *  @{ */

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
 *  what they can express (memory.max: RLIMIT_AS of each process; pids.max: RLIMIT_NPROC of its user); the
 *  Result says so (spaces_result_to_json(), member "degraded"). Default 0: that is SPACES_EUNSUPPORTED. */
SPACES_API SPACES_NODISCARD spaces_status
spaces_spec_set_cgroup_fallback(spaces_spec *spec, int on, spaces_error **error) SPACES_NOEXCEPT;

/** @}
 *  @name The life of the program
 *  @{ */

/** Nonzero: PID 1 of a new pid namespace is a small init that reaps orphans, passes signals that processes
 *  send to it (from inside as well) on to the program, and ends with it. 0: the program is PID 1 itself, with
 *  all that means (pid_namespaces(7)). Default 1. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_init(spaces_spec *spec, int on,
                                                               spaces_error **error) SPACES_NOEXCEPT;

/** End the program when it has run for @p milliseconds: SIGTERM, then after @p grace_milliseconds SIGKILL (to
 *  everything in its pid namespace, where it has its own). It is kept even if the caller ends. 0
 * milliseconds: no limit. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_time_limit(spaces_spec *spec, uint64_t milliseconds,
                                                                     uint64_t grace_milliseconds,
                                                                     spaces_error **error) SPACES_NOEXCEPT;

/** Nonzero: the program is killed when the calling process ends, however it ends (the process; not, as with
 *  PR_SET_PDEATHSIG, the thread). Default 0. */
SPACES_API SPACES_NODISCARD spaces_status
spaces_spec_set_die_with_parent(spaces_spec *spec, int on, spaces_error **error) SPACES_NOEXCEPT;

/** @} */

#ifdef __cplusplus
}
#endif

#endif
