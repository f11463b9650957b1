// The default seccomp profile: what programs need, and nothing that reaches around the namespaces.
//
// Allowed is what programs of all kinds use and what acts upon the process itself, its files and its sockets.
// Not allowed without the capability that the kernel asks for anyway: what changes namespaces, mounts,
// clocks, modules and the like. Not allowed at all: what is large, seldom needed and often was a way into the
// kernel (io_uring, userfaultfd, keyrings that are no namespace's, kexec, 16-bit code), and old remains.
#include "security/default_profile.hpp"

#include "security/syscalls.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <linux/capability.h>
#include <sched.h>
#include <set>
#include <string_view>

namespace spaces {

namespace {

// Names of several architectures and ages: each finds its own among them.
constexpr std::array<std::string_view, 9> allowed{
    // Files by name
    "access chdir chmod chown chown32 creat faccessat faccessat2 fchmodat fchmodat2 fchownat fstatat64 "
    "futimesat getcwd getxattr getxattrat inotify_add_watch inotify_init inotify_init1 inotify_rm_watch "
    "lchown "
    "lchown32 lgetxattr link linkat listxattr listxattrat llistxattr lremovexattr lsetxattr lstat lstat64 "
    "mkdir "
    "mkdirat mknod mknodat name_to_handle_at newfstatat oldlstat oldstat open openat openat2 readlink "
    "readlinkat removexattr removexattrat rename renameat renameat2 rmdir setxattr setxattrat stat stat64 "
    "statfs statfs64 statx symlink symlinkat truncate truncate64 umask unlink unlinkat utime utimensat "
    "utimensat_time64 utimes fanotify_mark listmount statmount ",
    // Files by descriptor
    "cachestat close close_range copy_file_range dup dup2 dup3 fadvise64 fadvise64_64 arm_fadvise64_64 "
    "fallocate "
    "fchdir fchmod fchown fchown32 fcntl fcntl64 fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr "
    "fstat fstat64 fstatfs fstatfs64 fsync ftruncate ftruncate64 getdents getdents64 ioctl _llseek lseek "
    "memfd_create memfd_secret oldfstat pipe pipe2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read "
    "readahead readv sendfile sendfile64 splice sync sync_file_range sync_file_range2 arm_sync_file_range "
    "syncfs tee vmsplice write writev ",
    // Waiting for descriptors and for others
    "epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old "
    "eventfd eventfd2 futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake get_robust_list "
    "io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit membarrier "
    "_newselect poll ppoll ppoll_time64 pselect6 pselect6_time64 select set_robust_list ",
    // Memory
    "brk madvise map_shadow_stack mincore mlock mlock2 mlockall mmap mmap2 mprotect mremap mseal msync "
    "munlock "
    "munlockall munmap pkey_alloc pkey_free pkey_mprotect remap_file_pages ",
    // Processes and threads, and what they are
    "arch_prctl capget capset execve execveat exit exit_group fork get_thread_area getcpu getegid getegid32 "
    "geteuid geteuid32 getgid getgid32 getgroups getgroups32 getpgid getpgrp getpid getppid getpriority "
    "getresgid getresgid32 getresuid getresuid32 getrlimit getrusage getsid gettid getuid getuid32 "
    "ioprio_get "
    "ioprio_set kill landlock_add_rule landlock_create_ruleset landlock_restrict_self modify_ldt nice "
    "pidfd_open pidfd_send_signal prctl prlimit64 process_mrelease process_vm_readv process_vm_writev ptrace "
    "rseq sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam "
    "sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity sched_setattr "
    "sched_setparam sched_setscheduler sched_yield seccomp set_thread_area set_tid_address set_tls setfsgid "
    "setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 setpgid setpriority setregid "
    "setregid32 setresgid setresgid32 setresuid setresuid32 setreuid setreuid32 setrlimit setsid setuid "
    "setuid32 sysinfo times ugetrlimit uname olduname oldolduname uretprobe vfork wait4 waitid waitpid "
    "breakpoint cacheflush usr26 usr32 riscv_flush_icache ",
    // Signals
    "alarm pause restart_syscall rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn "
    "rt_sigsuspend rt_sigtimedwait rt_sigtimedwait_time64 rt_tgsigqueueinfo sgetmask sigaction sigaltstack "
    "signal signalfd signalfd4 sigpending sigprocmask sigreturn sigsuspend ssetmask tgkill tkill ",
    // Time; who sets a clock is asked for the capability by the kernel
    "adjtimex clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64 "
    "clock_nanosleep clock_nanosleep_time64 getitimer gettimeofday nanosleep setitimer time timer_create "
    "timer_delete timer_getoverrun timer_gettime timer_gettime64 timer_settime timer_settime64 "
    "timerfd_create "
    "timerfd_gettime timerfd_gettime64 timerfd_settime timerfd_settime64 ",
    // Talking to others. socketcall(2) has its arguments in memory, where no filter sees them.
    "accept accept4 bind connect getpeername getsockname getsockopt ipc listen mq_getsetattr mq_notify "
    "mq_open "
    "mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink msgctl msgget msgrcv "
    "msgsnd recv recvfrom recvmmsg recvmmsg_time64 recvmsg semctl semget semop semtimedop semtimedop_time64 "
    "send sendmmsg sendmsg sendto setsockopt shmat shmctl shmdt shmget shutdown socketcall socketpair ",
    // The rest
    "getrandom lsm_get_self_attr lsm_list_modules lsm_set_self_attr "};

struct ByCapability {
    int capability;
    std::string_view names;
};

constexpr std::array by_capability{
    ByCapability{CAP_SYS_ADMIN,
                 "bpf clone clone3 fanotify_init fsconfig fsmount fsopen fspick lookup_dcookie mount "
                 "mount_setattr move_mount open_tree open_tree_attr perf_event_open quotactl quotactl_fd "
                 "setdomainname sethostname setns syslog umount umount2 unshare "},
    ByCapability{CAP_BPF, "bpf "},
    ByCapability{CAP_DAC_READ_SEARCH, "open_by_handle_at "},
    ByCapability{CAP_PERFMON, "perf_event_open "},
    ByCapability{CAP_SYSLOG, "syslog "},
    ByCapability{CAP_SYS_BOOT, "reboot "},
    ByCapability{CAP_SYS_CHROOT, "chroot "},
    ByCapability{CAP_SYS_MODULE, "delete_module finit_module init_module "},
    ByCapability{CAP_SYS_NICE,
                 "get_mempolicy mbind migrate_pages move_pages set_mempolicy set_mempolicy_home_node "},
    ByCapability{CAP_SYS_PACCT, "acct "},
    ByCapability{CAP_SYS_PTRACE, "kcmp pidfd_getfd process_madvise "},
    ByCapability{CAP_SYS_RAWIO, "ioperm iopl "},
    ByCapability{CAP_SYS_TIME, "clock_settime clock_settime64 settimeofday stime "},
    ByCapability{CAP_SYS_TTY_CONFIG, "vhangup "},
};

// What is refused above this number is newer than the lists are.
constexpr int newest_known = 450; // set_mempolicy_home_node, of Linux 5.17

// The one of these that has to do with seccomp among those which container engines give.
constexpr uint64_t usual_capabilities = uint64_t{1} << CAP_SYS_CHROOT;

constexpr uint64_t new_namespaces =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;

// Linux itself, 32-bit code, an old version number, both; and the question.
constexpr std::array<uint64_t, 5> personalities{0x0, 0x8, 0x20000, 0x20008, 0xffffffff};

constexpr uint64_t af_alg = 38;   // the kernel's cryptography, which libraries do themselves
constexpr uint64_t af_vsock = 40; // the hypervisor, whatever the network namespace

bool has(const Capabilities &capabilities, int capability) {
    return (capabilities.value_or(usual_capabilities) >> capability & 1U) != 0;
}

void add_words(std::set<std::string> &names, std::string_view words) {
    while (!words.empty()) {
        const size_t end = std::min(words.find(' '), words.size());
        names.emplace(words.substr(0, end));
        words.remove_prefix(std::min(end + 1, words.size()));
    }
}

std::set<std::string> names_for(const Capabilities &capabilities) {
    std::set<std::string> names;
    for (const std::string_view words : allowed) {
        add_words(names, words);
    }
    for (const ByCapability &more : by_capability) {
        if (has(capabilities, more.capability)) {
            add_words(names, more.names);
        }
    }
    return names;
}

SeccompRule allow(std::vector<std::string> names, std::vector<SeccompArg> args = {}) {
    return {.names = std::move(names), .action = "SCMP_ACT_ALLOW", .args = std::move(args)};
}

void add_conditions(SeccompProfile &profile, const Capabilities &capabilities) {
    for (const uint64_t personality : personalities) {
        profile.syscalls.push_back(allow({"personality"}, {{0, personality, 0, "SCMP_CMP_EQ"}}));
    }
    profile.syscalls.push_back(allow({"socket"}, {{0, af_alg, 0, "SCMP_CMP_LT"}}));
    profile.syscalls.push_back(allow({"socket"}, {{0, (af_alg + af_vsock) / 2, 0, "SCMP_CMP_EQ"}}));
    profile.syscalls.push_back(allow({"socket"}, {{0, af_vsock, 0, "SCMP_CMP_GT"}}));
    if (!has(capabilities, CAP_SYS_ADMIN)) {
        profile.syscalls.push_back(allow({"clone"}, {{0, new_namespaces, 0, "SCMP_CMP_MASKED_EQ"}}));
    }
}

// What a later libseccomp knows and these lists do not: as if this kernel did not have it either. clone3 has
// its flags in memory, where no filter sees them; libcs use clone where it is missing.
void hide_newer(SeccompProfile &profile, const std::set<std::string> &names) {
    std::vector<std::string> hidden;
    if (!names.contains("clone3")) {
        hidden.emplace_back("clone3");
    }
    for (int number = newest_known + 1; number <= newest_syscall(native_architecture()); ++number) {
        const std::string name = syscall_name(native_architecture(), number);
        if (!name.empty() && !names.contains(name)) {
            hidden.push_back(name);
        }
    }
    if (!hidden.empty()) {
        profile.syscalls.push_back(
            {.names = std::move(hidden), .action = "SCMP_ACT_ERRNO", .errno_ret = ENOSYS});
    }
}

} // namespace

SeccompProfile default_profile(const Capabilities &capabilities) {
    SeccompProfile profile{.default_action = "SCMP_ACT_ERRNO", .default_errno_ret = EPERM};
#if defined(__x86_64__)
    profile.architectures = {"SCMP_ARCH_X86_64", "SCMP_ARCH_X86"};
#elif defined(__aarch64__)
    profile.architectures = {"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"};
#endif
    const std::set<std::string> names = names_for(capabilities);
    profile.syscalls.push_back(allow({names.begin(), names.end()}));
    add_conditions(profile, capabilities);
    hide_newer(profile, names);
    return profile;
}

std::string default_profile_key(const Capabilities &capabilities) {
    std::string key = "default 1 ";
    key += std::to_string(capabilities.value_or(usual_capabilities)) + " ";
    for (const std::string_view words : allowed) {
        key += words;
    }
    for (const ByCapability &more : by_capability) {
        key += std::to_string(more.capability) + " ";
        key += more.names;
    }
    return key;
}

} // namespace spaces
