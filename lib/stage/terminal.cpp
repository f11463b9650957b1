// The pseudoterminal of a program: opened in the program's own file system, its other side sent to the
// caller.
#include "stage/context.hpp"

#include <asm/ioctls.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

namespace spaces::stage {

namespace {

using plan::Call;
using plan::Note;

struct WindowSize {
    unsigned short rows, columns, x_pixels, y_pixels;
};

// The standard streams, which may be closed here, are about to be replaced.
long above_streams(long fd) {
    if (fd < 0 || fd > 2) {
        return fd;
    }
    const long moved = sys(__NR_fcntl, fd, F_DUPFD_CLOEXEC, 3L);
    sys(__NR_close, fd);
    return moved;
}

Outcome connect(long terminal, const plan::Step &step) {
    const WindowSize size{static_cast<unsigned short>(step.number[0]),
                          static_cast<unsigned short>(step.number[1]), 0, 0};
    if (size.rows != 0 || size.columns != 0) {
        sys(__NR_ioctl, terminal, TIOCSWINSZ, &size);
    }
    // Not fatal: on some devpts mounts only the mount's own user may own a terminal.
    sys(__NR_fchownat, terminal, "", step.number[2], -1L, AT_EMPTY_PATH);
    if (const long result = sys(__NR_ioctl, terminal, TIOCSCTTY, 0L); result < 0) {
        return check(Call::ioctl, result);
    }
    for (int stream = 0; stream <= 2; ++stream) {
        if (const long result = sys(__NR_dup3, terminal, stream, 0L); result < 0) {
            return check(Call::dup3, result);
        }
    }
    return {};
}

} // namespace

Outcome open_terminal(Context &context, const plan::Step &step) {
    const long controller =
        above_streams(sys(__NR_openat, AT_FDCWD, "/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (controller < 0) {
        return check(Call::open, controller);
    }
    int unlock = 0;
    long result = sys(__NR_ioctl, controller, TIOCSPTLCK, &unlock);
    // By descriptor, not by the name in /dev/pts, which may be another mount's.
    const long terminal =
        result < 0 ? result
                   : above_streams(sys(__NR_ioctl, controller, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (terminal < 0) {
        Outcome outcome = check(Call::ioctl, terminal);
        outcome.note = Note::not_a_terminal;
        sys(__NR_close, controller);
        return outcome;
    }
    Outcome outcome = connect(terminal, step);
    if (!outcome.failed()) {
        plan::Record record{};
        record.kind = plan::RecordKind::terminal;
        outcome = send_with_fd(context, record, static_cast<int>(controller));
    }
    sys(__NR_close, terminal);
    sys(__NR_close, controller);
    return outcome;
}

} // namespace spaces::stage
