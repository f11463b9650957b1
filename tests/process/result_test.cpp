// The Result: how a program ended, and what it used.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <sys/resource.h>
#include <unistd.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

// On the host, behind an init, and as PID 1: the answers are the same.
enum class Place { host, behind_init, pid_1 };

std::ostream &operator<<(std::ostream &stream, Place place) {
    return stream << (place == Place::host ? "host" : place == Place::behind_init ? "behind init" : "pid 1");
}

const Place places[] = {Place::host, Place::behind_init, Place::pid_1};

Result result_of(const std::vector<std::string> &args, Place place) {
    Spec spec(args);
    if (place != Place::host) {
        spec.isolate(SPACES_NAMESPACE_PID).with<spaces_spec_set_init>(place == Place::pid_1 ? 0 : 1);
    }
    return start(spec).wait();
}

} // namespace

BOOST_AUTO_TEST_SUITE(result_test, *needs(user_namespaces))

BOOST_DATA_TEST_CASE(tells_every_exit_status, data::make(places), place) {
    for (int code = 0; code < 256; code += (place == Place::host ? 1 : 17)) {
        const Result result = result_of({probe(), "exit", std::to_string(code)}, place);
        BOOST_TEST(result.exit_code() == code);
        BOOST_TEST(result.signal() == 0);
        BOOST_TEST(result.cause() == "exited");
        BOOST_TEST(spaces_result_shell_status(result) == code);
        BOOST_TEST(spaces_result_core_dumped(result) == 0);
    }
}

BOOST_DATA_TEST_CASE(tells_the_signal_that_ended_it,
                     data::make({Place::host, Place::behind_init}) *
                         data::make({SIGHUP, SIGINT, SIGKILL, SIGUSR1, SIGTERM, SIGPIPE, SIGALRM, 40}),
                     place, signal) {
    const Result result = result_of({probe(), "raise", std::to_string(signal)}, place);
    BOOST_TEST(result.exit_code() == -1);
    BOOST_TEST(result.signal() == signal);
    BOOST_TEST(result.cause() == "signaled");
    BOOST_TEST(spaces_result_shell_status(result) == 128 + signal);
}

BOOST_DATA_TEST_CASE(calls_sigsys_by_its_usual_cause, data::make({Place::host, Place::behind_init}), place) {
    const Result result = result_of({probe(), "raise", std::to_string(SIGSYS)}, place);
    BOOST_TEST(result.signal() == SIGSYS);
    BOOST_TEST(result.cause() == "seccomp");
}

BOOST_DATA_TEST_CASE(tells_a_core_dump, data::make({Place::host, Place::behind_init}), place) {
    rlimit limit;
    must(::getrlimit(RLIMIT_CORE, &limit), "getrlimit");
    if (limit.rlim_max == 0) {
        BOOST_TEST_MESSAGE("skipped: the hard limit of core files is 0");
        return;
    }
    const TempDir dir;
    Spec spec({probe(), "core"});
    if (place != Place::host) {
        // Who gains capabilities by an exec is not dumpable: as root of a user namespace none may be gained.
        spec.isolate(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_USER);
    }
    spec.with<spaces_spec_set_cwd>(dir.path().c_str());
    const Result result = start(spec).wait();
    BOOST_TEST(result.signal() == SIGABRT);
    BOOST_TEST(spaces_result_core_dumped(result) == 1);
    if (!read_file("/proc/sys/kernel/core_pattern").starts_with('|')) { // a pipe gets the core in any case
        spec.args({probe(), "raise", std::to_string(SIGABRT)});         // without raising its own limit first
        spec.with<spaces_spec_set_rlimit>("RLIMIT_CORE", uint64_t{0}, uint64_t{0});
        BOOST_TEST(spaces_result_core_dumped(start(spec).wait()) == 0);
    }
}

BOOST_DATA_TEST_CASE(counts_the_time_of_the_processor, data::make(places), place) {
    const Result result = result_of({probe(), "burn", "150"}, place);
    const uint64_t used = spaces_result_user_time(result) + spaces_result_system_time(result);
    BOOST_TEST(used >= 140'000u);
    BOOST_TEST(used < 5'000'000u);
}

BOOST_DATA_TEST_CASE(knows_the_peak_of_the_memory, data::make({Place::behind_init}), place) {
    const uint64_t small = spaces_result_peak_memory(result_of({probe(), "exit", "0"}, place));
    const uint64_t large = spaces_result_peak_memory(result_of({probe(), "touch", "50"}, place));
    BOOST_TEST(large >= uint64_t{50} << 20);
    BOOST_TEST(large < uint64_t{60} << 20);
    BOOST_TEST(small < uint64_t{5} << 20);
}

BOOST_AUTO_TEST_CASE(knows_a_peak_above_the_callers_without_an_init_too) {
    const uint64_t peak = spaces_result_peak_memory(result_of({probe(), "touch", "250"}, Place::host));
    BOOST_TEST(peak >= uint64_t{250} << 20);
    BOOST_TEST(peak < uint64_t{270} << 20);
}

BOOST_AUTO_TEST_CASE(is_json_too) {
    const std::string json = result_of({probe(), "exit", "3"}, Place::host).json();
    BOOST_TEST(json.starts_with("{"), json);
    BOOST_TEST(json.find("\"exited\"") != std::string::npos, json);
    BOOST_TEST(json.find('3') != std::string::npos, json);
}

BOOST_AUTO_TEST_CASE(of_a_killed_program_names_us_and_not_others) {
    Spec spec({probe(), "wait"});
    spec.pipe(SPACES_STDOUT);
    Process ours = start(spec);
    BOOST_TEST(read_line(ours.take(SPACES_STDOUT).get()) == "ready");
    ours.kill(SIGTERM);
    BOOST_TEST(ours.wait().cause() == "killed");
    Process theirs = start(spec);
    BOOST_TEST(read_line(theirs.take(SPACES_STDOUT).get()) == "ready");
    ::kill(theirs.pid(), SIGTERM);
    BOOST_TEST(theirs.wait().cause() == "signaled");
}

BOOST_AUTO_TEST_SUITE_END()
