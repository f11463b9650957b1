// The setters of the program's descriptors.
#include "api/written.hpp"
#include "support/fd.hpp"

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <unistd.h>

using namespace support;
using nlohmann::json;

namespace {

constexpr int closed_descriptor = 987'654;

std::set<int> open_descriptors() {
    std::set<int> result;
    for (const auto &entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        const int fd = std::stoi(entry.path().filename());
        if (::fcntl(fd, F_GETFD) != -1) { // not that of the directory itself
            result.insert(fd);
        }
    }
    return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(spec_streams_test)

BOOST_AUTO_TEST_CASE(streams_are_connected_by_kind) {
    Spec spec;
    spec.with<spaces_spec_set_stdio>(SPACES_STDIN, SPACES_STDIO_NULL);
    spec.with<spaces_spec_set_stdio_file>(SPACES_STDOUT, "/log", 1);
    spec.with<spaces_spec_set_stdio>(SPACES_STDERR, SPACES_STDIO_STDOUT);
    BOOST_TEST(member(spec, "/spaces/stdio") == json::parse(R"({
        "stdin": {"type": "null"}, "stdout": {"type": "file", "path": "/log", "append": true},
        "stderr": {"type": "stdout"}})"));
    spec.with<spaces_spec_set_stdio>(SPACES_STDIN, SPACES_STDIO_INHERIT);
    spec.with<spaces_spec_set_stdio>(SPACES_STDOUT, SPACES_STDIO_PIPE);
    spec.with<spaces_spec_set_stdio>(SPACES_STDERR, SPACES_STDIO_INHERIT);
    BOOST_TEST(member(spec, "/spaces/stdio") == json::parse(R"({"stdout": {"type": "pipe"}})"));
}

BOOST_AUTO_TEST_CASE(streams_and_kinds_are_checked) {
    const Spec spec;
    BOOST_TEST(failure_of<spaces_spec_set_stdio>(spec, 3, SPACES_STDIO_NULL).message ==
               "stream: 3 is none of SPACES_STDIN, SPACES_STDOUT and SPACES_STDERR");
    BOOST_TEST(failure_of<spaces_spec_set_stdio>(spec, -1, SPACES_STDIO_NULL).object == "stream");
    BOOST_TEST(failure_of<spaces_spec_set_stdio>(spec, SPACES_STDIN, 9).object == "kind");
    BOOST_TEST(failure_of<spaces_spec_set_stdio>(spec, SPACES_STDIN, SPACES_STDIO_STDOUT).message ==
               "spaces.stdio.stdin: only the standard error can be the same as the standard output");
    BOOST_TEST(failure_of<spaces_spec_set_stdio_file>(spec, SPACES_STDOUT, "", 0).message ==
               "spaces.stdio.stdout.path: an empty path");
    BOOST_TEST(written(spec) == written(Spec()));
}

BOOST_AUTO_TEST_CASE(the_terminal_has_a_size) {
    Spec spec;
    spec.with<spaces_spec_set_terminal>(1).with<spaces_spec_set_terminal_size>(24U, 80U);
    BOOST_TEST(member(spec, "/process") ==
               json::parse(R"({"terminal": true, "consoleSize": {"height": 24, "width": 80}})"));
    BOOST_TEST(failure_of<spaces_spec_set_terminal_size>(spec, 24U, 70'000U).object == "process.consoleSize");
}

BOOST_AUTO_TEST_CASE(descriptors_are_duplicated_and_close_on_exec) {
    const std::set<int> before = open_descriptors();
    {
        Pipe pipe;
        const std::set<int> with_pipe = open_descriptors();
        Spec spec;
        spec.with<spaces_spec_add_fd>(pipe.write_end.get(), 7);
        spec.with<spaces_spec_set_stdio_fd>(SPACES_STDIN, pipe.read_end.get());
        BOOST_TEST(open_descriptors().size() == with_pipe.size() + 2);
        for (const int fd : open_descriptors()) {
            if (!with_pipe.contains(fd)) {
                BOOST_TEST(fd > STDERR_FILENO);
                BOOST_TEST((::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
            }
        }
        // A copy shares them, and they outlive the caller's.
        const Spec copy(spec);
        BOOST_TEST(open_descriptors().size() == before.size() + 4);
        pipe.read_end.reset();
        pipe.write_end.reset();
        BOOST_TEST(open_descriptors().size() == before.size() + 2);
        // Another one for the same number: the copy keeps the first.
        spec.with<spaces_spec_add_fd>(STDIN_FILENO, 7);
        BOOST_TEST(open_descriptors().size() == before.size() + 3);
    }
    BOOST_TEST((open_descriptors() == before));
}

BOOST_AUTO_TEST_CASE(closed_descriptors_are_refused) {
    const Spec spec;
    const Failure passed = failure_of<spaces_spec_add_fd>(spec, closed_descriptor, 7);
    BOOST_TEST(passed.status == SPACES_EINVALID);
    BOOST_TEST(passed.message == "spaces.fds: descriptor 987654 is not open");
    const Failure stream = failure_of<spaces_spec_set_stdio_fd>(spec, SPACES_STDOUT, -1);
    BOOST_TEST(stream.status == SPACES_EINVALID);
    BOOST_TEST(stream.message == "spaces.stdio.stdout: descriptor -1 is not open");
    const Failure joined = failure_of<spaces_spec_join_fd>(spec, SPACES_NAMESPACE_UTS, closed_descriptor);
    BOOST_TEST(joined.status == SPACES_EINVALID);
    BOOST_TEST(joined.message == "linux.namespaces: descriptor 987654 is not open");
}

BOOST_AUTO_TEST_CASE(standard_streams_are_no_targets) {
    for (const int target : {0, 1, 2}) {
        BOOST_TEST(failure_of<spaces_spec_add_fd>(Spec(), STDIN_FILENO, target).message ==
                   "spaces.fds: descriptor " + std::to_string(target) + " is a standard stream");
    }
    BOOST_TEST(failure_of<spaces_spec_add_fd>(Spec(), STDIN_FILENO, -5).message ==
               "spaces.fds: -5 is no descriptor");
}

BOOST_AUTO_TEST_CASE(descriptors_have_no_text_form) {
    Spec spec;
    spec.with<spaces_spec_add_fd>(STDIN_FILENO, 9);
    char *text = nullptr;
    BOOST_TEST(failure_of<spaces_spec_to_json>(spec, &text).message ==
               "spaces.fds: descriptor 9 is to be passed on, which has no text form");
    BOOST_TEST(text == nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
