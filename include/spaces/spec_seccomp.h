/** @file spec_seccomp.h
 *  The seccomp filter of a Spec: which system calls the program and all that it starts may make
 *  (seccomp(2)).
 *
 *  It is installed last, right before the program. Without spaces_spec_set_no_new_privs() that takes
 *  CAP_SYS_ADMIN in the program's user namespace; otherwise the start fails by EACCES.
 */
#ifndef SPACES_SPEC_SECCOMP_H
#define SPACES_SPEC_SECCOMP_H

#include <spaces/spec_base.h>

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif

#endif
