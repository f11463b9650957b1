// The probe's system calls.
#include "support/probe_calls.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

int call(int number, int count, char **words) {
    long arguments[6] = {};
    for (int i = 0; i < count && i < 6; ++i) {
        arguments[i] = std::strtol(words[i], nullptr, 0);
    }
    const long result =
        ::syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
    if (result == 0 && number == SYS_clone) {
        ::_exit(0); // the child
    }
    if (result == -1) {
        std::puts(std::strerror(errno));
    } else {
        std::puts("ok");
    }
    return 0;
}

int call32(int number) {
#if defined(__x86_64__)
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(0), "c"(0), "d"(0) : "memory");
    std::puts(result < 0 && result > -4096 ? std::strerror(static_cast<int>(-result)) : "ok");
#else
    std::printf("%d: no such entry\n", number);
#endif
    return 0;
}

int call_by_init(int number) {
#if defined(__x86_64__)
    user_regs_struct registers{};
    int status = 0;
    const auto next_stop = [&] {
        return ::ptrace(PTRACE_SYSCALL, 1, 0, 0) == 0 && ::waitpid(1, &status, __WALL) == 1 &&
               ::ptrace(PTRACE_GETREGS, 1, 0, &registers) == 0;
    };
    if (::ptrace(PTRACE_SEIZE, 1, 0, 0) != 0 || ::ptrace(PTRACE_INTERRUPT, 1, 0, 0) != 0 ||
        ::waitpid(1, &status, __WALL) != 1 || !next_stop()) {
        std::printf("cannot trace: %s\n", std::strerror(errno));
        return 1;
    }
    const user_regs_struct before = registers; // at the entry of some call of its own
    registers.orig_rax = static_cast<unsigned long long>(number);
    registers.rdi = registers.rsi = registers.rdx = 0;
    ::ptrace(PTRACE_SETREGS, 1, 0, &registers);
    next_stop();
    const long result = static_cast<long>(registers.rax);
    registers = before;
    registers.rip -= 2; // and it makes its own again
    registers.rax = before.orig_rax;
    registers.orig_rax = ~0ULL;
    ::ptrace(PTRACE_SETREGS, 1, 0, &registers);
    ::ptrace(PTRACE_DETACH, 1, 0, 0);
    std::puts(result < 0 && result > -4096 ? std::strerror(static_cast<int>(-result)) : "ok");
#else
    std::printf("%d: not on this architecture\n", number);
#endif
    return 0;
}
