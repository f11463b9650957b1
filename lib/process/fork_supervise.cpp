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

[[noreturn]] void become_supervisor(stage::Context &context, pid_t program) {
    const plan::Header &header = context.header();
    char line[128];
    std::snprintf(line, sizeof line, "%d %d %d %llu %llu", context.control, program, header.caller_pidfd,
                  static_cast<unsigned long long>(header.time_limit_ms),
                  static_cast<unsigned long long>(header.time_limit_grace_ms));
    ::fcntl(context.control, F_SETFD, 0);
    if (header.caller_pidfd >= 0) {
        ::fcntl(header.caller_pidfd, F_SETFD, 0);
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
    ::kill(program, SIGKILL);
    stage::fail(context, stage::check(Call::execve, -error));
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

// Its children's statuses are the supervisor's business, even where the caller ignores SIGCHLD.
void fork_and_supervise(stage::Context &context) {
    Fork &fork = fork_of(context);
    const bool shares_memory = context.enter_pid != nullptr;
    if (shares_memory) {
        // The function may trace this process, and must not reach one outside of its pid namespace by the
        // memory.
        stage::await_zero(&fork.first_is_alive);
    }
    if (const stage::Outcome outcome = stage::open_own_pidfd(context); outcome.failed()) {
        stage::fail(context, outcome);
    }
    struct sigaction callers {};
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &by_default, &callers);
    const pid_t program = ::fork();
    if (program < 0) {
        stage::fail(context, stage::check(Call::clone, -errno));
    }
    if (program > 0) {
        become_supervisor(context, program);
    }
    ::sigaction(SIGCHLD, &callers, nullptr);
    if (shares_memory) {
        // No frame in between has anything to destroy, and each is but a copy here.
        std::longjmp(fork.callers_stack, 1); // NOLINT(cert-err52-cpp)
    }
}

} // namespace spaces
