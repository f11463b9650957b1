// The init or supervisor of a function: the process that has the namespaces forks once more for the function
// and becomes the stage, which holds no copy of the caller's memory.
#include "process/fork.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#if __has_include(<sys/rseq.h>)
#include <sys/rseq.h>
#endif

namespace spaces {

namespace {

using plan::Call;

[[noreturn]] void become_supervisor(stage::Context &context, const stage::Supervision &supervision) {
    char line[128];
    std::snprintf(line, sizeof line, "%d %d %d %llu %llu", supervision.control, supervision.program,
                  supervision.caller_pidfd, static_cast<unsigned long long>(supervision.time_limit_ms),
                  static_cast<unsigned long long>(supervision.time_limit_grace_ms));
    for (const int fd : {supervision.control, supervision.caller_pidfd}) {
        if (fd >= 0) {
            ::fcntl(fd, F_SETFD, 0);
        }
    }
    const char *argv[] = {"spaces-init", nullptr};
    const char *envp[] = {line, nullptr};
    const int stage_fd = fork_of(context).stage_fd;
    ::syscall(SYS_execveat, stage_fd, "", argv, envp, AT_EMPTY_PATH);
    const int error = errno;
    // Refused by a filter, it may still go by a path, if there is a /proc.
    char path[32];
    stage::describe_fd(stage_fd, path);
    ::execve(path, const_cast<char **>(argv), const_cast<char **>(envp));
    ::kill(supervision.program, SIGKILL);
    stage::fail(context, stage::check(Call::execve, -error));
}

// Its children's statuses are the supervisor's business, even where the caller ignores SIGCHLD.
pid_t fork_for_program(stage::Context &context) {
    if (const stage::Outcome outcome = stage::open_own_pidfd(context); outcome.failed()) {
        stage::fail(context, outcome);
    }
    struct sigaction callers {};
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &by_default, &callers);
    const pid_t pid = fork_by(fork_of(context).callable);
    if (pid < 0) {
        stage::fail(context, stage::check(Call::clone, -errno));
    }
    if (pid == 0) {
        ::sigaction(SIGCHLD, &callers, nullptr);
    }
    return pid;
}

// A child that shares memory has none of its parent's registration of restartable sequences, and its forks
// inherit that; libc (2.35 and newer) would take what it finds there for the present processor.
void register_restartable_sequences() {
#ifdef RSEQ_SIG
    if (__rseq_size > 0) {
        constexpr unsigned smallest = 32;
        const unsigned size = __rseq_size < smallest ? smallest : __rseq_size;
        auto *area = static_cast<char *>(__builtin_thread_pointer()) + __rseq_offset;
        ::syscall(SYS_rseq, area, size, 0, RSEQ_SIG);
    }
#endif
}

} // namespace

// A new pid namespace is for children only, so this process cannot be in it. Its child is to become the init:
// it gets this process' memory itself instead of a copy, and another stack, as after vfork(2). The fork for
// the function then makes the one copy that is needed, and goes on here, on the stack that the caller's
// runtime knows.
void enter_pid_as_init(stage::Context &context) {
    Fork &fork = fork_of(context);
    if (_setjmp(fork.callers_stack) != 0) {
        register_restartable_sequences();
        return;
    }
    alignas(16) char stack[65536];
    int pidfd = -1;
    fork.first_is_alive = 1; // the kernel clears it with this process' end
    if (::syscall(SYS_set_tid_address, &fork.first_is_alive) < 0) {
        fork.first_is_alive = 0;
    }
    const long pid =
        spaces_clone_call(__NR_clone, CLONE_VM | CLONE_PARENT | CLONE_PIDFD | CLONE_CHILD_SETTID | SIGCHLD,
                          reinterpret_cast<long>(stack + sizeof stack), reinterpret_cast<long>(&pidfd),
                          context.tid_address, stage::go_on, &context);
    stage::hand_over(context, pid, pidfd);
}

// The init tells the caller how the program ended. This process passes signals on, and ends with it.
void fork_and_stand_by(stage::Context &context) {
    if (const pid_t init = fork_for_program(context); init > 0) {
        stage::Supervision supervision;
        supervision.program = init;
        become_supervisor(context, supervision);
    }
}

void fork_and_supervise(stage::Context &context) {
    Fork &fork = fork_of(context);
    const bool shares_memory = context.enter_pid == enter_pid_as_init;
    if (shares_memory) {
        // The function may trace this process, and must not reach one outside of its pid namespace by the
        // memory.
        stage::await_zero(&fork.first_is_alive);
    }
    if (const pid_t program = fork_for_program(context); program > 0) {
        const plan::Header &header = context.header();
        stage::Supervision supervision;
        supervision.control = context.control;
        supervision.program = program;
        supervision.caller_pidfd = header.caller_pidfd;
        supervision.time_limit_ms = header.time_limit_ms;
        supervision.time_limit_grace_ms = header.time_limit_grace_ms;
        become_supervisor(context, supervision);
    }
    if (shares_memory) {
        // No frame in between has anything to destroy, and each is but a copy here.
        std::longjmp(fork.callers_stack, 1); // NOLINT(cert-err52-cpp)
    }
}

} // namespace spaces
