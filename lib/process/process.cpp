// Process: a program that was started, from its start to its Result.
#include "process/process.hpp"

#include "base/deadline.hpp"
#include "base/sys.hpp"
#include "mount/running.hpp"
#include "process/launch.hpp"
#include "process/pid_1.hpp"
#include "security/syscalls.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <linux/types.h>
#include <poll.h>
#include <spaces/base.h>
#include <spaces/spec.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace spaces {

namespace {

constexpr int most_records = 8;

constexpr std::array<const char *, 5> stream_names{"stdin", "stdout", "stderr", "terminal", "seccomp"};

uint64_t microseconds(const timeval &time) {
    return static_cast<uint64_t>(time.tv_sec) * 1000000 + static_cast<uint64_t>(time.tv_usec);
}

// struct pidfd_info and its ioctl, of Linux 6.13 and 6.15: newer than the headers that we build with.
struct PidfdInfo {
    __u64 mask;
    __u64 cgroupid;
    __u32 ids[11]; // pid, tgid, ppid, and four kinds of uid and gid
    __s32 exit_code;
};
static_assert(sizeof(PidfdInfo) == 64); // PIDFD_INFO_SIZE_VER0
constexpr __u64 pidfd_info_exit = 1U << 3;
constexpr unsigned long pidfd_get_info = _IOWR(0xFF, 11, PidfdInfo);

// Where something else has reaped the child: newer kernels still tell a holder of its pidfd.
std::optional<int> status_of_reaped(int pidfd) {
    PidfdInfo info{};
    info.mask = pidfd_info_exit;
    if (::ioctl(pidfd, pidfd_get_info, &info) != 0 || (info.mask & pidfd_info_exit) == 0) {
        return {};
    }
    return info.exit_code;
}

uint64_t bit(int signal) {
    return uint64_t{1} << (signal - 1);
}

[[noreturn]] void throw_lost(pid_t pid) {
    throw Error{.code = SPACES_ESTATE,
                .error_number = ECHILD,
                .step = "wait",
                .object = "process " + std::to_string(pid),
                .system_call = "waitid",
                .message = "the exit status of process " + std::to_string(pid) +
                           " is lost: something else has reaped it",
                .hint = "the calling process ignores SIGCHLD or waits for any child (wait(2)); with an init "
                        "(spaces_spec_set_init) or on Linux 6.15 the status is kept"};
}

} // namespace

Process::Process(Started started) : started_(std::move(started)) {}

Fd Process::take_fd(int stream) {
    const char *name = stream_names.at(static_cast<size_t>(stream));
    if (!started_.has_stdio[stream]) {
        throw Error{.code = SPACES_ENOTFOUND,
                    .step = "take_fd",
                    .object = name,
                    .message = stream == SPACES_SECCOMP
                                   ? "the program's filter gives its notifications to nobody, or to a socket"
                                   : std::string("the program has no pipe or terminal as its ") + name};
    }
    if (!started_.stdio[stream].is_open()) {
        throw Error{.code = SPACES_ESTATE,
                    .step = "take_fd",
                    .object = name,
                    .message = std::string("the descriptor for ") + name + " was taken before"};
    }
    return std::move(started_.stdio[stream]);
}

bool Process::wait_until_ended(int timeout_ms) const {
    const Deadline deadline(timeout_ms);
    for (;;) {
        pollfd entry{pidfd(), POLLIN, 0};
        const int ready = ::poll(&entry, 1, deadline.left());
        if (ready >= 0 || errno != EINTR) {
            return sys("poll", ready, {"wait", "pidfd", "wait for the process"}) > 0;
        }
    }
}

void Process::classify(Result &result) const {
    if (result.signal == SIGKILL && killed_instead_of_.load() != 0) {
        result.signal = killed_instead_of_.load();
        result.core_dumped = false;
    }
    if (result.cause != Result::Cause::signaled) {
        return;
    }
    if ((sent_signals_.load() & bit(result.signal)) != 0) {
        result.cause = Result::Cause::killed;
    } else if (result.signal == SIGKILL && result.oom_kills != 0) {
        result.cause = Result::Cause::out_of_memory;
    }
}

Result Process::collect() {
    // The supervisor's word first: its own status is only an echo of the program's.
    std::optional<plan::Record> ended;
    if (started_.supervisor) {
        // At most as many as there are kinds: who could trace the init could send without end.
        for (int i = 0; i < most_records && !ended; ++i) {
            const std::optional<Message> message = started_.supervisor->receive(0);
            if (!message) {
                break;
            }
            if (message->record.kind == plan::RecordKind::ended) {
                ended = message->record;
            }
        }
    }
    rusage usage{};
    siginfo_t info{};
    int reaped;
    do {
        reaped = static_cast<int>(::syscall(SYS_waitid, P_PIDFD, pidfd(), &info, WEXITED, &usage));
    } while (reaped < 0 && errno == EINTR);

    if (ended) {
        Result result = from_wait_status(ended->status);
        result.user_time_us = ended->user_time_us;
        result.system_time_us = ended->system_time_us;
        result.peak_memory = ended->peak_memory;
        if (ended->cause == plan::Cause::time_limit) {
            result.cause = Result::Cause::time_limit;
        }
        if (ended->architecture != 0) {
            result.system_call = syscall_name(ended->architecture, ended->system_call);
            if (result.system_call.empty()) {
                result.system_call = std::to_string(ended->system_call);
            }
        }
        if (ended->cause == plan::Cause::refused_call) {
            // The supervisor ends who makes such a call by SIGKILL; the kernel would have done it by this
            // one.
            result.cause = Result::Cause::seccomp;
            result.signal = SIGSYS;
        }
        return result;
    }
    if (reaped < 0) {
        const std::optional<int> status = status_of_reaped(pidfd());
        return status ? from_wait_status(*status) : (throw_lost(pid()), Result{});
    }
    const bool exited = info.si_code == CLD_EXITED;
    Result result = from_wait_status(exited ? (info.si_status & 0xff) << 8
                                            : info.si_status | (info.si_code == CLD_DUMPED ? 0x80 : 0));
    result.user_time_us = microseconds(usage.ru_utime);
    result.system_time_us = microseconds(usage.ru_stime);
    const uint64_t peak = static_cast<uint64_t>(usage.ru_maxrss) * 1024;
    result.peak_memory = peak > started_.inherited_peak ? peak : 0;
    return result;
}

// The groups go even where the status is lost.
Result Process::collect_and_finish() {
    Result result;
    try {
        result = collect();
    } catch (...) {
        finish_cgroup(result);
        throw;
    }
    finish_cgroup(result);
    return result;
}

std::optional<Result> Process::wait(int timeout_ms) {
    if (!result_) {
        if (!wait_until_ended(timeout_ms)) {
            return {};
        }
        Result result = collect_and_finish();
        classify(result);
        result_ = result;
    }
    return result_;
}

void Process::kill(int signal) const {
    if (signal != 0) {
        sent_signals_.fetch_or(bit(signal));
    }
    if (started_.is_pid_1 && is_dropped(started_.supervisor ? program_of(pid()) : pid(), signal)) {
        killed_instead_of_.store(signal);
        signal = SIGKILL;
    }
    send(signal);
    const std::lock_guard guard(cgroup_mutex_);
    if (signal == SIGKILL && frozen_) {
        started_.cgroup.thaw(); // who stands still does not pass it on, nor die of it in version 1
        frozen_ = false;
    }
}

void Process::send(int signal) const {
    if (started_.supervisor) {
        // One that has gone has taken its program with it.
        const plan::Command command{signal};
        started_.supervisor->send(&command, sizeof command);
        return;
    }
    const std::string object = "process " + std::to_string(pid());
    if (::syscall(SYS_pidfd_send_signal, pidfd(), signal, nullptr, 0) != 0 && errno != ESRCH) {
        throw_system("kill", "pidfd_send_signal", errno, object,
                     "send signal " + std::to_string(signal) + " to " + object);
    }
}

// A process that is where the program is: its init, or itself.
pid_t Process::inside() const {
    const pid_t program = started_.supervisor && !started_.init ? program_of(pid()) : pid();
    pollfd end{pidfd(), POLLIN, 0};
    if (result_ || program == 0 || ::poll(&end, 1, 0) > 0) {
        const std::string object = "process " + std::to_string(pid());
        throw Error{.code = SPACES_ENOTFOUND,
                    .error_number = ESRCH,
                    .step = "mount",
                    .object = object,
                    .message = object + " has ended, and its mounts with it"};
    }
    return program;
}

void Process::mount(const MountSpec &mount) const {
    run_to_its_end(compile_mount(inside(), mount));
}

void Process::unmount(const std::string &destination, bool lazily) const {
    run_to_its_end(compile_unmount(inside(), destination, lazily));
}

void Process::kill_all() const {
    sent_signals_.fetch_or(bit(SIGKILL));
    {
        const std::lock_guard guard(cgroup_mutex_);
        if (started_.cgroup.is_own()) {
            started_.cgroup.kill();
            frozen_ = false;
        }
    }
    if (started_.supervisor && !started_.init) {
        send(SIGKILL); // a supervisor that is no init kills its program, and ends with it; not the other way
                       // round
        return;
    }
    const std::string object = "process " + std::to_string(pid());
    if (::syscall(SYS_pidfd_send_signal, pidfd(), SIGKILL, nullptr, 0) != 0 && errno != ESRCH) {
        throw_system("kill", "pidfd_send_signal", errno, object, "kill " + object);
    }
}

} // namespace spaces
