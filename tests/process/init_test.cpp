// PID 1 of a new pid namespace: the small init, or the program itself.
#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/waiting.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>

using namespace support;

namespace {

Spec contained(const std::vector<std::string> &args, int init = 1) {
    Spec spec(args);
    spec.isolate(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT).with<spaces_spec_set_init>(init);
    return spec;
}

} // namespace

BOOST_AUTO_TEST_SUITE(init_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(is_pid_1_and_the_program_its_child) {
    BOOST_TEST(output_of(contained({probe(), "pid"})) == "2 1\n");
}

BOOST_AUTO_TEST_CASE(off_makes_the_program_pid_1) {
    BOOST_TEST(output_of(contained({probe(), "pid"}, 0)) == "1 0\n");
}

BOOST_AUTO_TEST_CASE(is_off_without_a_pid_namespace) {
    const Waiting program(Spec({"/bin/sh", "-c", "echo $$; exec cat"}));
    BOOST_TEST(program.first_line() == std::to_string(program.pid()));
}

BOOST_AUTO_TEST_CASE(adopts_orphans) {
    BOOST_TEST(output_of(contained({probe(), "orphan"})) == "parent 1\n");
}

BOOST_AUTO_TEST_CASE(reaps_orphans) {
    BOOST_TEST(output_of(contained({probe(), "orphans", "100"})) == "none left\n");
}

BOOST_AUTO_TEST_CASE(ends_with_the_program_and_takes_the_rest_along) {
    // The background process holds the output and would live for ever.
    const Captured captured = capture(contained({"/bin/sh", "-c", "sleep 1000 & exit 6"}));
    BOOST_TEST(captured.out.empty());
    BOOST_TEST(captured.result.exit_code() == 6);
}

BOOST_AUTO_TEST_CASE(passes_the_programs_end_on_and_not_an_orphans) {
    Spec spec = contained({"/bin/sh", "-c", "(sh -c 'exit 77' &) ; read line; exit 5"});
    Process process = start(spec.pipe(SPACES_STDIN));
    process.take(SPACES_STDIN);
    BOOST_TEST(process.wait().exit_code() == 5);
}

BOOST_AUTO_TEST_CASE(cannot_be_killed_from_inside) {
    BOOST_TEST(output_of(contained({"/bin/sh", "-c", "kill -9 1; kill -STOP 1; echo alive"})) == "alive\n");
}

BOOST_AUTO_TEST_CASE(shows_nothing_of_the_host_to_the_program) {
    // Its command line, environment, open files and memory are those of the stage, not of the caller.
    Spec spec = contained(
        {"/bin/sh", "-c", "cat /proc/1/comm; tr '\\0' ' ' </proc/1/environ; ls /proc/1/fd | wc -l"});
    const std::string seen = output_of(spec);
    BOOST_TEST(seen.find("test-process") == std::string::npos, seen);
    BOOST_TEST(seen.find("PATH=") == std::string::npos, seen);
}

BOOST_AUTO_TEST_CASE(is_not_dumpable_to_who_is_less_than_root, *needs(root)) {
    Spec spec = contained({"/bin/sh", "-c", "cat /proc/1/maps >/dev/null 2>&1 || echo no"});
    spec.with<spaces_spec_set_uid>(4711u).with<spaces_spec_set_gid>(4711u);
    BOOST_TEST(output_of(spec) == "no\n");
}

BOOST_AUTO_TEST_SUITE_END()
