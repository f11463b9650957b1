// Programs that end with the process that started them: with the process, and not with one of its threads.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/waiting.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <optional>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace support;
using namespace std::chrono_literals;
namespace data = boost::unit_test::data;

namespace {

struct Shape {
    const char *name;
    uint32_t namespaces;
    int init;
};

std::ostream &operator<<(std::ostream &stream, const Shape &shape) {
    return stream << shape.name;
}

const Shape shapes[] = {{"on the host", 0, 1},
                        {"in a mount namespace", SPACES_NAMESPACE_MOUNT, 1},
                        {"behind an init", SPACES_NAMESPACE_PID, 1},
                        {"as pid 1", SPACES_NAMESPACE_PID, 0}};

// A program that ignores everything it can, and whose life shows in `life`.
Spec dying(const Shape &shape, const Fd &life) {
    Spec spec({probe(), "stubborn"});
    if (shape.namespaces != 0) {
        spec.isolate(shape.namespaces);
    }
    spec.with<spaces_spec_set_init>(shape.init)
        .with<spaces_spec_set_die_with_parent>(1)
        .with<spaces_spec_set_stdio_fd>(SPACES_STDERR, life.get());
    return spec.pipe(SPACES_STDOUT);
}

} // namespace

BOOST_AUTO_TEST_SUITE(die_with_parent_test, *needs(user_namespaces))

BOOST_DATA_TEST_CASE(lives_on_when_the_starting_thread_ends, data::make(shapes), shape) {
    // The trap of PR_SET_PDEATHSIG, which fires at the end of the thread.
    Pipe life;
    const Spec spec = dying(shape, life.write_end);
    std::optional<Process> process;
    std::thread([&] {
        process.emplace(start(spec));
        BOOST_TEST(read_line(process->take(SPACES_STDOUT).get()) == "ready");
    }).join();
    // A program on its way to its death would get there within this time.
    BOOST_TEST(!process->has_ended(200ms));
    process->kill_all();
    BOOST_TEST(process->wait().signal() == SIGKILL);
}

BOOST_DATA_TEST_CASE(ends_when_the_caller_is_killed, data::make(shapes), shape) {
    Pipe life;
    Pipe ready;
    const pid_t caller = ::fork();
    if (caller == 0) {
        const Spec spec = dying(shape, life.write_end);
        Process process = start(spec);
        const std::string line = read_line(process.take(SPACES_STDOUT).get());
        life.write_end.reset();
        write_all(ready.write_end.get(), line + "\n");
        ::pause();
        ::_exit(1);
    }
    life.write_end.reset();
    ready.write_end.reset();
    BOOST_TEST(read_line(ready.read_end.get()) == "ready");
    BOOST_TEST(!readable(life.read_end.get(), 0ms));
    BOOST_TEST(::kill(caller, SIGKILL) == 0);
    BOOST_TEST(read_all(life.read_end.get()).empty(), "the end of the pipe is the end of the program");
    BOOST_TEST(::waitpid(caller, nullptr, 0) == caller);
}

BOOST_AUTO_TEST_CASE(ends_when_the_caller_exits) {
    Pipe life;
    in_child([&] {
        Process process = start(dying(shapes[0], life.write_end));
        BOOST_TEST(read_line(process.take(SPACES_STDOUT).get()) == "ready");
        process.leave();
    });
    life.write_end.reset();
    BOOST_TEST(read_all(life.read_end.get()).empty());
}

BOOST_AUTO_TEST_CASE(without_it_the_program_lives_on) {
    Pipe life;
    Pipe go;
    in_child([&] {
        Spec spec({"/bin/sh", "-c", "read line; echo still here >&2"});
        spec.with<spaces_spec_set_stdio_fd>(SPACES_STDIN, go.read_end.get())
            .with<spaces_spec_set_stdio_fd>(SPACES_STDERR, life.write_end.get());
        start(spec).leave();
    });
    life.write_end.reset();
    write_all(go.write_end.get(), "go\n");
    BOOST_TEST(read_all(life.read_end.get()) == "still here\n");
}

BOOST_AUTO_TEST_CASE(the_program_does_not_inherit_a_death_signal) {
    // Children of the program are its own business.
    Spec spec({"/bin/sh", "-c", "(cat; echo child still here) & exec true"});
    spec.with<spaces_spec_set_die_with_parent>(1).pipe(SPACES_STDOUT).pipe(SPACES_STDIN);
    Process process = start(spec);
    const Fd out = process.take(SPACES_STDOUT);
    Fd in = process.take(SPACES_STDIN);
    process.wait();
    in.reset();
    BOOST_TEST(read_line(out.get()) == "child still here");
}

BOOST_AUTO_TEST_SUITE_END()
