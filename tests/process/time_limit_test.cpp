// The time limit of a program: SIGTERM, then after a grace SIGKILL.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <unistd.h>

using namespace support;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;

namespace {

// Without a pid namespace, with an init in one, and as PID 1 itself.
enum class Place { host, behind_init, pid_1 };

std::ostream &operator<<(std::ostream &stream, Place place) {
    return stream << (place == Place::host ? "host" : place == Place::behind_init ? "behind init" : "pid 1");
}

const Place places[] = {Place::host, Place::behind_init, Place::pid_1};

Spec limited(const std::vector<std::string> &args, Place place, uint64_t limit, uint64_t grace) {
    Spec spec(args);
    if (place != Place::host) {
        spec.isolate(SPACES_NAMESPACE_PID).with<spaces_spec_set_init>(place == Place::pid_1 ? 0 : 1);
    }
    spec.with<spaces_spec_set_time_limit>(limit, grace);
    return spec;
}

} // namespace

BOOST_AUTO_TEST_SUITE(time_limit_test, *needs(user_namespaces))

BOOST_DATA_TEST_CASE(asks_the_program_to_end, data::make(places), place) {
    const auto begin = std::chrono::steady_clock::now();
    const Captured captured = capture(limited({probe(), "report-signal"}, place, 100, 60'000));
    BOOST_TEST(captured.out == "ready\ngot " + std::to_string(SIGTERM) + "\n");
    BOOST_TEST(captured.result.cause() == "time-limit");
    BOOST_TEST(captured.result.exit_code() == SIGTERM);
    BOOST_TEST((std::chrono::steady_clock::now() - begin >= 100ms));
}

BOOST_DATA_TEST_CASE(ends_a_program_that_ignores_it_after_the_grace, data::make(places), place) {
    const auto begin = std::chrono::steady_clock::now();
    const Captured captured = capture(limited({probe(), "stubborn"}, place, 100, 100));
    BOOST_TEST(captured.result.cause() == "time-limit");
    BOOST_TEST(captured.result.signal() == SIGKILL);
    BOOST_TEST((std::chrono::steady_clock::now() - begin >= 200ms));
}

BOOST_DATA_TEST_CASE(ends_at_once_without_a_grace, data::make(places), place) {
    const Captured captured = capture(limited({probe(), "stubborn"}, place, 50, 0));
    BOOST_TEST(captured.result.cause() == "time-limit");
    BOOST_TEST(captured.result.signal() == SIGKILL);
}

BOOST_DATA_TEST_CASE(does_not_disturb_a_program_that_ends_in_time, data::make(places), place) {
    const Captured captured = capture(limited({probe(), "exit", "5"}, place, 60'000, 60'000));
    BOOST_TEST(captured.result.cause() == "exited");
    BOOST_TEST(captured.result.exit_code() == 5);
}

BOOST_AUTO_TEST_CASE(ends_everything_in_the_pid_namespace) {
    // The children hold the output too: it ends with the last of them.
    Spec spec = limited({"/bin/sh", "-c", "trap '' TERM; (trap '' TERM; sleep 1000) & sleep 1000"},
                        Place::behind_init, 100, 100);
    const Captured captured = capture(spec);
    BOOST_TEST(captured.result.cause() == "time-limit");
}

BOOST_AUTO_TEST_CASE(counts_from_the_start_of_the_program_and_while_nobody_waits) {
    Process process = start(limited({probe(), "wait"}, Place::host, 50, 0));
    BOOST_TEST(process.has_ended(), "nobody has called wait, and yet the limit must act");
    BOOST_TEST(process.wait().cause() == "time-limit");
}

BOOST_DATA_TEST_CASE(is_kept_when_the_caller_ends, data::make(places), place) {
    Pipe life; // held by the program: its end is the program's
    in_child([&] {
        Spec spec = limited({probe(), "stubborn"}, place, 200, 100);
        spec.with<spaces_spec_set_stdio_fd>(SPACES_STDERR, life.write_end.get())
            .with<spaces_spec_set_stdio>(SPACES_STDOUT, SPACES_STDIO_NULL);
        start(spec).leave();
    });
    life.write_end.reset();
    BOOST_TEST(read_all(life.read_end.get()).empty());
}

BOOST_AUTO_TEST_SUITE_END()
