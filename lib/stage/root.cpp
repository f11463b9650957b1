// The root directory: made a mount of its own, entered by pivot_root(2) or chroot(2), and verified.
#include "stage/context.hpp"

#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/stat.h>

namespace spaces::stage {

namespace {

using plan::Call;
using plan::Note;

constexpr int mnt_detach = 2;

// number[0] nonzero: pivot_root wants a mount; chroot does not, and may have no mount namespace to make one
// in.
Outcome mount_root(const char *path, long &fd) {
    if (can_attach()) {
        const long tree =
            sys(__NR_open_tree, AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
        const Outcome outcome = check(Call::open_tree, tree);
        if (!outcome.failed()) {
            fd = tree;
            return check(Call::move_mount, sys(__NR_move_mount, tree, "", AT_FDCWD, path,
                                               MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_SYMLINKS));
        }
        if (outcome.error != ENOSYS && outcome.error != EPERM) {
            return outcome;
        }
    }
    const Outcome outcome = check(Call::mount, sys(__NR_mount, path, path, 0L, MS_BIND | MS_REC, 0L));
    if (outcome.failed()) {
        return outcome;
    }
    fd = sys(__NR_openat, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return check(Call::open, fd);
}

// What a directory is, however it is called.
struct Place {
    uint64_t mount;
    uint64_t inode;
    uint32_t device[2];
    bool operator==(const Place &) const = default;
};

Outcome place_of(long fd, Place &place) {
    struct statx status {};
    const long result = sys(__NR_statx, fd, "", AT_EMPTY_PATH, STATX_INO | STATX_MNT_ID, &status);
    place = {status.stx_mnt_id, status.stx_ino, {status.stx_dev_major, status.stx_dev_minor}};
    const bool is_known = (status.stx_mask & STATX_MNT_ID) != 0; // Linux 5.8
    return check(Call::statx, result < 0 || is_known ? result : -ENOSYS);
}

long open_directory(long from, const char *path) {
    return sys(__NR_openat, from, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

// From `directory`, which is closed, up to the root directory, or, from outside of it, to another end.
Outcome climb(long directory, const Place &root, bool &ends_at_root) {
    Place here;
    Outcome outcome = place_of(directory, here);
    while (!outcome.failed() && here != root) {
        const Place below = here;
        const long parent = open_directory(directory, "..");
        sys(__NR_close, directory);
        directory = parent;
        outcome = parent < 0 ? check(Call::open, parent) : place_of(parent, here);
        if (!outcome.failed() && here == below) {
            break;
        }
    }
    sys(__NR_close, directory);
    ends_at_root = here == root;
    return outcome;
}

// For a working directory whose path is too long to be said.
Outcome look_for_root_above(bool &is_found) {
    const long slash = open_directory(AT_FDCWD, "/");
    if (slash < 0) {
        return check(Call::open, slash);
    }
    Place root;
    const Outcome outcome = place_of(slash, root);
    sys(__NR_close, slash);
    if (outcome.failed()) {
        return outcome;
    }
    const long here = open_directory(AT_FDCWD, ".");
    return here < 0 ? check(Call::open, here) : climb(here, root, is_found);
}

} // namespace

Outcome set_root(Context &context, const plan::Step &step) {
    const char *path = context.text(step.text[0]);
    // Opened first for its errors: ENOENT and ENOTDIR say more here than from the mount calls.
    long fd = sys(__NR_openat, AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    Outcome outcome = check(Call::open, fd);
    if (outcome.failed()) {
        return outcome;
    }
    if (step.number[0] != 0) {
        sys(__NR_close, fd);
        outcome = mount_root(path, fd);
    }
    context.root_fd = static_cast<int>(fd);
    return outcome;
}

Outcome make_root(Context &context, const plan::Step &step) {
    return mount_over_root(context.text(step.text[0]), context.root_fd);
}

Outcome pivot_root(Context &context) {
    const long entered = sys(__NR_fchdir, context.root_fd);
    sys(__NR_close, context.root_fd);
    context.root_fd = -1; // from here on it is "/"
    if (entered < 0) {
        return check(Call::fchdir, entered);
    }
    // The old root ends up mounted over the new one at "/", where "." reaches it: no directory is needed for
    // it.
    if (const long result = sys(__NR_pivot_root, ".", "."); result < 0) {
        return check(Call::pivot_root, result);
    }
    if (const long result = sys(__NR_umount2, ".", mnt_detach); result < 0) {
        return check(Call::umount2, result);
    }
    return check(Call::chdir, sys(__NR_chdir, "/"));
}

Outcome change_root(Context &context, int fd) {
    const long entered = sys(__NR_fchdir, fd);
    if (fd == context.root_fd) {
        sys(__NR_close, fd);
        context.root_fd = -1; // from here on it is "/"
    }
    if (entered < 0) {
        return check(Call::fchdir, entered);
    }
    if (const long result = sys(__NR_chroot, "."); result < 0) {
        return check(Call::chroot, result);
    }
    return check(Call::chdir, sys(__NR_chdir, "/"));
}

Outcome change_directory(const char *path) {
    if (const long result = sys(__NR_chdir, path); result < 0) {
        return check(Call::chdir, result);
    }
    // A path such as /proc/self/fd/7 can lead out of the root (CVE-2024-21626); the kernel then calls it
    // "(unreachable)".
    char where[4096];
    const long length = sys(__NR_getcwd, where, sizeof where);
    bool is_inside = length > 0 && where[0] == '/';
    Outcome outcome = check(Call::getcwd, length); // ENOENT: it has been removed
    if (length == -ENAMETOOLONG) {
        outcome = look_for_root_above(is_inside);
    }
    if (!outcome.failed() && !is_inside) {
        outcome = check(Call::getcwd, -ENOENT);
        outcome.note = Note::outside_root;
    }
    return outcome;
}

} // namespace spaces::stage
