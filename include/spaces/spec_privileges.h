/** @file spec_privileges.h
 *  What the program of a Spec may do: all confinement in one word, capabilities, security modules, Landlock,
 *  keys.
 */
#ifndef SPACES_SPEC_PRIVILEGES_H
#define SPACES_SPEC_PRIVILEGES_H

#include <spaces/spec_base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The five sets of capabilities(7), for spaces_spec_set_capabilities(). */
enum {
    SPACES_CAPABILITIES_BOUNDING = 0,    /**< what the program can ever get by execve(2) */
    SPACES_CAPABILITIES_EFFECTIVE = 1,   /**< what it may do now */
    SPACES_CAPABILITIES_INHERITABLE = 2, /**< what a file may give it again */
    SPACES_CAPABILITIES_PERMITTED = 3,   /**< what it may take up */
    SPACES_CAPABILITIES_AMBIENT = 4      /**< what stays over an execve(2) without being root */
};

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

/** All that keeps a program away that is not trusted, in one word; @p word is "sandbox". It sets the
 *  following, in place of what was set before, and each can be changed by a setter that is called later:
 *  - new namespaces of all types but time, and so no network; in the user namespace the program is the user
 *    65534 (nobody) where the caller may map that, else the caller itself; the host name "sandbox";
 *  - a read-only root directory that shows the caller's system (spaces_spec_set_system_root()), a /proc,
 *    /dev, /sys and /tmp of its own, of which what tells of the host is masked;
 *  - no capability in any set, no_new_privs, the default seccomp filter, and Landlock as far as this kernel
 *    has it: what is mounted read-only can only be read; abstract sockets and signals stay inside;
 *  - memory.max=1G and pids.max=512, or resource limits where there is no control group to be had, which
 *    the Result then tells; no core dumps;
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

/** Nonzero: the program gets a session keyring of its own (session-keyring(7)), and so nothing of the
 * caller's keys. Default 0. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_new_keyring(spaces_spec *spec, int on,
                                                                      spaces_error **error) SPACES_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
