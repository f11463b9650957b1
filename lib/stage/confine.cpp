// A program with a filter may be allowed to trace its init, and must not have that do what it may not itself.
#include "stage/context.hpp"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <stddef.h>

namespace spaces::stage {

namespace {

#if defined(__x86_64__)
constexpr uint32_t architecture = AUDIT_ARCH_X86_64;
#else
constexpr uint32_t architecture = AUDIT_ARCH_AARCH64;
#endif

// What a supervisor does from the exec of its program on.
constexpr uint32_t own_calls[] = {__NR_ppoll,       __NR_read,           __NR_wait4,         __NR_kill,
                                  __NR_tgkill,      __NR_sendmsg,        __NR_clock_gettime, __NR_close,
                                  __NR_close_range, __NR_getpid,         __NR_ioctl,         __NR_futex,
                                  __NR_exit_group,  __NR_restart_syscall};

// And what only with this argument.
struct NarrowCall {
    uint32_t number;
    unsigned argument;
    uint64_t value;
};
constexpr NarrowCall narrow_calls[] = {{__NR_prctl, 0, PR_SET_DUMPABLE},
                                       {__NR_prlimit64, 2, 0}}; // 0: only asks

constexpr unsigned calls = sizeof own_calls / sizeof *own_calls;
constexpr unsigned narrow = sizeof narrow_calls / sizeof *narrow_calls;
constexpr unsigned before_calls = 4;
constexpr unsigned each_narrow = 5;
constexpr unsigned refuse_at = before_calls + calls + narrow * each_narrow;
constexpr unsigned allow_at = refuse_at + 1;

struct Program {
    sock_filter code[allow_at + 1];
    unsigned at = 0;

    void add(unsigned short operation, uint32_t operand) { code[at++] = {operation, 0, 0, operand}; }

    void add_jump(uint32_t value, unsigned to, unsigned otherwise) {
        code[at] = {BPF_JMP | BPF_JEQ | BPF_K, distance(to), distance(otherwise), value};
        ++at;
    }

    unsigned char distance(unsigned to) const { return static_cast<unsigned char>(to - at - 1); }
};

} // namespace

void confine() {
    Program program;
    program.add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch));
    program.add_jump(architecture, 3, 2);
    program.add(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    program.add(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
    for (const uint32_t call : own_calls) {
        program.add_jump(call, allow_at, program.at + 1);
    }
    for (const NarrowCall &call : narrow_calls) {
        constexpr uint32_t first = offsetof(seccomp_data, args);
        const uint32_t low = first + call.argument * uint32_t{sizeof(uint64_t)}; // little-endian
        program.add_jump(call.number, program.at + 1, program.at + each_narrow);
        program.add(BPF_LD | BPF_W | BPF_ABS, low);
        program.add_jump(static_cast<uint32_t>(call.value), program.at + 1, refuse_at);
        program.add(BPF_LD | BPF_W | BPF_ABS, low + sizeof(uint32_t));
        program.add_jump(static_cast<uint32_t>(call.value >> 32), allow_at, refuse_at);
    }
    program.add(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    program.add(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const sock_fprog filter{static_cast<unsigned short>(program.at), program.code};
    sys(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
    sys(__NR_seccomp, static_cast<long>(SECCOMP_SET_MODE_FILTER), 0L, &filter);
}

} // namespace spaces::stage
