// Which of the newer system calls this kernel has and this process may use.
#include "base/error.hpp"
#include "host/check.hpp"
#include "host/probe.hpp"
#include "stage/syscall.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U // Linux 6.3
#endif

namespace spaces {

namespace {

// Of ioctl_pidfd(2), Linux 6.13; PIDFD_INFO_EXIT is of 6.15.
struct PidfdInfo {
    uint64_t mask;
    uint64_t cgroup_id;
    uint32_t ids[11];
    int32_t exit_code;
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr unsigned long pidfd_get_info = _IOWR(0xff, 11, PidfdInfo);
constexpr uint64_t pidfd_info_exit = 1U << 3U;

// `result` is what the call returned, as stage::sys() has it. A filter is told from an old kernel by its
// errno, but many filters answer ENOSYS too.
Check check_call(const char *name, long result, const char *since) {
    Check check{.name = name, .works = result >= 0};
    if (result == -ENOSYS) {
        check.reason =
            std::string("the kernel does not have it, or a seccomp filter hides it (") + since + ')';
        check.hint = "use a newer kernel, or allow it in the seccomp profile of the container";
    } else if (result < 0) {
        check.reason = std::string(name) + ": " + std::string(errno_text(static_cast<int>(-result)));
        check.hint = "allow it in the seccomp profile of the container";
    }
    return check;
}

// A call that is wrong on purpose, and refused as such by a kernel that has it.
long refused_as(long result, int error_number) {
    return result == -error_number ? 0 : result;
}

long close_if_open(long fd) {
    return fd >= 0 ? stage::sys(SYS_close, fd) : fd;
}

long open_in_root() {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT;
    return close_if_open(stage::sys(SYS_openat2, AT_FDCWD, "/", &how, sizeof how));
}

Check check_exit_info() {
    Check check{.name = "pidfd.exit_info"};
    const Fd pidfd = pidfd_of_ended_probe();
    PidfdInfo info{};
    info.mask = pidfd_info_exit;
    check.works = pidfd.is_open() && ::ioctl(pidfd.get(), pidfd_get_info, &info) == 0 &&
                  (info.mask & pidfd_info_exit) != 0;
    if (!check.works) {
        check.reason = "the kernel does not keep the exit status of a process for its pidfds (Linux 6.15)";
        check.hint = "let no other part of the program wait for children that it did not start";
    }
    return check;
}

// An empty file is no program: the kernel says so (ENOEXEC) only after it has found that it may be executed.
long execute_empty(int fd) {
    long result = 0;
    const std::array<const char *, 1> none{nullptr};
    const int problem = run_probe(
        0, [&] { result = stage::sys(SYS_execveat, fd, "", none.data(), none.data(), AT_EMPTY_PATH); });
    return problem != 0 ? -problem : refused_as(result, ENOEXEC);
}

Fd make_memfd() {
    constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
    int fd = ::memfd_create("spaces", flags | MFD_EXEC);
    if (fd == -1 && errno == EINVAL) {
        fd = ::memfd_create("spaces", flags);
    }
    return Fd(fd);
}

Check check_memfd_exec() {
    const Fd memfd = make_memfd();
    const long result = memfd.is_open() ? execute_empty(memfd.get()) : -errno;
    Check check{.name = "memfd_exec", .works = result == 0};
    const auto sysctl = text_of("/proc/sys/vm/memfd_noexec");
    check.value = sysctl ? "vm.memfd_noexec " + *sysctl : "";
    if (!check.works && sysctl == "2") {
        check.reason = "vm.memfd_noexec is 2: files in memory may not be executed";
        check.hint = "as root: sysctl -w vm.memfd_noexec=1";
    } else if (!check.works) {
        check.reason =
            "a file in memory may not be executed: " + std::string(errno_text(static_cast<int>(-result)));
        check.hint = "allow it in the policy of the security module that is active here";
    }
    return check;
}

} // namespace

void check_system_calls(Checks &checks) {
    checks.push_back(check_call("clone3", refused_as(stage::sys(SYS_clone3, 0, 0), EINVAL), "Linux 5.3"));
    checks.push_back(check_call("pidfd", close_if_open(stage::sys(SYS_pidfd_open, ::getpid())), "Linux 5.3"));
    checks.push_back(check_exit_info());
    // Above every descriptor that can be open.
    checks.push_back(check_call("close_range", stage::sys(SYS_close_range, ~0U, ~0U, 0), "Linux 5.9"));
    checks.push_back(check_call("openat2", open_in_root(), "Linux 5.6"));
    checks.push_back(check_memfd_exec());
}

} // namespace spaces
