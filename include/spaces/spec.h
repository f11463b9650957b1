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
