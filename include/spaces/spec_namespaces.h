/** @file spec_namespaces.h
 *  The namespaces of a Spec, new and joined, and what is set in new ones.
 */
#ifndef SPACES_SPEC_NAMESPACES_H
#define SPACES_SPEC_NAMESPACES_H

#include <spaces/spec_base.h>

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
 *  - "nobody": the id 65534 is itself inside, where the caller may map it, else as "self";
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

/** A kernel parameter of one of the new namespaces, as sysctl(8) names it: "net.ipv4.ip_forward", or with
 *  slashes where names have dots, "net/ipv4/conf/eth0.1/forwarding". Parameters of the network ("net."), ipc
 *  ("kernel.shmmax", "fs.mqueue."), uts, user ("user.") and pid namespace ("kernel.ns_last_pid") can be set,
 * in a new namespace of that type; those of the whole machine are SPACES_EINVALID. It is written through the
 *  caller's /proc. OCI: linux.sysctl. */
SPACES_API SPACES_NODISCARD spaces_status spaces_spec_set_sysctl(spaces_spec *spec, const char *name,
                                                                 const char *value,
                                                                 spaces_error **error) SPACES_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
