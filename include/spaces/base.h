/** @file base.h
 *  Versions, status codes and the rules that every function of libspaces keeps.
 *
 *  - A function that can fail returns a spaces_status and takes a `spaces_error **` last, which may be NULL.
 *    On failure the outputs (`ret_…`) are untouched and `*error` is an object that the caller frees; on
 *    success `*error` is NULL.
 *  - Strings and descriptors given to libspaces are copied; the caller keeps its own. A descriptor that
 *    libspaces gives away (`ret_fd`) belongs to the caller and is close-on-exec.
 *  - A handle may be used from any thread, by one thread at a time. Functions whose handle is `const` may run
 *    together. There is no global state.
 *  - Each `_free` function accepts NULL; handles may be freed in any order; freeing never blocks, kills or
 *    removes anything.
 *  - libspaces never prints, exits, installs a signal handler or changes anything else of the process it
 *    lives in.
 */
#ifndef SPACES_BASE_H
#define SPACES_BASE_H

#include <stddef.h>
#include <stdint.h>

#define SPACES_VERSION_MAJOR 1 /**< grows when a program must be changed to go on */
#define SPACES_VERSION_MINOR 0 /**< grows with new functions */
#define SPACES_VERSION_PATCH 0 /**< grows with corrections */

/** One number for a version, to be compared with spaces_version(). */
#define SPACES_VERSION_NUMBER(major, minor, patch) ((major)*1000000 + (minor)*1000 + (patch))

/** The version of these headers. */
#define SPACES_VERSION SPACES_VERSION_NUMBER(SPACES_VERSION_MAJOR, SPACES_VERSION_MINOR, SPACES_VERSION_PATCH)

#if defined(__GNUC__)
#define SPACES_API __attribute__((visibility("default")))
#define SPACES_NODISCARD __attribute__((warn_unused_result))
#else
#define SPACES_API
#define SPACES_NODISCARD
#endif

#if !defined(__cplusplus)
#define SPACES_NOEXCEPT
#elif __cplusplus >= 201103L
#define SPACES_NOEXCEPT noexcept
#else
#define SPACES_NOEXCEPT throw()
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** 0 (SPACES_OK) or a negative code of the list below. */
typedef int spaces_status;

enum {
    SPACES_OK = 0,
    SPACES_EINVALID = -1,     /**< an argument or the spec is wrong: mend the caller */
    SPACES_ESYSTEM = -2,      /**< a system call failed in the calling process */
    SPACES_ESETUP = -3,       /**< a step failed in the new process: see spaces_error_step() */
    SPACES_EUNSUPPORTED = -4, /**< this kernel, host or build cannot do it */
    SPACES_ENOTFOUND = -5,    /**< what was named does not exist */
    SPACES_EEXISTS = -6,      /**< what was to be made exists already */
    SPACES_ESTATE = -7,       /**< not possible in the present state */
    SPACES_ETIMEOUT = -8,     /**< the time given was over first */
    SPACES_ENOMEMORY = -9     /**< out of memory */
};

/** The version of the library that is loaded, as SPACES_VERSION_NUMBER() gives it. */
SPACES_API int spaces_version(void) SPACES_NOEXCEPT;

/** The same as text, "1.0.0". Static. */
SPACES_API const char *spaces_version_string(void) SPACES_NOEXCEPT;

/** Whether this build of the library has a feature: 1 or 0. Known words: "fork" (spaces_fork()), "terminal",
 *  "init" (a stage that is PID 1), "newuidmap" (id ranges of /etc/subuid), "cgroup" (limits), "seccomp"
 * (filters, by libseccomp). An unknown word gives 0. What the running kernel and host can do is another
 * question: see spaces_host_features(). */
SPACES_API int spaces_has(const char *feature) SPACES_NOEXCEPT;

/** Give back memory that a function of libspaces returned in a `char **`. NULL is accepted. */
SPACES_API void spaces_free(void *memory) SPACES_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
