/** @file spec_base.h
 *  The Spec as a whole: made, copied, read from JSON and written to it, explained.
 */
#ifndef SPACES_SPEC_BASE_H
#define SPACES_SPEC_BASE_H

#include <spaces/error.h>

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif

#endif
