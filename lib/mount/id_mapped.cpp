// Id-mapped mounts: a detached copy of the source, in which files belong to other ids than in their file
// system. The caller makes it: it takes privileges over the file system, which a container does not have.
#include "base/sys.hpp"
#include "host/mapped_namespace.hpp"
#include "mount/jobs.hpp"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace spaces {

namespace {

std::string refusal_of(int error) {
    switch (error) {
    case EINVAL:
        return "its file system, or one below it, cannot be id-mapped by this kernel (ext4, xfs, btrfs and "
               "others can since Linux 5.12 to 5.15, overlay since 5.19, tmpfs since 6.3), or it is "
               "id-mapped already";
    case EPERM:
        return "it needs CAP_SYS_ADMIN in the user namespace that the file system was mounted in: of the "
               "host, "
               "for what the host has mounted";
    case ENOSYS:
        return "this kernel has no id-mapped mounts (Linux 5.12), or a seccomp filter forbids them";
    default:
        return "";
    }
}

} // namespace

Fd id_mapped_tree(const MountSpec &mount, const MountOptions &options, const IdRanges &uids,
                  const IdRanges &gids) {
    const std::string &source = mount.source;
    const std::string on = " of the mount on " + quoted(mount.destination);
    const Fd ids = mapped_user_namespace(uids, gids);
    const unsigned recursive = options.recursive ? AT_RECURSIVE : 0;
    const long tree =
        ::syscall(SYS_open_tree, AT_FDCWD, source.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive);
    if (tree < 0) {
        throw_system("mount", "open_tree", errno, source, "open the source " + quoted(source) + on,
                     errno == EPERM ? refusal_of(EPERM) : "");
    }
    Fd result(static_cast<int>(tree));
    mount_attr change{};
    change.attr_set = MOUNT_ATTR_IDMAP;
    change.userns_fd = static_cast<uint64_t>(ids.get());
    const unsigned everywhere = options.id_mapped_recursively ? AT_RECURSIVE : 0;
    if (::syscall(SYS_mount_setattr, result.get(), "", AT_EMPTY_PATH | everywhere, &change, sizeof change) !=
        0) {
        const int error = errno;
        throw_system("idmap", "mount_setattr", error, source,
                     "map the ids of the source " + quoted(source) + on, refusal_of(error));
    }
    // The copy is a peer of what it was made of: what the container mounts there would come up in the
    // caller's mount namespace.
    mount_attr apart{};
    apart.propagation = options.propagation != 0 ? options.propagation & ~uint64_t{MS_REC} : MS_PRIVATE;
    sys("mount_setattr",
        static_cast<int>(::syscall(SYS_mount_setattr, result.get(), "", AT_EMPTY_PATH | AT_RECURSIVE, &apart,
                                   sizeof apart)),
        {"idmap", source, "keep mounts from propagating from the source " + quoted(source) + on});
    return result;
}

} // namespace spaces
