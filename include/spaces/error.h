/** @file error.h
 *  What went wrong: an owned object, made by the failing call and freed by the caller.
 */
#ifndef SPACES_ERROR_H
#define SPACES_ERROR_H

#include <spaces/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** One failure. Read from any thread; its strings live as long as it does. */
typedef struct spaces_error spaces_error;

/** The code that the failing function returned: one of the negative SPACES_E values. */
SPACES_API spaces_status spaces_error_code(const spaces_error *error) SPACES_NOEXCEPT;

/** The errno value of the system call that failed, or 0 where none did. */
SPACES_API int spaces_error_errno(const spaces_error *error) SPACES_NOEXCEPT;

/** What was being done, one short stable word: "spec", "clone", "uid_map", "setns", "mount", "pivot_root",
 *  "chdir", "setresuid", "exec" … Never NULL. */
SPACES_API const char *spaces_error_step(const spaces_error *error) SPACES_NOEXCEPT;

/** The position of that step in the Plan (as spaces_spec_explain() numbers it), or -1 where the failure was
 *  not in a step of the Plan. */
SPACES_API int spaces_error_index(const spaces_error *error) SPACES_NOEXCEPT;

/** What it was done to: a path, a namespace, a field of the spec. Never NULL, may be empty. */
SPACES_API const char *spaces_error_object(const spaces_error *error) SPACES_NOEXCEPT;

/** The name of the system call that failed, "mount"; empty where none did. Never NULL. */
SPACES_API const char *spaces_error_system_call(const spaces_error *error) SPACES_NOEXCEPT;

/** All of it in one line for people, without a final stop. Never NULL. */
SPACES_API const char *spaces_error_message(const spaces_error *error) SPACES_NOEXCEPT;

/** How it can be cured, one line, where libspaces knows; else empty. Never NULL. */
SPACES_API const char *spaces_error_hint(const spaces_error *error) SPACES_NOEXCEPT;

/** Free the error and its strings. NULL is accepted. */
SPACES_API void spaces_error_free(spaces_error *error) SPACES_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
