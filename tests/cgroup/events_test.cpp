// Events: one descriptor that tells when a limit was met.
#include "cgroup/groups.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace support;

namespace {

nlohmann::json read_events(const Process &process) {
    char *json = nullptr;
    call<spaces_process_read_events>(static_cast<spaces_process *>(process), &json);
    nlohmann::json events = nlohmann::json::parse(json);
    spaces_free(json);
    return events;
}

Fd events_fd(const Process &process) {
    int fd = -1;
    call<spaces_process_events_fd>(static_cast<spaces_process *>(process), &fd);
    return Fd(fd);
}

} // namespace

BOOST_AUTO_TEST_SUITE(events_test)

BOOST_AUTO_TEST_CASE(a_killed_grandchild_is_told_while_the_program_runs, *needs(groups::memory)) {
    Process process =
        start(Spec({"/bin/sh", "-c", "echo up; read x; " + probe() + " touch 200; echo done; read x"})
                  .with<spaces_spec_set_cgroup>("memory.max", "32M")
                  .pipe(SPACES_STDIN)
                  .pipe(SPACES_STDOUT));
    const Fd in = process.take(SPACES_STDIN);
    const Fd out = process.take(SPACES_STDOUT);
    BOOST_TEST(read_line(out.get()) == "up");
    const Fd fd = events_fd(process);
    BOOST_TEST(read_events(process).value("memory.oom_kills", 1) == 0);
    write_all(in.get(), "\n");
    BOOST_TEST(readable(fd.get()));
    BOOST_TEST(read_line(out.get()) == "done");
    BOOST_TEST(read_events(process).value("memory.oom_kills", 0) == 1);
    write_all(in.get(), "\n");
    const Result result = process.wait();
    BOOST_TEST(result.cause() == "exited");
    BOOST_TEST(read_events(process).value("memory.oom_kills", 0) == 1);
}

BOOST_AUTO_TEST_CASE(a_refused_fork_is_told, *needs(groups::pids)) {
    Process process =
        start(Spec({"/bin/sh", "-c",
                    "echo up; read x; (true) 2>/dev/null; (true & true & wait) 2>/dev/null; read x"})
                  .with<spaces_spec_set_cgroup>("pids.max", "1")
                  .pipe(SPACES_STDIN)
                  .pipe(SPACES_STDOUT));
    const Fd in = process.take(SPACES_STDIN);
    const Fd out = process.take(SPACES_STDOUT);
    BOOST_TEST(read_line(out.get()) == "up");
    const Fd fd = events_fd(process);
    read_events(process);
    write_all(in.get(), "\n");
    BOOST_TEST(readable(fd.get()));
    process.wait();
    BOOST_TEST(read_events(process).value("pids.limit_hits", 0) >= 1);
}

BOOST_AUTO_TEST_SUITE_END()
