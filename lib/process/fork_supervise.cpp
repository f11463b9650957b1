// The init or supervisor of a function: the process that has the namespaces makes another one for the
// function and becomes the stage, which holds no copy of the caller's memory.
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

// libc's header leaves it to the compiler to know this, which -fno-builtin makes clang forget.
// NOLINTNEXTLINE(readability-redundant-declaration)
extern "C" __attribute__((returns_twice)) int _setjmp(__jmp_buf_tag *) noexcept;

namespace spaces {

namespace {

using plan::Call;

// Where the supervisor is confined to what it does anyway, the function, which may trace it, waits until it
// is: for the end of a pipe.
void prepare_confinement(stage::Context &context) {
    Fork &fork = fork_of(context);
    fork.confined[0] = fork.confined[1] = -1;
    if (context.header().confines_supervisor != 0 && ::pipe2(fork.confined, O_CLOEXEC) != 0) {
        stage::fail(context, stage::check(Call::pipe2, -errno));
    }
}

void await_confinement(const Fork &fork) {
    if (fork.confined[0] < 0) {
        return;
    }
    ::close(fork.confined[1]);
    char none = 0;
    while (::read(fork.confined[0], &none, 1) < 0 && errno == EINTR) {
    }
    ::close(fork.confined[0]);
}

[[noreturn]] void become_supervisor(stage::Context &context, const stage::Supervision &supervision) {
    const int confined = fork_of(context).confined[1];
    char line[128];
    std::snprintf(line, sizeof line, "%d %d %d %llu %llu %d", supervision.control, supervision.program,
                  supervision.caller_pidfd, static_cast<unsigned long long>(supervision.time_limit_ms),
                  static_cast<unsigned long long>(supervision.time_limit_grace_ms), confined);
    for (const int fd : {supervision.control, supervision.caller_pidfd, confined}) {
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
void prepare_for_child(stage::Context &context) {
    if (const stage::Outcome outcome = stage::open_own_pidfd(context); outcome.failed()) {
        stage::fail(context, outcome);
    }
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &by_default, &fork_of(context).callers_sigchld);
}

pid_t fork_for_program(stage::Context &context) {
    prepare_for_child(context);
    const pid_t pid = fork_by(fork_of(context).callable);
    if (pid < 0) {
        stage::fail(context, stage::check(Call::clone, -errno));
    }
    if (pid == 0) {
        ::sigaction(SIGCHLD, &fork_of(context).callers_sigchld, nullptr);
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

void keep_robust_list(CallersThread &thread) {
    if (::syscall(SYS_get_robust_list, 0, &thread.robust_list, &thread.robust_list_size) != 0) {
        thread.robust_list = nullptr;
    }
}

void restore_robust_list(const CallersThread &thread) {
    if (thread.robust_list != nullptr) {
        ::syscall(SYS_set_robust_list, thread.robust_list, thread.robust_list_size);
    }
}

void restore_thread(const CallersThread &thread) {
    register_restartable_sequences();
    if ((thread.signal_stack.ss_flags & SS_DISABLE) == 0) {
        stack_t stack = thread.signal_stack;
        stack.ss_flags &= ~SS_ONSTACK;
        ::sigaltstack(&stack, nullptr);
    }
    restore_robust_list(thread);
}

[[noreturn]] void go_on_as_caller(Fork &fork) {
    // No frame in between has anything to destroy, and nobody else uses this memory any more.
    std::longjmp(fork.thread.stack, 1); // NOLINT(cert-err52-cpp)
}

int run_for_program(void *argument) {
    Fork &fork = fork_of(*static_cast<stage::Context *>(argument));
    stage::await_zero(&fork.init_is_here);
    await_confinement(fork);
    go_on_as_caller(fork);
}

// The child that goes on has this memory to itself as soon as this process is the stage. 0: not possible
// here.
pid_t leave_memory_to_program(stage::Context &context) {
    Fork &fork = fork_of(context);
    fork.init_is_here = 1;
    if (context.tid_address == nullptr || ::syscall(SYS_set_tid_address, &fork.init_is_here) < 0) {
        return 0;
    }
    prepare_for_child(context);
    const long pid = spaces_clone_call(
        __NR_clone, CLONE_VM | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD,
        reinterpret_cast<long>(fork.programs_stack), 0, context.tid_address, run_for_program, &context);
    if (pid < 0) {
        stage::fail(context, stage::check(Call::clone, pid));
    }
    return static_cast<pid_t>(pid);
}

} // namespace

void enter_pid_as_program(stage::Context &context) {
    CallersThread &thread = fork_of(context).thread;
    keep_robust_list(thread);
    stage::enter_pid_namespace(context);
    restore_robust_list(thread);
}

// A new pid namespace is for children only, so this process cannot be in it. Its child is to become the init:
// it gets this process' memory itself instead of a copy, and another stack, as after vfork(2). So does the
// child of that one, which goes on here, on the stack that the caller's runtime knows, when this process has
// ended and the init has become the stage: the memory of the caller is copied once.
void enter_pid_as_init(stage::Context &context) {
    Fork &fork = fork_of(context);
    keep_robust_list(fork.thread);
    ::sigaltstack(nullptr, &fork.thread.signal_stack);
    if (_setjmp(fork.thread.stack) != 0) {
        ::sigaction(SIGCHLD, &fork.callers_sigchld, nullptr);
        restore_thread(fork.thread);
        return;
    }
    alignas(16) char inits_stack[65536];
    alignas(16) char programs_stack[16384];
    fork.programs_stack = programs_stack + sizeof programs_stack;
    int pidfd = -1;
    fork.first_is_here = 1;
    if (::syscall(SYS_set_tid_address, &fork.first_is_here) < 0) {
        fork.first_is_here = 0;
    }
    const long pid =
        spaces_clone_call(__NR_clone, CLONE_VM | CLONE_PARENT | CLONE_PIDFD | CLONE_CHILD_SETTID | SIGCHLD,
                          reinterpret_cast<long>(inits_stack + sizeof inits_stack),
                          reinterpret_cast<long>(&pidfd), context.tid_address, stage::go_on, &context);
    stage::hand_over(context, pid, pidfd);
}

// The init tells the caller how the program ended. This process passes signals on, and ends with it.
void fork_and_stand_by(stage::Context &context) {
    prepare_confinement(context);
    if (const pid_t init = fork_for_program(context); init > 0) {
        stage::Supervision supervision;
        supervision.program = init;
        become_supervisor(context, supervision);
    }
    await_confinement(fork_of(context));
}

void fork_and_supervise(stage::Context &context) {
    Fork &fork = fork_of(context);
    const bool shares_memory = context.enter_pid == enter_pid_as_init;
    prepare_confinement(context);
    pid_t program = 0;
    if (shares_memory) {
        // The function may trace this process, and must not reach one outside of its pid namespace by the
        // memory.
        stage::await_zero(&fork.first_is_here);
        program = leave_memory_to_program(context);
    }
    if (program == 0) {
        program = fork_for_program(context);
    }
    if (program > 0) {
        const plan::Header &header = context.header();
        stage::Supervision supervision;
        supervision.control = context.control;
        supervision.program = program;
        supervision.caller_pidfd = header.caller_pidfd;
        supervision.time_limit_ms = header.time_limit_ms;
        supervision.time_limit_grace_ms = header.time_limit_grace_ms;
        become_supervisor(context, supervision);
    }
    await_confinement(fork);
    if (shares_memory) {
        go_on_as_caller(fork);
    }
}

} // namespace spaces
