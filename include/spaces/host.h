/** @file host.h
 *  What this kernel, host and user can do.
 */
#ifndef SPACES_HOST_H
#define SPACES_HOST_H

#include <spaces/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What works here, as a JSON object; free *ret_json with spaces_free(). Its member "checks" is a list of
 *  objects with the members "name" ("namespace.user", "id_map.newuidmap", "clone3", "mount_setattr" …),
 *  "works" (true or false), "value" (text, may be empty), and where something does not work "reason" and
 *  "hint" (how to mend it). The member "seccomp" is as in OCI's features: actions,
 *  operators, archs, knownFlags and supportedFlags. The other members say which kernel, user and library were
 *  asked. Probes by doing
 *  where reading is not enough, in short-lived processes of its own; takes some milliseconds. */
SPACES_API SPACES_NODISCARD spaces_status spaces_host_features(char **ret_json,
                                                               spaces_error **error) SPACES_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
