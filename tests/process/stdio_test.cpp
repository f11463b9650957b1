// The standard streams of the program, one kind after the other.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace support;

namespace {

Spec shell(const std::string &script) {
    return Spec({"/bin/sh", "-c", script});
}

} // namespace

BOOST_AUTO_TEST_SUITE(stdio_test)

BOOST_AUTO_TEST_CASE(is_inherited_by_default) {
    Pipe in;
    Pipe out;
    write_all(in.write_end.get(), "through");
    in.write_end.reset();
    in_child([&] {
        must(::dup2(in.read_end.get(), 0), "dup2");
        must(::dup2(out.write_end.get(), 1), "dup2");
        must(::dup2(out.write_end.get(), 2), "dup2");
        BOOST_TEST(start(shell("cat; echo ' all' >&2")).wait().exit_code() == 0);
    });
    out.write_end.reset();
    BOOST_TEST(read_all(out.read_end.get()) == "through all\n");
}

BOOST_AUTO_TEST_CASE(that_the_caller_has_closed_stays_closed) {
    in_child([] {
        ::close(0);
        Spec spec({probe(), "fds"});
        spec.pipe(SPACES_STDOUT);
        Process process = start(spec);
        const std::string seen = read_all(process.take(SPACES_STDOUT).get());
        BOOST_TEST(seen.starts_with("1 pipe open\n"), seen);
        process.wait();
    });
}

BOOST_AUTO_TEST_CASE(is_not_mixed_up_when_the_caller_has_closed_all_three) {
    // The descriptors that the start itself needs then have the numbers 0 to 2.
    in_child([] {
        ::close(0);
        ::close(1);
        ::close(2);
        Spec spec = shell("cat; echo err >&2");
        spec.pipe(SPACES_STDIN).pipe(SPACES_STDOUT).pipe(SPACES_STDERR);
        Process process = start(spec);
        Fd in = process.take(SPACES_STDIN);
        const Fd out = process.take(SPACES_STDOUT);
        const Fd err = process.take(SPACES_STDERR);
        write_all(in.get(), "in");
        in.reset();
        BOOST_TEST(read_all(out.get()) == "in");
        BOOST_TEST(read_all(err.get()) == "err\n");
        BOOST_TEST(process.wait().exit_code() == 0);
    });
}

BOOST_AUTO_TEST_CASE(null_reads_nothing_and_takes_everything) {
    Spec spec = shell("cat && echo out && echo err >&2 && [ -c /proc/self/fd/1 ]");
    for (const int stream : {SPACES_STDIN, SPACES_STDOUT, SPACES_STDERR}) {
        spec.with<spaces_spec_set_stdio>(stream, SPACES_STDIO_NULL);
    }
    BOOST_TEST(start(spec).wait().exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(pipes_carry_each_stream) {
    Spec spec = shell("cat; echo err >&2");
    spec.pipe(SPACES_STDIN).pipe(SPACES_STDOUT).pipe(SPACES_STDERR);
    Process process = start(spec);
    Fd in = process.take(SPACES_STDIN);
    const Fd out = process.take(SPACES_STDOUT);
    const Fd err = process.take(SPACES_STDERR);
    for (const Fd *end : {static_cast<const Fd *>(&in), &out, &err}) {
        BOOST_TEST((::fcntl(end->get(), F_GETFD) & FD_CLOEXEC) != 0);
        BOOST_TEST((::fcntl(end->get(), F_GETFL) & O_NONBLOCK) == 0);
    }
    write_all(in.get(), "ping");
    in.reset();
    BOOST_TEST(read_all(out.get()) == "ping");
    BOOST_TEST(read_all(err.get()) == "err\n");
    BOOST_TEST(process.wait().exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(a_pipe_can_be_taken_once_and_only_where_there_is_one) {
    Spec spec({probe(), "pid"});
    spec.pipe(SPACES_STDOUT);
    Process process = start(spec);
    const Fd out = process.take(SPACES_STDOUT);
    int fd = -7;
    BOOST_TEST(failure_of<spaces_process_take_fd>(process, SPACES_STDOUT, &fd).code == SPACES_ESTATE);
    BOOST_TEST(failure_of<spaces_process_take_fd>(process, SPACES_STDIN, &fd).code == SPACES_ENOTFOUND);
    BOOST_TEST(failure_of<spaces_process_take_fd>(process, SPACES_TERMINAL, &fd).code == SPACES_ENOTFOUND);
    BOOST_TEST(failure_of<spaces_process_take_fd>(process, 9, &fd).code == SPACES_EINVALID);
    BOOST_TEST(fd == -7, "a failed call has touched its output");
    process.wait();
}

BOOST_AUTO_TEST_CASE(pipes_that_nobody_took_end_with_the_handle) {
    Spec spec = shell("read line; kill -9 $$");
    spec.pipe(SPACES_STDIN);
    spaces_process *process = nullptr;
    call<spaces_spawn>(spec, &process);
    const Fd pidfd(must(::dup(spaces_process_pidfd(process)), "dup"));
    const int pid = spaces_process_pid(process);
    spaces_process_free(process); // closes our end, the read ends, the shell too
    BOOST_TEST(readable(pidfd.get()));
    int status = 0;
    BOOST_TEST(::waitpid(pid, &status, 0) == pid);
}

BOOST_AUTO_TEST_CASE(files_are_read_written_and_appended_to) {
    const TempDir dir;
    const std::string in = dir.file("in", "content\n");
    const std::string out = dir.file("out", "what was there before\n");
    const std::string err = dir.file("err", "first\n");
    Spec spec = shell("cat; echo second >&2");
    spec.with<spaces_spec_set_stdio_file>(SPACES_STDIN, in.c_str(), 0)
        .with<spaces_spec_set_stdio_file>(SPACES_STDOUT, out.c_str(), 0)
        .with<spaces_spec_set_stdio_file>(SPACES_STDERR, err.c_str(), 1);
    BOOST_TEST(start(spec).wait().exit_code() == 0);
    BOOST_TEST(read_file(out) == "content\n");
    BOOST_TEST(read_file(err) == "first\nsecond\n");
}

BOOST_AUTO_TEST_CASE(a_file_is_opened_at_the_start_and_not_before) {
    const TempDir dir;
    const std::string path = dir.path() + "/later";
    Spec spec = shell("echo x");
    spec.with<spaces_spec_set_stdio_file>(SPACES_STDOUT, path.c_str(), 0);
    BOOST_TEST(::access(path.c_str(), F_OK) != 0);
    start(spec).wait();
    BOOST_TEST(read_file(path) == "x\n");
}

BOOST_AUTO_TEST_CASE(descriptors_are_duplicated_when_they_are_given) {
    Pipe out;
    Spec spec = shell("echo here");
    spec.with<spaces_spec_set_stdio_fd>(SPACES_STDOUT, out.write_end.get());
    out.write_end.reset();
    BOOST_TEST(start(spec).wait().exit_code() == 0);
    BOOST_TEST(read_line(out.read_end.get()) == "here");
}

BOOST_AUTO_TEST_CASE(streams_can_be_exchanged) {
    // Standard output becomes the caller's standard error and the other way round.
    Pipe first;
    Pipe second;
    in_child([&] {
        must(::dup2(first.write_end.get(), 1), "dup2");
        must(::dup2(second.write_end.get(), 2), "dup2");
        Spec spec = shell("echo out; echo err >&2");
        spec.with<spaces_spec_set_stdio_fd>(SPACES_STDOUT, 2)
            .with<spaces_spec_set_stdio_fd>(SPACES_STDERR, 1);
        BOOST_TEST(start(spec).wait().exit_code() == 0);
    });
    BOOST_TEST(read_line(first.read_end.get()) == "err");
    BOOST_TEST(read_line(second.read_end.get()) == "out");
}

BOOST_AUTO_TEST_CASE(standard_error_can_be_merged_into_standard_output) {
    Spec spec = shell("echo one; echo two >&2; echo three");
    spec.with<spaces_spec_set_stdio>(SPACES_STDERR, SPACES_STDIO_STDOUT);
    BOOST_TEST(output_of(spec) == "one\ntwo\nthree\n");
}

BOOST_AUTO_TEST_CASE(refuses_streams_and_kinds_that_do_not_exist) {
    const Spec spec;
    const std::pair<int, int> wrong[] = {{3, SPACES_STDIO_NULL},
                                         {-1, SPACES_STDIO_NULL},
                                         {SPACES_STDIN, 99},
                                         {SPACES_STDIN, SPACES_STDIO_STDOUT},
                                         {SPACES_STDOUT, SPACES_STDIO_STDOUT}};
    for (const auto &[stream, kind] : wrong) {
        const Failure failure = failure_of<spaces_spec_set_stdio>(spec, stream, kind);
        BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
