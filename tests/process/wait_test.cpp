// Waiting: pid, pidfd, time limits of the wait itself, and who reaps what.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/waiting.hpp"

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace support;
using namespace std::chrono_literals;

namespace {

Failure wait_fails(const Process &process, int timeout_ms) {
    spaces_result *result = nullptr;
    return failure_of<spaces_process_wait>(static_cast<spaces_process *>(process), timeout_ms, &result);
}

bool exists(pid_t pid) {
    return ::kill(pid, 0) == 0;
}

} // namespace

BOOST_AUTO_TEST_SUITE(wait_test)

BOOST_AUTO_TEST_CASE(the_pid_is_a_child_of_ours) {
    Spec spec({probe(), "pid"});
    spec.pipe(SPACES_STDOUT);
    Process process = start(spec);
    const std::string expected = std::to_string(process.pid()) + " " + std::to_string(::getpid()) + "\n";
    BOOST_TEST(read_all(process.take(SPACES_STDOUT).get()) == expected);
    process.wait();
}

BOOST_AUTO_TEST_CASE(the_pid_is_the_inits_in_a_new_pid_namespace, *needs(user_namespaces)) {
    Spec spec({"/bin/sh", "-c", "grep NSpid /proc/self/status; exec cat"});
    const Waiting container(spec.isolate(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT));
    const std::string status = read_file("/proc/" + std::to_string(container.pid()) + "/status");
    BOOST_TEST(status.find("NSpid:\t" + std::to_string(container.pid()) + "\t1\n") != std::string::npos,
               status);
    BOOST_TEST(status.find("PPid:\t" + std::to_string(::getpid()) + "\n") != std::string::npos, status);
}

BOOST_AUTO_TEST_CASE(the_pidfd_is_close_on_exec_and_readable_at_the_end) {
    Spec spec({"/bin/sh", "-c", "read line"});
    Process process = start(spec.pipe(SPACES_STDIN));
    BOOST_TEST((::fcntl(process.pidfd(), F_GETFD) & FD_CLOEXEC) != 0);
    BOOST_TEST(!process.has_ended(0ms));
    process.take(SPACES_STDIN);
    BOOST_TEST(process.has_ended());
    process.wait();
    BOOST_TEST(process.has_ended(0ms), "the pidfd must stay readable after the wait");
}

BOOST_AUTO_TEST_CASE(looking_does_not_block_and_a_timeout_is_kept) {
    const Waiting running(0);
    BOOST_TEST(wait_fails(running.process(), 0).code == SPACES_ETIMEOUT);
    const auto begin = std::chrono::steady_clock::now();
    const Failure failure = wait_fails(running.process(), 50);
    BOOST_TEST(failure.code == SPACES_ETIMEOUT, failure.text);
    BOOST_TEST((std::chrono::steady_clock::now() - begin >= 50ms));
}

BOOST_AUTO_TEST_CASE(a_timeout_leaves_the_output_alone_and_the_program_running) {
    Spec spec({"/bin/sh", "-c", "read line; exit 7"});
    Process process = start(spec.pipe(SPACES_STDIN));
    spaces_result *result = nullptr;
    spaces_error *error = nullptr;
    BOOST_TEST(spaces_process_wait(process, 0, &result, &error) == SPACES_ETIMEOUT);
    BOOST_TEST(result == nullptr);
    spaces_error_free(error);
    process.take(SPACES_STDIN);
    BOOST_TEST(process.wait().exit_code() == 7);
}

BOOST_AUTO_TEST_CASE(can_be_repeated_and_gives_the_same_result) {
    Process process = start(Spec({probe(), "exit", "3"}));
    BOOST_TEST(process.wait().exit_code() == 3);
    BOOST_TEST(process.wait(0ms).exit_code() == 3);
    BOOST_TEST(process.wait().json() == process.wait().json());
}

BOOST_AUTO_TEST_CASE(may_be_called_without_wanting_the_result) {
    Process process = start(Spec({probe(), "exit", "3"}));
    BOOST_TEST(spaces_process_wait(process, -1, nullptr, nullptr) == SPACES_OK);
    BOOST_TEST(!exists(process.pid()), "the child was not reaped");
    BOOST_TEST(process.wait().exit_code() == 3);
}

BOOST_AUTO_TEST_CASE(the_result_outlives_the_process_handle) {
    spaces_result *result = nullptr;
    {
        const Process process = start(Spec({probe(), "exit", "4"}));
        call<spaces_process_wait>(static_cast<spaces_process *>(process), -1, &result);
    }
    BOOST_TEST(Result(result).exit_code() == 4);
}

BOOST_AUTO_TEST_CASE(reaps_no_other_child) {
    const pid_t other = ::fork();
    if (other == 0) {
        ::_exit(42);
    }
    start(Spec({probe(), "exit", "0"})).wait();
    int status = 0;
    BOOST_TEST(::waitpid(other, &status, 0) == other);
    BOOST_TEST(WEXITSTATUS(status) == 42);
}

BOOST_AUTO_TEST_CASE(one_thread_waits_while_another_kills) {
    Spec spec({probe(), "wait"});
    Process process = start(spec.pipe(SPACES_STDOUT));
    BOOST_TEST(read_line(process.take(SPACES_STDOUT).get()) == "ready");
    std::thread killer([&] { process.kill(SIGTERM); });
    BOOST_TEST(process.wait().signal() == SIGTERM);
    killer.join();
}

BOOST_AUTO_TEST_CASE(free_neither_kills_nor_waits) {
    Spec spec({"/bin/sh", "-c", "read line; exit 9"});
    Pipe in;
    spec.with<spaces_spec_set_stdio_fd>(SPACES_STDIN, in.read_end.get());
    pid_t pid = 0;
    {
        Process process = start(spec);
        pid = process.pid();
        process.leave();
    }
    BOOST_TEST(exists(pid));
    write_all(in.write_end.get(), "go\n");
    int status = 0;
    BOOST_TEST(::waitpid(pid, &status, 0) == pid);
    BOOST_TEST(WEXITSTATUS(status) == 9);
}

BOOST_AUTO_TEST_CASE(a_signal_handler_of_the_host_does_not_cut_the_wait_short) {
    in_child([] {
        struct sigaction action {};
        action.sa_handler = [](int) {}; // without SA_RESTART
        must(::sigaction(SIGALRM, &action, nullptr), "sigaction");
        const itimerval often{{0, 2000}, {0, 2000}};
        must(::setitimer(ITIMER_REAL, &often, nullptr), "setitimer");
        for (int round = 0; round < 20; ++round) {
            BOOST_TEST(start(Spec({probe(), "burn", "10"})).wait().exit_code() == 0);
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()
