/** @file spec_program.h
 *  The program of a Spec: arguments, environment, user, streams, terminal, signals, and its life.
 */
#ifndef SPACES_SPEC_PROGRAM_H
#define SPACES_SPEC_PROGRAM_H

#include <spaces/spec_base.h>

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif

#endif
