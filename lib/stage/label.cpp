// The labels of security modules: the program's, written through a /proc that is none of the container's
// making, and that of a directory.
#include "stage/context.hpp"

#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>

namespace spaces::stage {

namespace {

using plan::Call;
using plan::Step;

// A root file system could hold anything under this name, and the label would go there instead:
// CVE-2019-16884.
Outcome open_own_proc(int &proc) {
    const long fd = sys(__NR_openat, AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return check(Call::open, fd);
    }
    struct {
        long type;
        long rest[15];
    } status{};
    Outcome outcome = check(Call::fstatfs, sys(__NR_fstatfs, fd, &status));
    if (!outcome.failed() && status.type != PROC_SUPER_MAGIC) {
        outcome.error = ENOENT;
        outcome.call = Call::fstatfs;
    }
    if (outcome.failed()) {
        sys(__NR_close, fd);
        return outcome;
    }
    proc = static_cast<int>(fd);
    return {};
}

// SELinux gives a running process no label while others share its memory (EPERM; what the policy denies is
// EACCES). A function's init and the process before it leave that when they end and become the stage, which
// the kernel tells us of a little before it is so.
long write_when_alone(long file, const char *label, bool may_wait) {
    constexpr int most_milliseconds = 2000;
    long written = sys(__NR_write, file, label, length_of(label));
    for (int waited = 0; may_wait && written == -EPERM && waited < most_milliseconds; ++waited) {
        long millisecond[] = {0, 1000000}; // a struct timespec
        sys(__NR_ppoll, 0L, 0L, millisecond, 0L, 0L);
        written = sys(__NR_write, file, label, length_of(label));
    }
    return written;
}

} // namespace

Outcome keep_proc(Context &context) {
    return open_own_proc(context.proc);
}

Outcome write_label(Context &context, const Step &step) {
    if (context.proc < 0) {
        if (const Outcome outcome = open_own_proc(context.proc); outcome.failed()) {
            return outcome;
        }
    }
    open_how how{};
    how.flags = O_WRONLY | O_CLOEXEC;
    how.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS;
    const long file = sys(__NR_openat2, context.proc, context.text(step.text[0]), &how, sizeof how);
    if (file < 0) {
        return check(Call::openat2, file);
    }
    const long written = write_when_alone(file, context.text(step.text[1]), step.number[0] != 0);
    sys(__NR_close, file);
    return check(Call::write, written);
}

Outcome relabel(const Context &context, const Step &step) {
    int directory = -1;
    if (const Outcome outcome = open_in_root(context, context.text(step.text[0]), directory);
        outcome.failed()) {
        return outcome;
    }
    const long fd = sys(__NR_openat, directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    sys(__NR_close, directory);
    if (fd < 0) {
        return check(Call::open, fd);
    }
    const char *label = context.text(step.text[1]);
    const long result = sys(__NR_fsetxattr, fd, "security.selinux", label, length_of(label) + 1, 0L);
    sys(__NR_close, fd);
    return check(Call::fsetxattr, result);
}

} // namespace spaces::stage
