// Signals: to the program, and the end of everything in its pid namespace.
#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/waiting.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

struct Running {
    explicit Running(Spec spec) : process(start(spec.pipe(SPACES_STDOUT))), out(process.take(SPACES_STDOUT)) {
        BOOST_TEST(read_line(out.get()) == "ready");
    }
    Process process;
    Fd out;
};

Spec contained(const std::vector<std::string> &args, int init = 1) {
    Spec spec(args);
    spec.isolate(SPACES_NAMESPACE_PID).with<spaces_spec_set_init>(init);
    return spec;
}

} // namespace

BOOST_AUTO_TEST_SUITE(kill_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(reaches_the_program) {
    Running running(Spec({probe(), "report-signal"}));
    running.process.kill(SIGUSR1);
    BOOST_TEST(read_line(running.out.get()) == "got " + std::to_string(SIGUSR1));
    BOOST_TEST(running.process.wait().exit_code() == SIGUSR1);
}

BOOST_DATA_TEST_CASE(reaches_the_program_behind_its_init, data::make({SIGTERM, SIGUSR1, SIGHUP, SIGWINCH}),
                     signal) {
    Running running(contained({probe(), "report-signal"}));
    running.process.kill(signal);
    BOOST_TEST(read_line(running.out.get()) == "got " + std::to_string(signal));
    BOOST_TEST(running.process.wait().exit_code() == signal);
}

BOOST_AUTO_TEST_CASE(with_sigkill_ends_a_program_behind_its_init, *needs(user_namespaces)) {
    Running running(contained({probe(), "stubborn"}));
    running.process.kill(SIGKILL);
    const Result result = running.process.wait();
    BOOST_TEST(result.signal() == SIGKILL);
    BOOST_TEST(result.cause() == "killed");
}

BOOST_AUTO_TEST_CASE(stops_and_continues_a_program_behind_its_init, *needs(user_namespaces)) {
    Running running(contained({probe(), "report-signal"}));
    running.process.kill(SIGSTOP);
    running.process.kill(SIGCONT);
    // The program blocks all signals and takes the first that waits: a stop cannot be blocked, nor its end.
    BOOST_TEST(read_line(running.out.get()) == "got " + std::to_string(SIGCONT));
}

BOOST_AUTO_TEST_CASE(reaches_a_program_that_is_pid_1_and_handles_it, *needs(user_namespaces)) {
    Running running(contained({probe(), "report-signal"}, 0));
    running.process.kill(SIGTERM);
    BOOST_TEST(read_line(running.out.get()) == "got " + std::to_string(SIGTERM));
}

// The kernel would drop it, which no other program knows of.
BOOST_DATA_TEST_CASE(ends_a_program_that_is_pid_1_and_has_no_handler,
                     data::make({SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGRTMIN}) * data::make({false, true}),
                     signal, supervised) {
    Spec spec = contained({"sleep", "1000"}, 0);
    if (supervised) {
        spec.with<spaces_spec_set_time_limit>(uint64_t{1'000'000}, uint64_t{0});
    }
    Process process = start(spec);
    process.kill(signal);
    const Result result = process.wait();
    BOOST_TEST(result.signal() == signal);
    BOOST_TEST(result.cause() == "killed");
}

BOOST_DATA_TEST_CASE(leaves_a_program_that_is_pid_1_what_it_ignores_or_nobody_dies_of,
                     data::make({false, true}), supervised) {
    Spec spec = contained({"/bin/sh", "-c", "trap '' TERM; echo ready; read line; echo $line; exit 3"}, 0);
    if (supervised) {
        spec.with<spaces_spec_set_time_limit>(uint64_t{1'000'000}, uint64_t{0});
    }
    Running running(std::move(spec.pipe(SPACES_STDIN)));
    for (const int signal : {SIGTERM, SIGCHLD, SIGWINCH, SIGCONT}) {
        running.process.kill(signal);
    }
    write_all(running.process.take(SPACES_STDIN).get(), "alive\n");
    BOOST_TEST(read_line(running.out.get()) == "alive");
    BOOST_TEST(running.process.wait().exit_code() == 3);
}

BOOST_AUTO_TEST_CASE(leaves_a_callable_that_is_pid_1_what_it_waits_for, *needs(user_namespaces)) {
    Spec spec;
    spec.isolate(SPACES_NAMESPACE_PID).with<spaces_spec_set_init>(0);
    // While it waits, /proc does not show that the signal is blocked.
    Process process = start_fork_of(spec.pipe(SPACES_STDOUT), [] {
        sigset_t awaited;
        ::sigemptyset(&awaited);
        ::sigaddset(&awaited, SIGTERM);
        ::pthread_sigmask(SIG_BLOCK, &awaited, nullptr);
        (void)!::write(1, "ready\n", 6);
        int signal = 0;
        ::sigwait(&awaited, &signal);
        return signal;
    });
    BOOST_TEST(read_line(process.take(SPACES_STDOUT).get()) == "ready");
    process.kill(SIGTERM);
    BOOST_TEST(process.wait().exit_code() == SIGTERM);
}

BOOST_AUTO_TEST_CASE(reaches_a_callable_that_is_pid_1_from_its_first_moment, *needs(user_namespaces)) {
    for (int round = 0; round < 50; ++round) {
        Spec spec;
        spec.isolate(SPACES_NAMESPACE_PID).with<spaces_spec_set_init>(0);
        Process process = start_fork_of(spec, []() -> int {
            for (;;) {
                ::pause();
            }
        });
        process.kill(SIGTERM);
        BOOST_TEST(process.wait().signal() == SIGTERM);
    }
}

BOOST_AUTO_TEST_CASE(by_others_reaches_the_program_through_its_init, *needs(user_namespaces)) {
    // kill(1) of an administrator or a supervisor knows the pid of the init only.
    Running running(contained({probe(), "report-signal"}));
    BOOST_TEST(::kill(running.process.pid(), SIGTERM) == 0);
    BOOST_TEST(read_line(running.out.get()) == "got " + std::to_string(SIGTERM));
    BOOST_TEST(running.process.wait().exit_code() == SIGTERM);
}

BOOST_AUTO_TEST_CASE(all_ends_everything_in_the_pid_namespace, *needs(user_namespaces)) {
    // Background processes that hold the output: its end shows that all of them are gone.
    Spec spec =
        contained({"/bin/sh", "-c",
                   "trap '' TERM HUP; (trap '' TERM HUP; sleep 1000) & sleep 1000 & echo ready; wait"});
    Running running(std::move(spec));
    running.process.kill_all();
    BOOST_TEST(read_all(running.out.get()).empty());
    const Result result = running.process.wait();
    BOOST_TEST(result.signal() == SIGKILL);
    BOOST_TEST(result.cause() == "killed");
}

BOOST_AUTO_TEST_CASE(all_without_a_pid_namespace_ends_the_program) {
    Running running(Spec({probe(), "stubborn"}));
    running.process.kill_all();
    BOOST_TEST(running.process.wait().signal() == SIGKILL);
}

// Its supervisor's own death would be no signal to it: a change of ids clears PR_SET_PDEATHSIG.
BOOST_AUTO_TEST_CASE(all_ends_a_supervised_program_that_has_changed_its_user, *needs(root)) {
    for (const bool is_pid_1 : {false, true}) {
        Spec spec(
            {"setpriv", "--reuid", "1000", "--clear-groups", "sh", "-c", "echo ready; exec sleep 1000"});
        spec.with<spaces_spec_set_time_limit>(uint64_t{1'000'000}, uint64_t{0});
        if (is_pid_1) {
            spec.with<spaces_spec_unshare>(SPACES_NAMESPACE_PID).with<spaces_spec_set_init>(0);
        }
        Running running(std::move(spec));
        running.process.kill_all();
        BOOST_TEST(read_all(running.out.get()).empty()); // comes to an end only with the program
        BOOST_TEST(running.process.wait().cause() == "killed");
    }
}

BOOST_AUTO_TEST_CASE(of_a_process_that_has_ended_is_no_error) {
    Process process = start(Spec({probe(), "exit", "0"}));
    BOOST_TEST(process.has_ended());
    process.kill(SIGTERM);
    process.kill_all();
    const Result result = process.wait();
    BOOST_TEST(result.cause() == "exited", "a signal that came too late is not the cause");
    process.kill(SIGTERM);
    process.kill_all();
}

BOOST_AUTO_TEST_CASE(refuses_what_is_no_signal) {
    Process process = start(Spec({probe(), "exit", "0"}));
    for (const int signal : {-1, 65, 1000}) {
        const Failure failure =
            failure_of<spaces_process_kill>(static_cast<spaces_process *>(process), signal);
        BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
    }
    process.wait();
}

BOOST_AUTO_TEST_SUITE_END()
