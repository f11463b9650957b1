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

/** The standard streams of the program, for spaces_spec_set_stdio() and spaces_process_take_fd(), and what
 * else the latter gives. */
enum { SPACES_STDIN = 0, SPACES_STDOUT = 1, SPACES_STDERR = 2, SPACES_TERMINAL = 3, SPACES_SECCOMP = 4 };

/** What a standard stream is connected to. */
enum {
    SPACES_STDIO_INHERIT = 0, /**< the caller's stream of the same number */
    SPACES_STDIO_NULL = 1,    /**< /dev/null */
    SPACES_STDIO_PIPE = 2,    /**< a new pipe; spaces_process_take_fd() gives the other end */
    SPACES_STDIO_STDOUT = 3   /**< the program's own standard output (for SPACES_STDERR only) */
};

/** The five sets of capabilities(7), for spaces_spec_set_capabilities(). */
enum {
    SPACES_CAPABILITIES_BOUNDING = 0,    /**< what the program can ever get by execve(2) */
    SPACES_CAPABILITIES_EFFECTIVE = 1,   /**< what it may do now */
    SPACES_CAPABILITIES_INHERITABLE = 2, /**< what a file may give it again */
    SPACES_CAPABILITIES_PERMITTED = 3,   /**< what it may take up */
    SPACES_CAPABILITIES_AMBIENT = 4      /**< what stays over an execve(2) without being root */
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

/** Put exactly these capabilities into one of the program's five sets (SPACES_CAPABILITIES_…): a list of
 * names that ends with NULL, as capabilities(7) spells them, with or without "CAP_". "ALL" stands for each
 * that the program could have. From the first call on the sets that are not told are empty. Default: as the
 * kernel gives them to the program's user. A name that libspaces does not know is SPACES_EINVALID; one that
 * cannot be had is an error of the start, which names it. What execve(2) then makes of the sets is told in
 * capabilities(7): as uid 0 the program gets all of the bounding set, as another user what is ambient. See
 * also the OCI runtime specification, config.json, process.capabilities. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_capabilities(spaces_spec *spec, int set,
                                                                       const char *const *names,
                                                                       spaces_error **error) SPACES_NOEXCEPT;

/** Take one capability, or "ALL", out of all five sets. Dropping from the bounding set needs CAP_SETPCAP,
 * which the root of a new user namespace has. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_drop_capability(spaces_spec *spec, const char *name,
                                                                      spaces_error **error) SPACES_NOEXCEPT;

/** Put one capability into all five sets, also where it, or "ALL", is dropped: the program has it, whichever
 *  user it is. Its user's change does not take it away. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_add_capability(spaces_spec *spec, const char *name,
                                                                     spaces_error **error) SPACES_NOEXCEPT;

/** Set one more of the security flags of capabilities(7), by setpriv(1)'s words: "noroot", "no_setuid_fixup"
 * or "no_cap_ambient_raise", each also with "_locked", and "keep_caps_locked". Needs CAP_SETPCAP. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_add_securebit(spaces_spec *spec, const char *name,
                                                                    spaces_error **error) SPACES_NOEXCEPT;

/** -1000 to 1000, see proc_pid_oom_score_adj(5). */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_oom_score_adj(spaces_spec *spec, int score,
                                                                        spaces_error **error) SPACES_NOEXCEPT;

/** All that keeps a program away that is not trusted, in one word; @p word is "sandbox". It sets the
 * following, in place of what was set before, and each can be changed by a setter that is called later:
 *  - new namespaces of all types but time, and so no network; a user namespace in which the program is the
 * user 65534 (nobody) where the caller may map that, else the caller itself; the host name "sandbox";
 *  - the caller's system as a root directory that is read-only (spaces_spec_set_system_root()), a /proc,
 * /dev, /sys and /tmp of its own, of which what tells of the host is masked;
 *  - no capability in any set, no_new_privs, the default seccomp filter, and Landlock as far as this kernel
 * has it: what is mounted read-only can only be read, and abstract sockets and signals stay inside;
 *  - memory.max=1G and pids.max=512, or resource limits where there is no control group to be had, which the
 *    Result then tells; no core dumps;
 *  - a session and a session keyring of its own; it is killed when the caller ends;
 *  - an environment of PATH, HOME=/tmp and LANG=C.UTF-8 only.
 *
 *  What it defends against and what not is in docs/security.md. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_confine(spaces_spec *spec, const char *word,
                                                              spaces_error **error) SPACES_NOEXCEPT;

/** The AppArmor profile of the program, by its name; "unconfined"; or with a "&" before it, stacked upon the
 *  caller's own. It holds from the program's exec on, for a function from before its ids change. Where
 * AppArmor is not active the start fails with SPACES_EUNSUPPORTED. OCI: process.apparmorProfile. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_apparmor_profile(
    spaces_spec *spec, const char *profile, spaces_error **error) SPACES_NOEXCEPT;

/** The SELinux label of the program, "system_u:system_r:container_t:s0:c1,c2", from its exec on. Where
 * SELinux is not active the start fails with SPACES_EUNSUPPORTED. OCI: process.selinuxLabel. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_selinux_label(spaces_spec *spec, const char *label,
                                                                        spaces_error **error) SPACES_NOEXCEPT;

/** Landlock (landlock(7)): from the first rule for a path on the program can reach files only as such rules
 *  allow, whichever user it is. @p access is a list of "read", "write", "execute", "all", and landlock(7)'s
 * own words ("make_dir"), separated by commas, and holds for @p path, inside the program's root directory,
 * and all below it. It works without namespaces and privileges, but needs no_new_privs where the caller is
 * not privileged. Rights that this kernel cannot restrict yet are not, which spaces_spec_explain() tells.
 * Where Landlock is missing the start fails with SPACES_EUNSUPPORTED, unless spaces.landlock.optional is true
 * in the Spec's JSON. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_add_landlock_path(spaces_spec *spec, const char *path,
                                                                        const char *access,
                                                                        spaces_error **error) SPACES_NOEXCEPT;

/** Landlock: from the first rule for an @p access on ("bind" or "connect") the program can bind TCP sockets,
 * or connect them, only to the ports of such rules (Linux 6.7). */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_add_landlock_port(spaces_spec *spec, const char *access,
                                                                        uint32_t port,
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

/** Nonzero: the program gets a session keyring of its own (session-keyring(7)), and so nothing of the
 * caller's keys. Default 0. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_new_keyring(spaces_spec *spec, int on,
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
 *  - "nobody": the id 65534 is itself inside, where the caller may map it, else as "self";
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

/** A kernel parameter of one of the new namespaces, as sysctl(8) names it: "net.ipv4.ip_forward", or with
 *  slashes where names have dots, "net/ipv4/conf/eth0.1/forwarding". Parameters of the network ("net."), ipc
 *  ("kernel.shmmax", "fs.mqueue."), uts, user ("user.") and pid namespace ("kernel.ns_last_pid") can be set,
 * in a new namespace of that type; those of the whole machine are SPACES_EINVALID. It is written through the
 *  caller's /proc. OCI: linux.sysctl. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_sysctl(spaces_spec *spec, const char *name,
                                                                 const char *value,
                                                                 spaces_error **error) SPACES_NOEXCEPT;

/** @}
 *  @name The file system: these need a new mount namespace, but for spaces_spec_set_root() with chroot
 *  @{ */

/** The program's root directory, a path of the caller. Nonzero @p readonly: the root mount is read-only. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_root(spaces_spec *spec, const char *path,
                                                               int readonly,
                                                               spaces_error **error) SPACES_NOEXCEPT;

/** The program's root directory is a new file system in memory that shows the caller's system, read-only, and
 *  nothing else: /usr, /etc, /opt, and /bin, /lib, /sbin and their like, as directories or links as the
 * caller has them (and /nix or /gnu). /proc, /dev and /tmp come with spaces_spec_set_default_mounts(),
 * anything else with spaces_spec_add_mount(). Nonzero @p readonly: what is around them is read-only too. It
 * takes the place of spaces_spec_set_root(), and the other way round. The Spec's JSON: spaces.systemRoot. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_system_root(spaces_spec *spec, int readonly,
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

/** The SELinux label of every file in the file systems that are mounted anew, those by default and those from
 *  memory too: "system_u:object_r:container_file_t:s0:c1,c2". They get it as the option "context", as with
 *  runc and crun, unless a mount has one of its own; a message queue file system gets it for its directory.
 *  Bind mounts keep what their files are labelled, and so do file systems that the kernel has once: proc,
 *  sysfs, cgroup, cgroup2, devtmpfs and others. A label that the loaded policy does not know is refused
 *  (SPACES_EINVALID); where SELinux is not active the start fails with SPACES_EUNSUPPORTED. It needs a new
 *  mount namespace. OCI: linux.mountLabel. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_mount_label(spaces_spec *spec, const char *label,
                                                                      spaces_error **error) SPACES_NOEXCEPT;

/** One more mount, made in order. @p source may be NULL where the type needs none; @p type is "bind",
 *  "tmpfs", "proc", "sysfs", "devpts", "mqueue", "overlay", "cgroup" or any other that the kernel has; @p
 * options are separated by commas as mount(8) and OCI spell them ("ro,nosuid,size=64m", "rbind"), or NULL; a
 * comma within one is written "\\,". @p target is resolved inside the root directory and made there if it is
 *  missing; without a root directory of its own, only below what the Spec itself has mounted.
 *
 *  Options besides those of mount(8) are "rro", "rnosuid" … (for all that is mounted below), "tmpcopyup" (a
 *  tmpfs begins with what it covers), "idmap" and "ridmap" (OCI; for a bind mount, with the id map of the
 *  program's user namespace, or with "idmap=uids=0-1000-1;gids=0-1000-1": id of the file system, id that it
 *  appears as, count; "#" between ranges), "X-mount.mkdir" (make the target in any case), and of an overlay
 *  "tmp-overlay" or "tmp-overlay=64m": what is written goes to memory and is gone with the mount namespace.
 *  The directories of an overlay are paths of the caller. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_add_mount(spaces_spec *spec, const char *source,
                                                                const char *target, const char *type,
                                                                const char *options,
                                                                spaces_error **error) SPACES_NOEXCEPT;

/** A file whose content is in memory: a copy of @p data, which is mounted on @p destination and gone with the
 *  program's mount namespace. It never is in a file system of the caller; where @p destination is missing, an
 *  empty file is made there to mount it on, as for spaces_spec_add_mount(). @p mode is at most 07777; what
 * has no bit to write (0444) is mounted read-only, so that root cannot write it either, and the rest is the
 *  program's own to change. It belongs to root in the program's user namespace. Files, directories and
 *  links come in order, after all mounts and devices. @p data may be NULL where @p size is 0. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_add_file(spaces_spec *spec, const char *destination,
                                                               const void *data, size_t size, uint32_t mode,
                                                               spaces_error **error) SPACES_NOEXCEPT;

/** An empty directory in memory, mounted on @p destination over what is there: a tmpfs (tmpfs(5)) without
 *  set-user-id programs and devices. What is added below it is in memory too. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_add_directory(spaces_spec *spec,
                                                                    const char *destination, uint32_t mode,
                                                                    spaces_error **error) SPACES_NOEXCEPT;

/** A symbolic link at @p path that says @p target. One that is there already and says the same is fine. It is
 *  made in the root directory, or without one (spaces_spec_set_root()) only below a tmpfs or directory that
 * the Spec mounts: elsewhere it would be in the caller's own file system, and starting is SPACES_EINVALID. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_add_symlink(spaces_spec *spec, const char *path,
                                                                  const char *target,
                                                                  spaces_error **error) SPACES_NOEXCEPT;

/** A device node at @p path: @p type "c" (or "u"), "b", or "p" for a FIFO (mknod(1)), with its numbers, mode
 * and owner (inside the user namespace; UINT32_MAX leaves user or group as it comes). Who may make none, as
 * in a new user namespace, gets the caller's own node of that device bound there, with the mode and owner
 * that it has; EPERM where the caller has none either. One that is there already is fine. Devices come after
 * all mounts. Whether the program may open it is also for the control group to say. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_add_device(spaces_spec *spec, const char *path,
                                                                 const char *type, uint32_t major,
                                                                 uint32_t minor, uint32_t mode, uint32_t uid,
                                                                 uint32_t gid,
                                                                 spaces_error **error) SPACES_NOEXCEPT;

/** The same for the device that @p source is in the caller's file system now, with its type, numbers, mode
 * and owner. @p path NULL: at the same path. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_add_host_device(spaces_spec *spec, const char *source,
                                                                      const char *path,
                                                                      spaces_error **error) SPACES_NOEXCEPT;

/** Hide a path, absolute and inside the root directory, when all else is in place: a file by the caller's
 *  /dev/null, a directory by an empty read-only one. A path that does not exist is fine. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_add_masked_path(spaces_spec *spec, const char *path,
                                                                      spaces_error **error) SPACES_NOEXCEPT;

/** Make a path read-only, likewise, with all that is mounted below it (without mount_setattr(2), before Linux
 *  5.12, only the mount that it is in itself). A path that does not exist is fine. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_add_readonly_path(spaces_spec *spec, const char *path,
                                                                        spaces_error **error) SPACES_NOEXCEPT;

/** The mounts that programs expect: /proc, /dev with the usual devices, pts and shm, and mqueue unless the
 * ipc namespace is that of another user namespace, a read-only /sys and an empty /tmp. They come before those
 * of spaces_spec_add_mount(). */
SPACES_API SPACES_NODISCARD spaces_status
spaces_spec_set_default_mounts(spaces_spec *spec, int on, spaces_error **error) SPACES_NOEXCEPT;

/** The devices and links that OCI has every container have: /dev/null, zero, full, random, urandom and tty,
 * those of the caller, and /dev/fd, stdin, stdout, stderr and ptmx. They come after the mounts of
 *  spaces_spec_add_mount(), one of which usually is a tmpfs on /dev, and need that or a root directory:
 *  otherwise starting is SPACES_EINVALID. Nothing where there are the default mounts, which have them.
 *  Default 0. */
SPACES_API SPACES_NODISCARD spaces_status
spaces_spec_set_default_devices(spaces_spec *spec, int on, spaces_error **error) SPACES_NOEXCEPT;

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
 *  @name The seccomp filter: which system calls the program and all that it starts may make (seccomp(2))
 *
 *  It is installed last, right before the program. Without spaces_spec_set_no_new_privs() that takes
 *  CAP_SYS_ADMIN in the program's user namespace; otherwise the start fails by EACCES.
 *  @{ */

/** The filter as a profile of OCI: @p json is what a config.json has as linux.seccomp. SPACES_EINVALID names
 *  the member that is wrong; that it compiles to more instructions than the kernel takes, or that it does not
 *  let through execve(2), by which the program is started, is found when the Spec is used. Names of system
 *  calls that libseccomp does not know are left out, as all runtimes do; spaces_spec_explain() tells them.
 *  Where all else is refused by EPERM, calls that are newer than libseccomp get ENOSYS.
 *
 *  Rules with SCMP_ACT_NOTIFY: the descriptor for the notifications (seccomp_unotify(2)) is the caller's, by
 *  spaces_process_take_fd(process, SPACES_SECCOMP, …), or is sent to the socket listenerPath. A program whose
 *  filter does not let sendmsg(2) through has a supervisor, which tells for it what it cannot tell itself. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_seccomp(spaces_spec *spec, const char *json,
                                                                  spaces_error **error) SPACES_NOEXCEPT;

/** Nonzero: the default profile of libspaces, which allows what programs of all kinds need, and nothing that
 *  makes or joins namespaces, mounts, loads modules or sets clocks. It refuses by EPERM, and what is newer
 * than itself by ENOSYS, so that libcs fall back to older calls. 0: no filter, also where
 *  spaces_spec_set_seccomp() has set one. Default 0. */
SPACES_API SPACES_NODISCARD spaces_status
spaces_spec_set_seccomp_default(spaces_spec *spec, int on, spaces_error **error) SPACES_NOEXCEPT;

/** Nonzero: the Result tells which system call was refused where that ends a process (SCMP_ACT_KILL…), see
 *  spaces_result_system_call(). The program has a supervisor then, which is notified of such calls and ends
 * who makes one by SIGKILL: always the whole process. Not for functions, nor together with SCMP_ACT_NOTIFY.
 *  Without it the kernel ends the process by SIGSYS, and nobody is told for which call. Default 0. */
SPACES_API SPACES_NODISCARD spaces_status
spaces_spec_set_seccomp_report(spaces_spec *spec, int on, spaces_error **error) SPACES_NOEXCEPT;

/** A directory that compiled filters are kept in, for this and other processes of the same user; NULL: none,
 *  which is the default. It and its parent are made with mode 0700 where they are missing. It is not used
 * where it belongs to somebody else or is open to others, and that it cannot be used or written to is no
 * error. Without it a filter is compiled once for a Spec and all of its copies, which takes some
 * milliseconds. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_seccomp_cache(spaces_spec *spec,
                                                                        const char *directory,
                                                                        spaces_error **error) SPACES_NOEXCEPT;

/** The filter: the profile as JSON of OCI (SPACES_EXPLAIN_JSON), the default one too, or the filter in
 *  libseccomp's pseudo code (SPACES_EXPLAIN_TEXT). SPACES_ENOTFOUND where there is none. Free *ret_text with
 *  spaces_free(). */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_explain_seccomp(const spaces_spec *spec, int form,
                                                                      char **ret_text,
                                                                      spaces_error **error) SPACES_NOEXCEPT;

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
