// Hosts that treat their children in their own way: SIGCHLD ignored, everything reaped, an unusual parent.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace support;

namespace {

// PIDFD_GET_INFO tells the status of a process that somebody else has reaped; Linux has it since 6.15.
bool status_is_kept_by_the_kernel() {
    int major = 0;
    int minor = 0;
    std::sscanf(read_file("/proc/sys/kernel/osrelease").c_str(), "%d.%d", &major, &minor);
    return major > 6 || (major == 6 && minor >= 15);
}

// The end of `process` after the host has lost its status.
void expect_known_or_honestly_lost(Process &process, int exit_code) {
    spaces_result *result = nullptr;
    spaces_error *error = nullptr;
    const spaces_status status = spaces_process_wait(process, 30'000, &result, &error);
    process.leave();
    if (status_is_kept_by_the_kernel()) {
        BOOST_TEST_REQUIRE(status == SPACES_OK, spaces_error_message(error));
        BOOST_TEST(Result(result).exit_code() == exit_code);
    } else {
        BOOST_TEST_REQUIRE(status == SPACES_ESTATE);
        const Failure failure(status, error);
        BOOST_TEST(!failure.hint.empty(), failure.text);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(reaping_host_test)

BOOST_AUTO_TEST_CASE(that_ignores_sigchld_can_start_and_wait) {
    in_child([] {
        ::signal(SIGCHLD, SIG_IGN);
        Process process = start(Spec({probe(), "exit", "7"}));
        expect_known_or_honestly_lost(process, 7);
        BOOST_TEST((::signal(SIGCHLD, SIG_DFL) == SIG_IGN));
    });
}

BOOST_AUTO_TEST_CASE(that_ignores_sigchld_can_start_a_container, *needs(user_namespaces)) {
    in_child([] {
        ::signal(SIGCHLD, SIG_IGN);
        Spec spec({probe(), "exit", "7"});
        spec.isolate(SPACES_NAMESPACE_ALL & ~SPACES_NAMESPACE_TIME);
        // Its init tells the program's end itself, whatever kernel it is.
        BOOST_TEST(start(spec).wait().exit_code() == 7);
    });
}

BOOST_AUTO_TEST_CASE(that_ignores_sigchld_learns_of_failures, *needs(user_namespaces)) {
    in_child([] {
        ::signal(SIGCHLD, SIG_IGN);
        Spec spec({"/nonexistent"});
        spec.isolate(SPACES_NAMESPACE_PID);
        BOOST_TEST(start_fails(spec).error_number == ENOENT);
        BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1);
        BOOST_TEST(errno == ECHILD);
    });
}

BOOST_AUTO_TEST_CASE(that_reaps_everything_does_not_make_the_wait_hang) {
    in_child([] {
        Process process = start(Spec({probe(), "exit", "7"}));
        BOOST_TEST(process.has_ended());
        int status = 0;
        BOOST_TEST(::waitpid(-1, &status, 0) == process.pid());
        expect_known_or_honestly_lost(process, 7);
    });
}

BOOST_AUTO_TEST_CASE(that_reaps_while_a_start_fails_sees_no_half_made_process, *needs(user_namespaces)) {
    // What the start makes for itself is gone when it returns.
    in_child([] {
        Spec spec({"/nonexistent"});
        spec.isolate(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_USER);
        for (int round = 0; round < 20; ++round) {
            BOOST_TEST(start_fails(spec).error_number == ENOENT);
            BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1);
            BOOST_TEST(errno == ECHILD);
        }
    });
}

BOOST_AUTO_TEST_CASE(that_handles_sigchld_is_called_once_for_each_program) {
    in_child([] {
        static volatile sig_atomic_t calls;
        calls = 0;
        struct sigaction action {};
        action.sa_handler = [](int) { calls = calls + 1; };
        action.sa_flags = SA_RESTART | SA_NOCLDSTOP;
        must(::sigaction(SIGCHLD, &action, nullptr), "sigaction");
        for (int round = 0; round < 5; ++round) {
            Process process = start(Spec({probe(), "exit", "0"}));
            process.wait();
            BOOST_TEST(calls == round + 1);
        }
    });
}

BOOST_AUTO_TEST_CASE(that_is_a_subreaper_stays_one_and_adopts_nothing_of_ours, *needs(user_namespaces)) {
    in_child([] {
        must(::prctl(PR_SET_CHILD_SUBREAPER, 1), "PR_SET_CHILD_SUBREAPER");
        Spec spec({probe(), "exit", "3"});
        spec.isolate(SPACES_NAMESPACE_PID).with<spaces_spec_set_die_with_parent>(1);
        spec.with<spaces_spec_set_time_limit>(uint64_t{60'000}, uint64_t{0});
        BOOST_TEST(start(spec).wait().exit_code() == 3);
        BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1);
        BOOST_TEST(errno == ECHILD);
        int on = 0;
        must(::prctl(PR_GET_CHILD_SUBREAPER, &on), "PR_GET_CHILD_SUBREAPER");
        BOOST_TEST(on == 1);
    });
}

BOOST_AUTO_TEST_CASE(that_is_pid_1_of_a_container_can_use_libspaces, *needs(root)) {
    in_pid_namespace([] {
        BOOST_TEST(::getpid() == 1);
        Spec spec({probe(), "exit", "3"});
        BOOST_TEST(start(spec).wait().exit_code() == 3);
        spec.isolate(SPACES_NAMESPACE_ALL & ~SPACES_NAMESPACE_TIME);
        BOOST_TEST(start(spec).wait().exit_code() == 3);
    });
}

BOOST_AUTO_TEST_SUITE_END()
