// A test's body in a forked child, for what would spoil the test program: other ids, filters, signals,
// limits.
#include "support/child.hpp"

#include "support/fd.hpp"

#include <boost/test/execution_monitor.hpp>
#include <boost/test/results_collector.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <iostream>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <streambuf>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace support {

namespace {

namespace ut = boost::unit_test;

// Unbuffered, so that a child that dies has said what it had to say.
class FdBuffer : public std::streambuf {
  public:
    explicit FdBuffer(int fd) : fd_(fd) {}

  protected:
    int_type overflow(int_type character) override {
        const char byte = traits_type::to_char_type(character);
        return xsputn(&byte, 1) == 1 ? character : traits_type::eof();
    }
    std::streamsize xsputn(const char *text, std::streamsize size) override {
        return ::write(fd_, text, static_cast<size_t>(size));
    }

  private:
    int fd_;
};

size_t failed_assertions() {
    return ut::results_collector.results(ut::framework::current_test_case_id()).p_assertions_failed;
}

// The pipe may be held by a program that a failing test left running, so the end of the child is an end too.
std::string read_until_death(int fd, pid_t pid, int &status) {
    const Fd pidfd(must(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)), "pidfd_open"));
    const bool ended = readable(pidfd.get(), 4 * patience);
    if (!ended) {
        ::kill(pid, SIGKILL);
    }
    must(::waitpid(pid, &status, 0), "waitpid");
    std::string text;
    char buffer[4096];
    while (readable(fd, std::chrono::milliseconds(0))) {
        const ssize_t got = ::read(fd, buffer, sizeof buffer);
        if (got <= 0) {
            break;
        }
        text.append(buffer, static_cast<size_t>(got));
    }
    return ended ? text : text + "\n(the child did not end and was killed)";
}

[[noreturn]] void run_child(int log, const Body &body) {
    FdBuffer buffer(log);
    std::ostream stream(&buffer);
    ut::unit_test_log.set_stream(stream);
    const size_t failed_before = failed_assertions();
    bool failed = false;
    try {
        body();
    } catch (const boost::execution_aborted &) {
        failed = true; // a BOOST_REQUIRE, which has written its text
    } catch (const std::exception &error) {
        stream << "the child's body threw: " << error.what() << '\n';
        failed = true;
    }
    stream.flush();
    ::_exit(failed || failed_assertions() != failed_before ? 1 : 0);
}

void run_forked(pid_t (*fork_)(), const Body &body) {
    std::cout.flush();
    Pipe log;
    const pid_t pid = must(fork_(), "fork");
    if (pid == 0) {
        log.read_end.reset();
        run_child(log.write_end.get(), body);
    }
    log.write_end.reset();
    int status = 0;
    const std::string text = read_until_death(log.read_end.get(), pid, status);
    BOOST_TEST(status == 0, "in a child that ended with wait status " << status << ":\n" << text);
}

} // namespace

void throw_errno(const char *what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void in_child(const Body &body) {
    run_forked(::fork, body);
}

void in_user_namespace(const Body &body) {
    // By a raw clone, and not by unshare after fork: that one wants a process of one thread, and
    // ThreadSanitizer gives a second one to each fork.
    run_forked(
        [] { return static_cast<pid_t>(::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0L, 0L, 0L, 0L)); },
        body);
}

void in_mount_namespace(const Body &body) {
    in_child([&] {
        must(::unshare(CLONE_NEWNS), "unshare");
        must(::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "mount");
        body();
    });
}

void in_pid_namespace(const Body &body) {
    in_mount_namespace([&] {
        must(::unshare(CLONE_NEWPID), "unshare");
        in_child([&] {
            must(::mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr), "mount");
            body();
        });
    });
}

void with_seccomp(int error_number, const std::vector<long> &system_calls, const Body &body) {
#if defined(__x86_64__)
    constexpr uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
    constexpr uint32_t architecture = AUDIT_ARCH_AARCH64;
#endif
    std::vector<sock_filter> filter;
    const auto load = [&](size_t offset) {
        filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset)));
    };
    const auto answer = [&](uint32_t action) { filter.push_back(BPF_STMT(BPF_RET | BPF_K, action)); };
    load(offsetof(seccomp_data, arch));
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0));
    answer(SECCOMP_RET_KILL_PROCESS);
    load(offsetof(seccomp_data, nr));
    for (const long number : system_calls) {
        filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<uint32_t>(number), 0, 1));
        answer(error_number == kill_caller ? SECCOMP_RET_KILL_PROCESS
                                           : SECCOMP_RET_ERRNO | static_cast<uint32_t>(error_number));
    }
    answer(SECCOMP_RET_ALLOW);

    in_child([&] {
        const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
        if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
            must(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
            must(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "PR_SET_SECCOMP");
        }
        body();
    });
}

} // namespace support
