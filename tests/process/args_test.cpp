// The program and its arguments: what it is given, and where it is searched.
#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

BOOST_AUTO_TEST_SUITE(args_test)

BOOST_AUTO_TEST_CASE(gives_the_program_exactly_these_arguments) {
    BOOST_TEST(output_of(Spec({probe(), "args", "", "two words", "$HOME", "\xff", "--"})) ==
               probe() + "\nargs\n\ntwo words\n$HOME\n\xff\n--\n");
}

BOOST_AUTO_TEST_CASE(passes_an_argument_of_a_hundred_kilobytes) {
    const std::string large(100'000, 'x');
    BOOST_TEST((output_of(Spec({probe(), "args", large})) == probe() + "\nargs\n" + large + "\n"));
}

BOOST_AUTO_TEST_CASE(keeps_the_arguments_although_the_caller_frees_its_own) {
    Spec spec;
    {
        const std::vector<std::string> arguments{probe(), "args", "kept"};
        spec.args(arguments);
    }
    BOOST_TEST(output_of(spec) == probe() + "\nargs\nkept\n");
}

BOOST_AUTO_TEST_CASE(starts_the_same_spec_again) {
    const Spec spec({probe(), "args"});
    BOOST_TEST(output_of(spec) == output_of(spec));
}

BOOST_AUTO_TEST_CASE(runs_a_script_by_its_interpreter) {
    const TempDir dir;
    const std::string script = dir.file("script", "#!" + probe() + " args\n", 0755);
    BOOST_TEST(output_of(Spec({script, "more"})) == probe() + "\nargs\n" + script + "\nmore\n");
}

BOOST_AUTO_TEST_CASE(executes_another_file_than_the_first_argument_says) {
    Spec spec({"-sh", "-c", "echo $0"});
    spec.with<spaces_spec_set_executable>("/bin/sh");
    BOOST_TEST(output_of(spec) == "-sh\n");
    spec.with<spaces_spec_set_executable>("sh"); // in the PATH
    BOOST_TEST(output_of(spec) == "-sh\n");
    const Failure failure = start_fails(spec.with<spaces_spec_set_executable>("/nonexistent/sh"));
    BOOST_TEST(failure.step == "exec");
    BOOST_TEST(failure.object == "/nonexistent/sh");
    BOOST_TEST(failure.error_number == ENOENT);
}

BOOST_AUTO_TEST_CASE(searches_the_path_of_the_programs_own_environment) {
    const TempDir dir;
    dir.file("spaces-script", "#!" + probe() + " args\n", 0755);
    Spec spec({"spaces-script"});
    spec.with<spaces_spec_set_env>("PATH", ("/nonexistent:" + dir.path()).c_str());
    BOOST_TEST(output_of(spec) == probe() + "\nargs\n" + dir.path() + "/spaces-script\n");
}

BOOST_AUTO_TEST_CASE(takes_the_first_of_the_path_that_can_be_executed) {
    const TempDir dir;
    const std::string first = dir.directory("first");
    const std::string second = dir.directory("second");
    const std::string third = dir.directory("third");
    dir.file("first/tool", "#!" + probe() + " args\n", 0644); // not executable
    dir.directory("second/tool");                             // not a file
    dir.file("third/tool", "#!" + probe() + " args\n", 0755);
    Spec spec({"tool"});
    spec.with<spaces_spec_set_env>("PATH", (first + ":" + second + ":" + third).c_str());
    BOOST_TEST(output_of(spec) == probe() + "\nargs\n" + third + "/tool\n");
}

BOOST_AUTO_TEST_CASE(does_not_search_for_a_name_with_a_slash) {
    const TempDir dir;
    dir.directory("sub");
    dir.file("sub/tool", "#!" + probe() + " args\n", 0755);
    Spec spec({"sub/tool"});
    spec.with<spaces_spec_set_env>("PATH", dir.path().c_str()).with<spaces_spec_set_cwd>("/");
    BOOST_TEST(start_fails(spec).error_number == ENOENT);
    spec.with<spaces_spec_set_cwd>(dir.path().c_str());
    BOOST_TEST(output_of(spec) == probe() + "\nargs\nsub/tool\n");
}

BOOST_AUTO_TEST_CASE(searches_the_usual_directories_where_there_is_no_path) {
    Spec spec({"true"});
    spec.with<spaces_spec_clear_env>();
    BOOST_TEST(capture(spec).result.exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(searches_inside_the_new_root, *needs(user_namespaces)) {
    const Rootfs rootfs;
    Spec spec({"probe", "args"});
    spec.isolate(SPACES_NAMESPACE_MOUNT)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .with<spaces_spec_set_env>("PATH", "/bin");
    BOOST_TEST(output_of(spec) == "probe\nargs\n");
    // A program of the host only is not found there.
    spec.args({"dpkg"}).with<spaces_spec_set_env>("PATH", "/usr/bin:/bin");
    BOOST_TEST(start_fails(spec).error_number == ENOENT);
}

BOOST_AUTO_TEST_SUITE_END()
