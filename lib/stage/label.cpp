// The labels of security modules, written through a /proc that is none of the container's making.
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
    const char *label = context.text(step.text[1]);
    const long written = sys(__NR_write, file, label, length_of(label));
    sys(__NR_close, file);
    return check(Call::write, written);
}

} // namespace spaces::stage
