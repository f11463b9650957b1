// Runs a Plan step by step, and where it says so moves on into a new process.
#include "stage/context.hpp"

#include <linux/fcntl.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/signal.h>

namespace spaces::stage {

namespace {

using plan::Call;
using plan::Op;
using plan::Record;
using plan::RecordKind;

void await_maps(Context &context, const plan::Step &step) {
    const bool shows_itself = step.number[0] != 0;
    if (shows_itself) {
        sys(__NR_prctl, PR_SET_DUMPABLE, 1L, 0L, 0L, 0L);
    }
    Record record{};
    record.kind = RecordKind::await_maps;
    send(context, record);
    if (!receive_byte(context)) {
        exit_process(1);
    }
    if (shows_itself) {
        sys(__NR_prctl, PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
    }
}

// Whether a child that goes on from here does.
bool follows_its_parent(const Context &context) {
    const auto count = static_cast<int>(context.header().step_count);
    for (int i = context.index; i < count; ++i) {
        if (context.steps()[i].op == Op::parent_death_signal) {
            return true;
        }
    }
    return false;
}

bool is_replaced(const Context &context, long fd) {
    for (uint32_t i = 0; i < context.header().step_count; ++i) {
        const plan::Step &step = context.steps()[i];
        if (step.op == Op::dup && static_cast<long>(step.number[0]) == fd) {
            return true;
        }
    }
    return false;
}

// Who cannot say so under its filter halts before it has that.
bool is_to_halt(const Context &context, const plan::Step &step) {
    const int halt_index = context.header().halt_index;
    const bool gets_mute = step.op == Op::seccomp && (step.number[2] & plan::seccomp_is_mute) != 0;
    return (context.index == halt_index && !context.is_mute) ||
           (gets_mute && context.index + 1 == halt_index);
}

void halt(Context &context) {
    Record record{};
    record.kind = RecordKind::halted;
    record.index = context.header().halt_index;
    send(context, record);
    receive_byte(context);
}

} // namespace

long out_of_the_way(const Context &context, long fd) {
    while (fd >= 0 && (fd <= 2 || is_replaced(context, fd))) {
        const long next = sys(__NR_fcntl, fd, F_DUPFD_CLOEXEC, fd < 3 ? 3L : fd + 1);
        sys(__NR_close, fd);
        fd = next;
    }
    return fd;
}

Outcome open_own_pidfd(Context &context) {
    if (!follows_its_parent(context)) {
        return {};
    }
    const long pidfd = sys(__NR_pidfd_open, sys(__NR_getpid), 0L);
    if (pidfd < 0) {
        return check(Call::pidfd_open, pidfd);
    }
    const long moved = out_of_the_way(context, pidfd);
    context.supervisor_pidfd = static_cast<int>(moved);
    return check(Call::fcntl, moved);
}

bool has_ended(int pidfd) {
    struct {
        int fd;
        short events;
        short revents;
    } entry{pidfd, POLLIN, 0};
    const long timeout[2] = {0, 0};
    return sys(__NR_ppoll, &entry, 1L, timeout, 0L, 0L) > 0;
}

// The pid namespace that was joined or unshared is only for children. The child is our caller's, so that it
// is waited for as if it had been started directly; this process has done its work then.
void enter_pid_namespace(Context &context) {
    int pidfd = -1;
    const unsigned long flags =
        CLONE_PARENT | CLONE_PIDFD | SIGCHLD |
        (context.tid_address != nullptr ? CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID : 0);
#if defined(__x86_64__)
    const long pid = sys(__NR_clone, flags, 0L, &pidfd, context.tid_address, 0L);
#else
    const long pid = sys(__NR_clone, flags, 0L, &pidfd, 0L, context.tid_address);
#endif
    if (pid == 0) {
        return;
    }
    hand_over(context, pid, pidfd);
}

void hand_over(Context &context, long pid, int pidfd) {
    if (pid < 0) {
        fail(context, check(Call::clone, pid));
    }
    Record record{};
    record.kind = RecordKind::moved;
    record.pid = static_cast<int32_t>(pid);
    const Outcome outcome = send_with_fd(context, record, pidfd);
    exit_process(outcome.failed() ? 1 : 0);
}

int go_on(void *argument) {
    auto &context = *static_cast<Context *>(argument);
    ++context.index;
    run_plan(context);
    exit_process(1);
}

void run_plan(Context &context) {
    const auto count = static_cast<int>(context.header().step_count);
    for (; context.index < count; ++context.index) {
        const plan::Step &step = context.steps()[context.index];
        if (is_to_halt(context, step)) {
            halt(context);
        }
        if (context.index == context.header().fail_index) {
            Outcome outcome;
            outcome.error = context.header().fail_errno;
            fail(context, outcome);
        }
        switch (step.op) {
        case Op::await_maps:
            await_maps(context, step);
            break;
        case Op::enter_pid:
            (context.enter_pid != nullptr ? context.enter_pid : enter_pid_namespace)(context);
            break;
        case Op::supervise:
            context.supervise(context);
            break;
        case Op::call:
            if (caller_has_gone(context)) {
                exit_process(1);
            }
            context.call(context);
            break;
        default:
            if (const Outcome outcome = run_step(context, step); outcome.failed()) {
                fail(context, outcome);
            }
        }
    }
}

} // namespace spaces::stage
