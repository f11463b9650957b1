// Extra descriptors of the program, and that it has no others.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace support;

namespace {

const std::string only_standard_streams = "0 device open\n1 pipe open\n2 pipe open\n";

Spec fds_spec() {
    Spec spec({probe(), "fds"});
    spec.with<spaces_spec_set_stdio>(SPACES_STDIN, SPACES_STDIO_NULL);
    spec.pipe(SPACES_STDERR);
    return spec;
}

} // namespace

BOOST_AUTO_TEST_SUITE(descriptors_test)

BOOST_AUTO_TEST_CASE(are_closed_even_where_they_are_inheritable) {
    in_child([] {
        // Near and far, and without close-on-exec.
        must(::dup2(2, 17), "dup2");
        must(::dup2(2, 1000), "dup2");
        BOOST_TEST(output_of(fds_spec()) == only_standard_streams);
    });
}

BOOST_AUTO_TEST_CASE(are_closed_in_a_container_too, *needs(user_namespaces)) {
    in_child([] {
        must(::dup2(2, 17), "dup2");
        for (const int init : {1, 0}) {
            Spec spec = fds_spec();
            spec.isolate(SPACES_NAMESPACE_ALL & ~SPACES_NAMESPACE_TIME).with<spaces_spec_set_init>(init);
            BOOST_TEST(output_of(spec) == only_standard_streams);
        }
    });
}

BOOST_AUTO_TEST_CASE(are_not_kept_by_the_init_either, *needs(user_namespaces)) {
    // Else a pipe of the caller would stay open as long as the container runs, and the host could be reached
    // through /proc/1/fd (CVE-2024-21626).
    Spec spec({"/bin/sh", "-c", "ls -l /proc/1/fd; echo end; exec cat"});
    spec.isolate(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_USER);
    spec.pipe(SPACES_STDIN).pipe(SPACES_STDOUT);
    const Fd directory = open_file("/", O_RDONLY | O_DIRECTORY);
    must(::fcntl(directory.get(), F_SETFD, 0), "fcntl");
    Process process = start(spec);
    const Fd out = process.take(SPACES_STDOUT);
    std::string line;
    while ((line = read_line(out.get())) != "end") {
        BOOST_TEST(!line.ends_with("-> /"), line);
    }
    process.take(SPACES_STDIN);
    process.wait();
}

BOOST_AUTO_TEST_CASE(end_with_the_program_and_not_with_its_init, *needs(user_namespaces)) {
    // The program closes its output and goes on: the reader sees the end at once.
    Spec spec({"/bin/sh", "-c", "echo done; exec >&-; read line"});
    spec.isolate(SPACES_NAMESPACE_PID).pipe(SPACES_STDIN).pipe(SPACES_STDOUT);
    Process process = start(spec);
    const Fd in = process.take(SPACES_STDIN);
    BOOST_TEST(read_all(process.take(SPACES_STDOUT).get()) == "done\n");
}

BOOST_AUTO_TEST_CASE(are_passed_on_by_number) {
    const TempDir dir;
    const std::string path = dir.file("file", "through a descriptor\n");
    Spec spec({"/bin/sh", "-c", "cat <&7"});
    {
        const Fd file = open_file(path, O_RDONLY);
        spec.with<spaces_spec_add_fd>(file.get(), 7);
    }
    BOOST_TEST(output_of(spec) == "through a descriptor\n");
}

BOOST_AUTO_TEST_CASE(can_be_many_and_in_any_order) {
    Spec spec = fds_spec();
    Pipe pipe;
    for (const int target : {40, 3, 11, 5, 4, 300}) {
        spec.with<spaces_spec_add_fd>(pipe.read_end.get(), target);
    }
    BOOST_TEST(output_of(spec) == only_standard_streams +
                                      "3 pipe open\n4 pipe open\n5 pipe open\n11 pipe open\n" +
                                      "40 pipe open\n300 pipe open\n");
}

BOOST_AUTO_TEST_CASE(can_take_the_numbers_of_each_other) {
    // 5 and 6 of the caller are 6 and 5 of the program.
    in_child([] {
        Pipe first;
        Pipe second;
        must(::dup2(first.read_end.get(), 105), "dup2");
        must(::dup2(second.read_end.get(), 106), "dup2");
        write_all(first.write_end.get(), "first");
        write_all(second.write_end.get(), "second");
        Spec spec({"/bin/sh", "-c", "head -c 5 /dev/fd/106; head -c 6 /dev/fd/105"});
        spec.with<spaces_spec_add_fd>(105, 106).with<spaces_spec_add_fd>(106, 105);
        BOOST_TEST(output_of(spec) == "firstsecond");
    });
}

BOOST_AUTO_TEST_CASE(may_have_high_numbers_up_to_the_limit) {
    in_child([] {
        const rlimit limit{256, 256};
        must(::setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
        Spec spec = fds_spec();
        const Pipe pipe;
        spec.with<spaces_spec_add_fd>(pipe.read_end.get(), 255).with<spaces_spec_set_die_with_parent>(1);
        BOOST_TEST(output_of(spec) == only_standard_streams + "255 pipe open\n");
    });
}

BOOST_AUTO_TEST_CASE(refuse_what_is_not_open_and_what_is_no_number) {
    Spec spec;
    BOOST_TEST(failure_of<spaces_spec_add_fd>(spec, 987'654, 5).code == SPACES_EINVALID);
    BOOST_TEST(failure_of<spaces_spec_add_fd>(spec, 2, -1).code == SPACES_EINVALID);
}

BOOST_AUTO_TEST_SUITE_END()
