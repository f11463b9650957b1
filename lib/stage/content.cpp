// What comes from memory: a tmpfs that lies over "/" while it is filled. Paths that begin at "/" go below it,
// so that nobody but this process comes upon it; what was taken from it stays when it is detached.
#include "stage/context.hpp"

#include <linux/fcntl.h>
#include <linux/mount.h>

namespace spaces::stage {

namespace {

using plan::Call;

// The index of the step, which is unique, as a name.
void name_by(int index, char (&name)[16]) {
    int at = 15;
    name[at] = 0;
    do {
        name[--at] = static_cast<char>('0' + index % 10);
        index /= 10;
    } while (index > 0);
    copy_text(name, sizeof name, name + at);
}

Outcome write_all(long file, const char *content, uint64_t size) {
    while (size != 0) {
        const long written = sys(__NR_write, file, content, size);
        if (written < 0 && written != -EINTR) {
            return check(Call::write, written);
        }
        content += written > 0 ? written : 0;
        size -= written > 0 ? static_cast<uint64_t>(written) : 0;
    }
    return {};
}

} // namespace

Outcome mount_over_root(const char *options, int &fd) {
    const long mounted = sys(__NR_mount, "tmpfs", "/", "tmpfs", MS_NOSUID | MS_NODEV, options);
    if (mounted < 0) {
        return check(Call::mount, mounted);
    }
    // From a root directory ".." leads back to it, and then up to what is mounted over it.
    const long opened = sys(__NR_openat, AT_FDCWD, "/..", O_PATH | O_DIRECTORY | O_CLOEXEC);
    fd = static_cast<int>(opened);
    return check(Call::open, opened);
}

Outcome mount_memory(Context &context, const plan::Step &step) {
    return mount_over_root(context.text(step.text[0]), context.memory_fd);
}

Outcome release_memory(Context &context) {
    constexpr long mnt_detach = 2;
    const long here = sys(__NR_openat, AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    Outcome outcome = check(Call::fchdir, sys(__NR_fchdir, context.memory_fd));
    sys(__NR_close, context.memory_fd);
    context.memory_fd = -1;
    if (!outcome.failed()) {
        outcome = check(Call::umount2, sys(__NR_umount2, ".", mnt_detach));
    }
    // A caller without a working directory (one that may not be searched, or was removed) has none.
    sys(__NR_fchdir, here >= 0 ? here : sys(__NR_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC));
    sys(__NR_close, here);
    return outcome;
}

Outcome write_file(Context &context, const plan::Step &step) {
    char name[16];
    name_by(context.index, name);
    const long file =
        sys(__NR_openat, context.memory_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600L);
    if (file < 0) {
        return check(Call::open, file);
    }
    Outcome outcome = write_all(file, context.text(step.table), step.number[1]);
    if (!outcome.failed()) {
        outcome = check(Call::fchmodat, sys(__NR_fchmod, file, step.number[2]));
    }
    sys(__NR_close, file);
    if (outcome.failed()) {
        return outcome;
    }
    const long tree = can_attach()
                          ? sys(__NR_open_tree, context.memory_fd, name, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)
                          : -ENOSYS;
    if (tree >= 0) {
        fill_slot(context, step.number[0], {static_cast<int>(tree), true});
        return {};
    }
    if (tree != -ENOSYS && tree != -EPERM) {
        return check(Call::open_tree, tree);
    }
    const long fd = sys(__NR_openat, context.memory_fd, name, O_PATH | O_CLOEXEC);
    if (fd >= 0) {
        fill_slot(context, step.number[0], {static_cast<int>(fd), false});
    }
    return check(Call::open, fd);
}

} // namespace spaces::stage
