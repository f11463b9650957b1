/** @file spec_files.h
 *  The file system of a Spec: root directory, mounts, files from memory, devices.
 *
 *  All of it needs a new mount namespace, but for spaces_spec_set_root() with spaces_spec_set_chroot().
 */
#ifndef SPACES_SPEC_FILES_H
#define SPACES_SPEC_FILES_H

#include <spaces/spec_base.h>

#ifdef __cplusplus
extern "C" {
#endif

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

#ifdef __cplusplus
}
#endif

#endif
