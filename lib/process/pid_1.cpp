// A program that is PID 1 itself: signals that the kernel does not let it die of.
#include "process/pid_1.hpp"

#include "base/fd.hpp"
#include "process/proc_file.hpp"

#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <poll.h>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

namespace spaces {

namespace {

// Those that end no process by default, and the two that PID 1 gets from outside in any case.
bool is_harmless(int signal) {
    switch (signal) {
    case 0:
    case SIGCHLD:
    case SIGCONT:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
    case SIGURG:
    case SIGWINCH:
    case SIGKILL:
    case SIGSTOP:
        return true;
    default:
        return false;
    }
}

// A field of /proc/PID/status: what follows "Name:\t" on its line.
std::string_view field(std::string_view status, std::string_view name) {
    const size_t start = status.find("\n" + std::string(name) + ":\t");
    if (start == std::string_view::npos) {
        return {};
    }
    const size_t value = start + name.size() + 3;
    return status.substr(value, status.find('\n', value) - value);
}

bool has_bit(std::string_view hexadecimal, int signal) {
    uint64_t mask = 0;
    std::from_chars(hexadecimal.data(), hexadecimal.data() + hexadecimal.size(), mask, 16);
    return (mask >> (signal - 1) & 1) != 0;
}

enum class Care { handles, waits, none, running, unknown };

Care care_of(const std::string &thread, int signal) {
    const std::string status = read_proc_file(thread + "/status");
    for (const char *name : {"SigBlk", "SigIgn", "SigCgt"}) {
        if (has_bit(field(status, name), signal)) {
            return Care::handles;
        }
    }
    // What sigwait(3) waits for is not blocked meanwhile, but is not dropped either.
    const std::string call = read_proc_file(thread + "/syscall");
    if (call.empty()) {
        return Care::unknown; // not ours to see, or it has ended
    }
    if (call.starts_with("running")) {
        return Care::running;
    }
    return call.starts_with(std::to_string(SYS_rt_sigtimedwait) + " ") ? Care::waits : Care::none;
}

bool cares(const std::string &thread, int signal, int pidfd) {
    constexpr int attempts = 20; // of a millisecond: one that is running may be about to wait
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const Care care = care_of(thread, signal);
        if (care != Care::running) {
            return care != Care::none;
        }
        pollfd end{pidfd, POLLIN, 0};
        if (::poll(&end, 1, 1) > 0) {
            return true; // it has ended
        }
    }
    return false; // it computes
}

bool any_thread_cares(const std::string &process, int signal, int pidfd) {
    std::error_code error;
    std::filesystem::directory_iterator task(process + "/task", error);
    if (error) {
        return true; // it has ended
    }
    for (; !error && task != std::filesystem::directory_iterator(); task.increment(error)) {
        if (cares(task->path(), signal, pidfd)) {
            return true;
        }
    }
    return false;
}

} // namespace

bool is_dropped(pid_t program, int signal) {
    if (is_harmless(signal)) {
        return false;
    }
    const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, program, 0)));
    const std::string process = "/proc/" + std::to_string(program);
    const std::string status = read_proc_file(process + "/status");
    return pidfd.is_open() && field(status, "NSpid").ends_with("\t1") &&
           !any_thread_cares(process, signal, pidfd.get());
}

pid_t program_of(pid_t supervisor) {
    const std::string pid = std::to_string(supervisor);
    const std::string children = read_proc_file("/proc/" + pid + "/task/" + pid + "/children");
    pid_t child = 0;
    std::from_chars(children.data(), children.data() + children.size(), child);
    return child;
}

} // namespace spaces
