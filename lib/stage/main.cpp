// The stage: a program without libc that receives a Plan on a socket and runs it, or supervises a program.
//
// Its environment is one line of numbers. "CONTROL": the socket; a Plan comes on it. "CONTROL PROGRAM
// CALLER_PIDFD LIMIT GRACE CONFINED": supervise this child, which a fork of the caller has left us.
#include "stage/context.hpp"

#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/socket.h>
#include <stddef.h>

namespace spaces::stage {

namespace {

using plan::Call;
using plan::Record;
using plan::RecordKind;

bool receive(int control, void *to, size_t size) {
    auto *out = static_cast<char *>(to);
    while (size != 0) {
        const long got = sys(__NR_read, control, out, size);
        if (got == -EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        out += got;
        size -= static_cast<size_t>(got);
    }
    return true;
}

char *receive_plan(int control) {
    uint32_t size = 0; // the Plan begins with it
    if (!receive(control, &size, sizeof size) || size < sizeof(plan::Header)) {
        return nullptr;
    }
    const long memory = sys(__NR_mmap, 0L, static_cast<unsigned long>(size), PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L);
    if (memory < 0 && memory > -4096) {
        return nullptr;
    }
    auto *base = reinterpret_cast<char *>(memory);
    reinterpret_cast<plan::Header *>(base)->size = size;
    return receive(control, base + sizeof size, size - sizeof size) ? base : nullptr;
}

void reset_signal(int signal) {
    const unsigned long action[4] = {0, 0, 0, 0};
    sys(__NR_rt_sigaction, signal, action, 0L, 8L);
}

// What a caller ignores, an exec lets be ignored.
void reset_signals(uint64_t signals) {
    for (int signal = 1; signals != 0; ++signal, signals >>= 1) {
        if ((signals & 1) != 0) {
            reset_signal(signal); // EINVAL for SIGKILL and SIGSTOP
        }
    }
}

// All but these, of which some may be none (-1).
void close_others(int a, int b, int c, int d) {
    const int all[] = {a, b, c, d};
    int keep[4];
    uint32_t count = 0;
    for (const int fd : all) {
        uint32_t at = count;
        for (; fd >= 0 && at > 0 && keep[at - 1] > fd; --at) {
            keep[at] = keep[at - 1];
        }
        if (fd >= 0) {
            keep[at] = fd;
            ++count;
        }
    }
    close_all_but(keep, count);
}

// Memory that parent and child both have, where they share nothing else.
Progress *shared_progress() {
    const long page =
        sys(__NR_mmap, 0L, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0L);
    if (page < 0 && page > -4096) {
        return nullptr;
    }
    auto *progress = reinterpret_cast<Progress *>(page);
    progress->listener = -1;
    return progress;
}

// The listener came with the filter, and is here because the two shared their descriptors until the exec.
void send_listener(Context &context) {
    Record record{};
    record.kind = RecordKind::listener;
    if (const Outcome outcome = send_with_fd(context, record, context.progress->listener); outcome.failed()) {
        fail(context, outcome);
    }
}

// The child goes on with the Plan, in the memory of this process until its exec: a copy would be made only to
// be thrown away. Where the child is seen in somebody else's pid namespace, though, who can trace it must not
// reach its supervisor outside (CVE-2016-9962).
void stay_behind(Context &context) {
    alignas(16) char stack[32768];
    int sharing = 0; // the kernel clears it when the child does not use this memory any more
    const plan::Header &header = context.header();
    const bool shares_files = header.shares_files != 0;
    long flags = SIGCHLD | (shares_files ? CLONE_FILES : 0);
    context.supervised = true;
    if (!context.hidden) {
        flags |= CLONE_VM | CLONE_CHILD_CLEARTID;
        sharing = 1;
        context.init_is_busy = 1;
    } else if (Progress *progress = shared_progress(); progress != nullptr) {
        flags |= CLONE_VFORK;
        context.progress = progress;
    } else {
        fail(context, check(Call::mmap, -ENOMEM));
    }
    int signals = -1;
    if (const Outcome outcome = open_signals(signals); outcome.failed()) {
        fail(context, outcome);
    }
    if (shares_files) { // whose numbers the program's own must not take
        signals = static_cast<int>(out_of_the_way(context, signals));
    }
    if (const Outcome outcome = open_own_pidfd(context); outcome.failed()) {
        fail(context, outcome);
    }
    const long dumpable = sys(__NR_prctl, PR_GET_DUMPABLE, 0L, 0L, 0L, 0L);
    const long program = spaces_clone_call(__NR_clone, flags, reinterpret_cast<long>(stack + sizeof stack), 0,
                                           &sharing, go_on, &context);
    if (program < 0) {
        fail(context, check(Call::clone, program));
    }
    // An init is seen by its program, which therefore waits for this.
    if (!shares_files) {
        close_others(context.control, header.caller_pidfd, signals, -1); // what the program could want closed
    }
    if (header.confines_supervisor != 0) {
        confine();
    }
    constexpr long futex_wake = 1;
    __atomic_store_n(&context.init_is_busy, 0, __ATOMIC_RELEASE);
    sys(__NR_futex, &context.init_is_busy, futex_wake, 1L);
    await_zero(&sharing);
    if (!context.progress->executing) {
        if (context.progress->has_failed) {
            send(context, context.progress->failure);
        }
        exit_process(1); // the child has told the caller why, or was killed
    }
    if (shares_files) {
        close_others(context.control, header.caller_pidfd, signals, context.progress->listener);
        if (context.progress->listener >= 0 && header.reports_refusals == 0) {
            send_listener(context);
            sys(__NR_close, context.progress->listener);
            context.progress->listener = -1;
        }
    }
    // A change of ids in the child has taken it from the memory, which is ours alone again.
    sys(__NR_prctl, PR_SET_DUMPABLE, dumpable, 0L, 0L, 0L);

    Record record{};
    record.kind = RecordKind::started;
    send(context, record);
    supervise({context.control, signals, static_cast<int>(program), header.caller_pidfd, header.time_limit_ms,
               header.time_limit_grace_ms, context.progress->listener});
}

[[noreturn]] void run_received_plan(int control) {
    Context context;
    context.control = control;
    sys(__NR_fcntl, control, F_SETFD, FD_CLOEXEC);
    context.base = receive_plan(control);
    if (context.base == nullptr) {
        exit_process(1); // the caller has gone
    }
    close_all_but(context.at<int>(context.header().keep), context.header().keep_count);
    for (uint32_t i = 0; i < context.header().keep_count; ++i) {
        const int fd = context.at<int>(context.header().keep)[i];
        if (fd > 2) {
            sys(__NR_fcntl, fd, F_SETFD, FD_CLOEXEC);
        }
    }
    reset_signals(context.header().default_signals); // while the caller is at work too
    if (context.header().await_go != 0 && !receive_byte(context)) {
        exit_process(1);
    }
    context.callers_umask = static_cast<uint32_t>(sys(__NR_umask, 0L));
    context.supervise = stay_behind;
    run_plan(context);
    exit_process(1);
}

// Whether this is what the library hands over. Anything else, which somebody's environment would be, could
// name a process that is none of ours.
bool is_numbers(const char *text) {
    for (; *text != 0; ++text) {
        if ((*text < '0' || *text > '9') && *text != ' ' && *text != '-') {
            return false;
        }
    }
    return true;
}

long next_number(const char *&text) {
    while (*text == ' ') {
        ++text;
    }
    const bool negative = *text == '-';
    text += negative ? 1 : 0;
    long value = 0;
    for (; *text >= '0' && *text <= '9'; ++text) {
        value = value * 10 + (*text - '0');
    }
    return negative ? -value : value;
}

} // namespace

extern "C" [[noreturn]] void stage_main(long *stack) {
    const long argument_count = stack[0];
    const char *line = reinterpret_cast<const char *>(stack[argument_count + 2]);
    if (line == nullptr || !is_numbers(line)) {
        exit_process(1); // started by hand
    }
    sys(__NR_prctl, PR_SET_NAME, "spaces-init", 0L, 0L, 0L);
    reset_signal(SIGCHLD); // ignored, it would have the kernel throw our children's statuses away
    const int control = static_cast<int>(next_number(line));
    if (*line == 0) {
        run_received_plan(control);
    }
    Supervision supervision;
    supervision.control = control;
    supervision.program = static_cast<int>(next_number(line));
    supervision.caller_pidfd = static_cast<int>(next_number(line));
    supervision.time_limit_ms = static_cast<uint64_t>(next_number(line));
    supervision.time_limit_grace_ms = static_cast<uint64_t>(next_number(line));
    const int confined = static_cast<int>(next_number(line));
    close_others(supervision.control, supervision.caller_pidfd, confined, -1);
    open_signals(supervision.signals); // without them, supervise() ends the program
    if (confined >= 0) {
        confine();
        sys(__NR_close, confined); // for which the function waits
    }
    supervise(supervision);
}

} // namespace spaces::stage

#if defined(__x86_64__)
__asm__(".globl _start\n"
        ".type _start, @function\n"
        "_start:\n"
        "    xorl %ebp, %ebp\n"
        "    movq %rsp, %rdi\n"
        "    andq $-16, %rsp\n"
        "    call stage_main\n"
        "    hlt\n"
        ".size _start, . - _start\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n"
        ".type _start, %function\n"
        "_start:\n"
        "    mov x29, xzr\n"
        "    mov x30, xzr\n"
        "    mov x0, sp\n"
        "    bl stage_main\n"
        "    brk #0\n"
        ".size _start, . - _start\n");
#endif
