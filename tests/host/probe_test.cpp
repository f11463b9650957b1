// The process that finds out by doing.
#include "host/probe.hpp"
#include "stage/syscall.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace spaces;

namespace {

std::atomic<int> signals_seen{0};

} // namespace

BOOST_AUTO_TEST_SUITE(probe_test)

BOOST_AUTO_TEST_CASE(runs_elsewhere_and_leaves_its_results_here) {
    long pid = 0;
    BOOST_TEST(run_probe(0, [&] { pid = stage::sys(SYS_getpid); }) == 0);
    BOOST_TEST(pid > 0);
    BOOST_TEST(pid != ::getpid());
    BOOST_TEST(::kill(static_cast<pid_t>(pid), 0) == -1);
}

BOOST_AUTO_TEST_CASE(has_descriptors_of_its_own) {
    long fd = -1;
    BOOST_TEST(run_probe(0, [&] { fd = stage::sys(SYS_openat, AT_FDCWD, "/", O_RDONLY); }) == 0);
    BOOST_TEST_REQUIRE(fd >= 0);
    BOOST_TEST(::fcntl(static_cast<int>(fd), F_GETFD) == -1);
}

BOOST_AUTO_TEST_CASE(an_impossible_child_is_an_errno) {
    // A new root for the file system's state, and a shared one.
    BOOST_TEST(run_probe(CLONE_NEWNS | CLONE_FS, [] {}) == EINVAL);
}

BOOST_AUTO_TEST_CASE(sends_no_sigchld_and_leaves_the_signal_mask) {
    struct sigaction counting {};
    counting.sa_handler = [](int) { ++signals_seen; };
    struct sigaction before {};
    ::sigaction(SIGCHLD, &counting, &before);
    sigset_t mask;
    sigset_t after;
    ::sigemptyset(&mask);
    ::sigaddset(&mask, SIGUSR1);
    ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    signals_seen = 0;
    BOOST_TEST(run_probe(0, [] {}) == 0);
    ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
    BOOST_TEST(signals_seen == 0);
    BOOST_TEST(::sigismember(&after, SIGUSR1) == 1);
    BOOST_TEST(::sigismember(&after, SIGTERM) == 0);
    ::sigemptyset(&mask);
    ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
    ::sigaction(SIGCHLD, &before, nullptr);
}

BOOST_AUTO_TEST_CASE(no_other_wait_sees_it) {
    std::atomic<bool> done{false};
    std::atomic<int> seen{0};
    // A host that reaps whatever it can.
    std::thread reaper([&] {
        while (!done) {
            if (::waitpid(-1, nullptr, 0) != -1 || errno != ECHILD) {
                ++seen;
            }
        }
    });
    for (int round = 0; round < 100; ++round) {
        long result = 0;
        BOOST_TEST(run_probe(0, [&] { result = stage::sys(SYS_getpid); }) == 0);
        BOOST_TEST(result > 0);
    }
    done = true;
    reaper.join();
    BOOST_TEST(seen == 0);
}

BOOST_AUTO_TEST_CASE(the_pidfd_of_an_ended_one_is_readable) {
    const Fd pidfd = pidfd_of_ended_probe();
    BOOST_TEST_REQUIRE(pidfd.is_open());
    BOOST_TEST((::fcntl(pidfd.get(), F_GETFD) & FD_CLOEXEC) != 0);
    BOOST_TEST(::syscall(SYS_pidfd_send_signal, pidfd.get(), 0, nullptr, 0) == -1);
    BOOST_TEST(errno == ESRCH);
}

BOOST_AUTO_TEST_SUITE_END()
