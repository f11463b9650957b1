// Raw system calls: no errno, no cancellation point, no libc.
#pragma once

#include <asm/unistd.h>
#include <linux/errno.h>
#include <stdint.h>

// ../process/clone.S: clone and clone3, with a child on a stack of its own. Not libc's clone(3), which has no
// clone3, and which the thread sanitizer takes for a fork(2).
extern "C" long spaces_clone_call(long number, long a, long b, long c, int *child_tid,
                                  int (*function)(void *), void *argument);

namespace spaces::stage {

// The kernel's own answer: a value, or minus an errno.
inline long syscall6(long number, long a, long b, long c, long d, long e, long f) {
#if defined(__x86_64__)
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
    return x0;
#else
#error "libspaces runs on x86-64 and arm64"
#endif
}

inline long raw(long value) {
    return value;
}
inline long raw(int value) {
    return value;
}
inline long raw(unsigned value) {
    return static_cast<long>(value);
}
inline long raw(unsigned long value) {
    return static_cast<long>(value);
}
inline long raw(unsigned long long value) {
    return static_cast<long>(value);
}
inline long raw(decltype(nullptr)) {
    return 0;
}
template <class Type> long raw(Type *pointer) {
    return reinterpret_cast<long>(pointer);
}

// sys(__NR_chdir, path)
template <class... Arguments> long sys(long number, Arguments... arguments) {
    static_assert(sizeof...(arguments) <= 6);
    long all[6 + 1] = {raw(arguments)...};
    return syscall6(number, all[0], all[1], all[2], all[3], all[4], all[5]);
}

} // namespace spaces::stage
