/** @file process.h
 *  From a Spec to a running process, and from there to its Result.
 */
#ifndef SPACES_PROCESS_H
#define SPACES_PROCESS_H

#include <spaces/spec.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A process that was started, a child of the caller. */
typedef struct spaces_process spaces_process;
/** How a process ended. It never changes. */
typedef struct spaces_result spaces_result;

/** The function that spaces_fork() calls in the new process. Its return value is the exit status (0-255). */
typedef int (*spaces_main_fn)(void *userdata);

/** Start the program of the Spec. Safe in a multithreaded process; its cost does not grow with the size of
 *  the caller. Blocks until the program runs or has failed to, usually about a millisecond.
 *
 *  The environment that the program inherits is read from environ(7) during the call: as for
 *  posix_spawn(3), no other thread may add or remove variables then.
 *
 *  The new process is a child of the caller. The errors are SPACES_EINVALID (the Spec), SPACES_ESYSTEM (in
 * the caller), SPACES_ESETUP (in the new process, which is gone then, with all it had made) and
 *  SPACES_EUNSUPPORTED, SPACES_ENOTFOUND. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spawn(const spaces_spec *spec, spaces_process **ret_process,
                                                       spaces_error **error) SPACES_NOEXCEPT;

/** As spaces_spawn(), but call @p main in a fork of this process instead of a program; the Spec has no
 *  arguments then. fork(2)'s rules about threads apply: only the calling thread exists in the new process,
 *  and fork handlers (pthread_atfork(3)) run as for fork(3), in each fork that is needed: in a new pid
 *  namespace, getpid(2) in them is not yet what it is in @p main. The calling thread needs 128 KiB of stack.
 *  The new process keeps the caller's descriptors, signal mask and handlers. When
 *  @p main returns, the process ends by _exit(2): no handlers of atexit(3) run and no stdio buffer is
 *  flushed. */
SPACES_API SPACES_NODISCARD spaces_status spaces_fork(const spaces_spec *spec, spaces_main_fn main,
                                                      void *userdata, spaces_process **ret_process,
                                                      spaces_error **error) SPACES_NOEXCEPT;

/** How a runtime forks the calling process: as fork(2), the child's pid, 0 in the child, or -1 with errno.
 *  Gets the userdata of spaces_fork_with(), is called with all signals blocked, and must return. */
typedef int (*spaces_fork_fn)(void *userdata);

/** As spaces_fork(), for a runtime that must fork by a function of its own (as Ruby must): @p fork makes
 * every process that goes on to run the caller's code, and is called in the caller and in processes that it
 * has made itself only. It is called once, and once more each for a pid namespace that is entered and for an
 * init or supervisor. Where another process is the program's parent, it is a supervisor or stands by; the
 * caller's own child is then that one. */
SPACES_API SPACES_NODISCARD spaces_status spaces_fork_with(const spaces_spec *spec, spaces_fork_fn fork,
                                                           spaces_main_fn main, void *userdata,
                                                           spaces_process **ret_process,
                                                           spaces_error **error) SPACES_NOEXCEPT;

/** @name A start in two halves
 *  For who starts several processes at once, or has something else to do meanwhile: what the kernel and the
 *  new processes have to do goes on side by side. A handle is used by one thread at a time.
 *
 *  Where the caller is killed meanwhile, a process that waits for its answer ends by itself, but not before
 *  all forks that the caller has made since: they have copies of its descriptors.
 *  @{ */

/** A process that was made and is on its way to its program. */
typedef struct spaces_start spaces_start;

/** As spaces_spawn(), but return as soon as the process exists. The Spec may be changed or freed then. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spawn_begin(const spaces_spec *spec,
                                                             spaces_start **ret_start,
                                                             spaces_error **error) SPACES_NOEXCEPT;

/** As spaces_fork(), but return as soon as the process exists. What @p main uses is a copy by then. */
SPACES_API SPACES_NODISCARD spaces_status spaces_fork_begin(const spaces_spec *spec, spaces_main_fn main,
                                                            void *userdata, spaces_start **ret_start,
                                                            spaces_error **error) SPACES_NOEXCEPT;

/** Wait until the program runs or has failed to, at most @p timeout_ms milliseconds (0: only do what can be
 *  done at once; -1: for ever), else SPACES_ETIMEOUT, and it may be called again.
 *
 *  A process with a new user namespace may need answers on its way, which this call gives: it gets no further
 *  as long as nobody calls. The errors are those of spaces_spawn(); the process is gone then. When the
 *  process was handed over or has failed, the start is over, and what is left is to free it; SPACES_ESTATE if
 *  this is called again. */
SPACES_API SPACES_NODISCARD spaces_status spaces_start_wait(spaces_start *start, int timeout_ms,
                                                            spaces_process **ret_process,
                                                            spaces_error **error) SPACES_NOEXCEPT;

/** Free the handle. A process that was not handed over yet is killed and reaped, which may take up to a
 *  second for each half where the process hangs on its way; not so in a fork of the caller, whose child it is
 *  not. NULL is accepted. */
SPACES_API void spaces_start_free(spaces_start *start) SPACES_NOEXCEPT;

/** @} */

/** The pid of the caller's child: the program itself, or where it has one, its init (which is PID 1 of the
 *  new pid namespace) or supervisor, which passes signals on. */
SPACES_API int spaces_process_pid(const spaces_process *process) SPACES_NOEXCEPT;

/** A pidfd of the same process; readable when it has ended. Lent: do not close it. */
SPACES_API int spaces_process_pidfd(const spaces_process *process) SPACES_NOEXCEPT;

/** Take our end of a pipe (SPACES_STDIN …) or of the pseudoterminal (SPACES_TERMINAL), or the descriptor for
 * the notifications of the program's seccomp filter (SPACES_SECCOMP; seccomp_unotify(2)): as long as it is
 * open, calls with SCMP_ACT_NOTIFY wait for the caller's answer, and without it they fail by ENOSYS. It can
 * be taken once; SPACES_ENOTFOUND if the Spec asked for none, SPACES_ESTATE if it was taken. What is not
 * taken is closed with the handle. */
SPACES_API SPACES_NODISCARD spaces_status spaces_process_take_fd(spaces_process *process, int stream,
                                                                 int *ret_fd,
                                                                 spaces_error **error) SPACES_NOEXCEPT;

/** Wait until the process has ended, at most @p timeout_ms milliseconds (0: only look; -1: for ever), else
 *  SPACES_ETIMEOUT. It reaps this child and no other. May be called again: the Result is kept. @p ret_result
 *  may be NULL. SPACES_ESTATE where the status is lost because something else reaped the child. */
SPACES_API SPACES_NODISCARD spaces_status spaces_process_wait(spaces_process *process, int timeout_ms,
                                                              spaces_result **ret_result,
                                                              spaces_error **error) SPACES_NOEXCEPT;

/** Send a signal to the program (not to its init). May run while another thread waits for the process.
 *  A process that has ended already is no error.
 *
 *  A program that is PID 1 itself (spaces_spec_set_init(spec, 0)) does not die of a signal for which it
 *  has no handler: the kernel drops it (pid_namespaces(7)). Where any other program would die of it, such a
 *  one gets SIGKILL instead, and its Result names @p signal. */
SPACES_API SPACES_NODISCARD spaces_status spaces_process_kill(const spaces_process *process, int signal,
                                                              spaces_error **error) SPACES_NOEXCEPT;

/** End everything in the program's pid namespace and in its own control group by SIGKILL; without either,
 * only the program (and its supervisor, where it has one). May run while another thread waits for the
 * process. */
SPACES_API SPACES_NODISCARD spaces_status spaces_process_kill_all(const spaces_process *process,
                                                                  spaces_error **error) SPACES_NOEXCEPT;

/** Mount something in the mount namespace of a running program, as spaces_spec_add_mount() does before the
 *  start: a bind mount of @p source, a path of the caller, or a new file system. @p destination is resolved
 *  inside the program's root directory, safely whatever the program does meanwhile, and must exist unless
 *  @p options say "X-mount.mkdir". An ordinary user can do it to programs of its own user namespaces.
 *  Overlays are SPACES_EUNSUPPORTED: the kernel wants their layers in the same mount namespace.
 *
 *  A short-lived child does it; no thread of the caller changes its namespaces. SPACES_ESETUP names the step
 *  that has failed, SPACES_ESTATE a program that has no mount namespace of its own, SPACES_ENOTFOUND one that
 *  has ended. Needs Linux 5.2 for bind mounts. */
SPACES_API SPACES_NODISCARD spaces_status spaces_process_mount(const spaces_process *process,
                                                               const char *source, const char *destination,
                                                               const char *type, const char *options,
                                                               spaces_error **error) SPACES_NOEXCEPT;

/** Unmount what is mounted on @p destination, an absolute path in the program's root directory. Nonzero
 *  @p lazily: also while it is in use, by who goes on to see it (MNT_DETACH); otherwise that is EBUSY. The
 * last component of the path must be the mount itself and no symbolic link. The errors are those of
 *  spaces_process_mount(). */
SPACES_API SPACES_NODISCARD spaces_status spaces_process_unmount(const spaces_process *process,
                                                                 const char *destination, int lazily,
                                                                 spaces_error **error) SPACES_NOEXCEPT;

/** @name The control group of the program
 *  Where its Spec asked for one: by a limit, by spaces_spec_set_cgroup_path() or by
 * spaces_spec_join_cgroup(). Else these are SPACES_ESTATE. Those with a const handle may run while another
 * thread waits for the process. An init or supervisor of the program is in the same group.
 *  @{ */

/** Change a limit of a running program: keys and values as for spaces_spec_set_cgroup(). SPACES_ESTATE where
 *  the program has no group with that controller, SPACES_ESYSTEM where the kernel refuses the value. */
SPACES_API SPACES_NODISCARD spaces_status spaces_process_set_cgroup(const spaces_process *process,
                                                                    const char *key, const char *value,
                                                                    spaces_error **error) SPACES_NOEXCEPT;

/** Change several limits at once: an object as OCI's linux.resources. Nothing is written where the program
 * has no group for one of them (SPACES_ESTATE). Device rules of a running program can be changed in version 1
 * only. */
SPACES_API SPACES_NODISCARD spaces_status spaces_process_set_resources(const spaces_process *process,
                                                                       const char *json, size_t size,
                                                                       spaces_error **error) SPACES_NOEXCEPT;

/** Stop everything in the program's control group, and return when it stands still: at the latest after
 *  @p timeout_ms milliseconds (-1: no limit), else SPACES_ETIMEOUT, and it freezes as soon as it can. What is
 *  frozen can be killed. */
SPACES_API SPACES_NODISCARD spaces_status spaces_process_freeze(const spaces_process *process, int timeout_ms,
                                                                spaces_error **error) SPACES_NOEXCEPT;

/** Let it go on. */
SPACES_API SPACES_NODISCARD spaces_status spaces_process_thaw(const spaces_process *process,
                                                              spaces_error **error) SPACES_NOEXCEPT;

/** What the program and all that it has started have used, as a JSON object of numbers, by the same keys in
 * both versions of control groups; free *ret_json with spaces_free(). After the end: what it was then.
 *  - cpu.usage_usec, cpu.user_usec, cpu.system_usec; cpu.periods, cpu.throttled_periods, cpu.throttled_usec;
 *  - memory.current, memory.peak, memory.limit, memory.anon, memory.file, memory.swap, in bytes;
 *  - memory.limit_hits, memory.high_hits, memory.oom, memory.oom_kills: how often;
 *  - pids.current, pids.peak, pids.limit, pids.limit_hits;
 *  - io.read_bytes, io.write_bytes, io.read_operations, io.write_operations, of all devices;
 *  - cpu.pressure.some.avg10 (also full; avg60, avg300) in hundredths of a percent, .total in microseconds,
 * and likewise memory.pressure and io.pressure: version 2 only (the kernel's
 * Documentation/accounting/psi.rst);
 *  - populated, frozen: 0 or 1.
 *
 *  A key is missing where the program has no group with that controller, where the kernel is older, and for a
 *  limit that is none. */
SPACES_API SPACES_NODISCARD spaces_status spaces_process_stats(const spaces_process *process, char **ret_json,
                                                               spaces_error **error) SPACES_NOEXCEPT;

/** One number of these; SPACES_ENOTFOUND where it is missing. */
SPACES_API SPACES_NODISCARD spaces_status spaces_process_stat(const spaces_process *process, const char *key,
                                                              uint64_t *ret_value,
                                                              spaces_error **error) SPACES_NOEXCEPT;

/** A descriptor that is readable when something has happened that spaces_process_read_events() counts: a
 * limit was met, the OOM killer has killed, the group was frozen or is empty. *ret_fd is the caller's. */
SPACES_API SPACES_NODISCARD spaces_status spaces_process_events_fd(spaces_process *process, int *ret_fd,
                                                                   spaces_error **error) SPACES_NOEXCEPT;

/** How often it has happened since the start, as a JSON object (memory.oom_kills, memory.limit_hits,
 *  pids.limit_hits … as above), and make the descriptor unreadable until something else happens. In version 1
 *  the OOM killer is announced a moment before it counts. Free *ret_json with spaces_free(). */
SPACES_API SPACES_NODISCARD spaces_status spaces_process_read_events(spaces_process *process, char **ret_json,
                                                                     spaces_error **error) SPACES_NOEXCEPT;

/** The directories of its control groups, as a JSON array of paths; empty where it has none. */
SPACES_API SPACES_NODISCARD spaces_status spaces_process_cgroups(const spaces_process *process,
                                                                 char **ret_json,
                                                                 spaces_error **error) SPACES_NOEXCEPT;

/** @} */

/** Remove what callers have left behind that were killed, or have forgotten a process that has ended since:
 * control groups that libspaces has made, that have no owner any more and no processes. Of those that still
 * have some, nothing is touched. *ret_json is a JSON array of objects with the members "path", "removed"
 * (true or false) and "processes" (their pids); free it with spaces_free(). Only what the caller may see and
 * remove is found. */
SPACES_API SPACES_NODISCARD spaces_status spaces_gc(char **ret_json, spaces_error **error) SPACES_NOEXCEPT;

/** Forget the process. It is neither killed nor waited for. A control group of its own is removed if it is
 * empty already, else left to spaces_gc() or a later start. */
SPACES_API void spaces_process_free(spaces_process *process) SPACES_NOEXCEPT;

/** @name The Result
 *  @{ */

/** Why the process ended, one stable word: "exited", "signaled", "time-limit" (ended by the time limit),
 *  "killed" (by a signal that spaces_process_kill() or _kill_all() sent), "seccomp" (SIGSYS), "out-of-memory"
 *  (SIGKILL, not from the caller, and the OOM killer was at work in the program's control group). Never NULL.
 */
SPACES_API const char *spaces_result_cause(const spaces_result *result) SPACES_NOEXCEPT;

/** The exit status (0-255), or -1 where a signal ended it. */
SPACES_API int spaces_result_exit_code(const spaces_result *result) SPACES_NOEXCEPT;

/** The signal that ended it, or 0. */
SPACES_API int spaces_result_signal(const spaces_result *result) SPACES_NOEXCEPT;

/** 1 if it dumped core. */
SPACES_API int spaces_result_core_dumped(const spaces_result *result) SPACES_NOEXCEPT;

/** A shell's view of it: the exit status, or 128 + signal. */
SPACES_API int spaces_result_shell_status(const spaces_result *result) SPACES_NOEXCEPT;

/** CPU time in user mode, in microseconds, of the program and the children it waited for. */
SPACES_API uint64_t spaces_result_user_time(const spaces_result *result) SPACES_NOEXCEPT;
/** The same in the kernel. */
SPACES_API uint64_t spaces_result_system_time(const spaces_result *result) SPACES_NOEXCEPT;

/** The largest resident set in bytes (of one process), or 0 where it is not known: a program that was started
 *  without an init from a larger process inherits that process' peak (getrusage(2), ru_maxrss). */
SPACES_API uint64_t spaces_result_peak_memory(const spaces_result *result) SPACES_NOEXCEPT;

/** The name of the first system call that the program's seccomp filter has refused by the end of a process,
 *  where spaces_spec_set_seccomp_report() asked for it: "mkdir", or its number where libseccomp has no name
 * for it. One that the program itself has made comes before those of its children, and only then the cause is
 *  "seccomp". Empty where there was none. Lent by the Result; never NULL. */
SPACES_API const char *spaces_result_system_call(const spaces_result *result) SPACES_NOEXCEPT;

/** How many processes of the program's control group the OOM killer has killed; they need not have been the
 *  program. 0 without a memory limit. */
SPACES_API uint64_t spaces_result_oom_kills(const spaces_result *result) SPACES_NOEXCEPT;

/** All of it as a JSON object. "statistics" has what spaces_process_stats() tells at the end; "degraded"
 * lists what was asked for and could not be had. Free *ret_json with spaces_free(). */
SPACES_API SPACES_NODISCARD spaces_status spaces_result_to_json(const spaces_result *result, char **ret_json,
                                                                spaces_error **error) SPACES_NOEXCEPT;

/** Free the Result and its strings. NULL is accepted. */
SPACES_API void spaces_result_free(spaces_result *result) SPACES_NOEXCEPT;

/** @} */

#ifdef __cplusplus
}
#endif

#endif
