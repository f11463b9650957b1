// A callable instead of a program: spaces_fork().
#include "support/api.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/waiting.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <pthread.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

// On the host, behind an init, and as PID 1.
enum class Place { host, behind_init, pid_1 };

std::ostream &operator<<(std::ostream &stream, Place place) {
    return stream << (place == Place::host ? "host" : place == Place::behind_init ? "behind init" : "pid 1");
}

const Place places[] = {Place::host, Place::behind_init, Place::pid_1};

Spec in_place(Place place) {
    Spec spec;
    if (place != Place::host) {
        spec.isolate(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT)
            .with<spaces_spec_set_init>(place == Place::pid_1 ? 0 : 1);
    }
    return spec;
}

// What `body` writes to its standard output, and its exit code.
template <class Body> std::string output_of_fork(const Spec &spec, Body &&body, int exit_code = 0) {
    Spec piped(spec);
    Process process = start_fork_of(piped.pipe(SPACES_STDOUT), body);
    std::string out = read_all(process.take(SPACES_STDOUT).get());
    BOOST_TEST(process.wait().exit_code() == exit_code);
    return out;
}

} // namespace

BOOST_AUTO_TEST_SUITE(fork_test, *needs(user_namespaces))

BOOST_DATA_TEST_CASE(the_return_value_is_the_exit_status, data::make(places), place) {
    for (const int value : {0, 1, 77, 255}) {
        Process process = start_fork_of(in_place(place), [value] { return value; });
        BOOST_TEST(process.wait().exit_code() == value);
    }
}

BOOST_AUTO_TEST_CASE(the_callable_gets_its_userdata) {
    int number = 23;
    Process process = start_fork(
        Spec(), [](void *userdata) { return *static_cast<int *>(userdata); }, &number);
    BOOST_TEST(process.wait().exit_code() == 23);
}

BOOST_AUTO_TEST_CASE(it_has_a_copy_of_the_callers_memory) {
    std::string text = "before";
    Process process = start_fork_of(Spec(), [&text] {
        text += " and inside";
        return text == "before and inside" ? 0 : 1;
    });
    BOOST_TEST(process.wait().exit_code() == 0);
    BOOST_TEST(text == "before");
}

BOOST_DATA_TEST_CASE(it_may_exit_by_itself, data::make(places), place) {
    Process process = start_fork_of(in_place(place), []() -> int { ::_exit(42); });
    BOOST_TEST(process.wait().exit_code() == 42);
}

BOOST_AUTO_TEST_CASE(no_exit_handler_of_the_caller_runs_when_it_returns) {
    in_child([] {
        Pipe pipe;
        static int handler_fd;
        handler_fd = pipe.write_end.get();
        std::atexit([] { (void)!::write(handler_fd, "handler", 7); });
        Process process = start_fork_of(Spec(), [] { return 0; });
        process.wait();
        pipe.write_end.reset();
        BOOST_TEST(read_all(pipe.read_end.get()).empty());
    });
}

BOOST_DATA_TEST_CASE(it_may_end_by_a_signal, data::make({Place::host, Place::behind_init}), place) {
    Process process = start_fork_of(in_place(place), [] {
        ::raise(SIGTERM);
        return 1;
    });
    const Result result = process.wait();
    BOOST_TEST(result.signal() == SIGTERM);
    BOOST_TEST(result.cause() == "signaled");
}

BOOST_AUTO_TEST_CASE(it_can_be_killed, *needs(user_namespaces)) {
    for (const Place place : places) {
        Spec spec = in_place(place);
        Process process = start_fork_of(spec.pipe(SPACES_STDOUT), []() -> int {
            ::signal(SIGTERM, SIG_IGN);
            (void)!::write(1, "ready\n", 6);
            for (;;) {
                ::pause();
            }
        });
        BOOST_TEST(read_line(process.take(SPACES_STDOUT).get()) == "ready");
        process.kill(SIGTERM);
        process.kill_all();
        BOOST_TEST(process.wait().signal() == SIGKILL);
    }
}

BOOST_AUTO_TEST_CASE(its_pid_is_as_a_programs) {
    const auto pids = [] {
        ::dprintf(1, "%d %d\n", ::getpid(), ::getppid());
        return 0;
    };
    BOOST_TEST(output_of_fork(in_place(Place::behind_init), pids) == "2 1\n");
    BOOST_TEST(output_of_fork(in_place(Place::pid_1), pids) == "1 0\n");
    Spec spec;
    Process process = start_fork_of(spec.pipe(SPACES_STDOUT), pids);
    BOOST_TEST(read_line(process.take(SPACES_STDOUT).get()) ==
               std::to_string(process.pid()) + " " + std::to_string(::getpid()));
    process.wait();
}

BOOST_AUTO_TEST_CASE(it_has_its_own_proc) {
    BOOST_TEST(output_of_fork(in_place(Place::behind_init), [] {
                   char self[32] = {};
                   (void)!::readlink("/proc/self", self, sizeof self - 1);
                   ::dprintf(1, "%s\n", self);
                   return 0;
               }) == "2\n");
}

BOOST_AUTO_TEST_CASE(it_runs_in_the_root_directory_and_cwd_that_were_asked, *needs(forks_of_one_thread)) {
    const Rootfs rootfs;
    rootfs.directory("place");
    Spec spec = in_place(Place::behind_init);
    spec.unshare(SPACES_NAMESPACE_USER)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .with<spaces_spec_set_cwd>("/place");
    BOOST_TEST(output_of_fork(spec, [] {
                   char path[256] = {};
                   ::dprintf(1, "%s %d %d\n", ::getcwd(path, sizeof path), ::access("/bin/probe", X_OK),
                             ::access("/etc/debian_version", F_OK));
                   return 0;
               }) == "/place 0 -1\n");
}

BOOST_AUTO_TEST_CASE(it_has_all_namespaces_ids_and_names_that_were_asked, *needs(forks_of_one_thread)) {
    Spec spec;
    spec.unshare(SPACES_NAMESPACE_ALL).with<spaces_spec_set_hostname>("callable");
    BOOST_TEST(output_of_fork(spec, [] {
                   utsname name;
                   ::uname(&name);
                   ::dprintf(1, "%s %u %u\n", name.nodename, ::getuid(), ::getgid());
                   return 0;
               }) == "callable 0 0\n");
}

BOOST_AUTO_TEST_CASE(its_streams_are_pipes_files_or_a_terminal) {
    Spec spec;
    spec.pipe(SPACES_STDIN).pipe(SPACES_STDOUT);
    Process process = start_fork_of(spec, [] {
        char text[16] = {};
        const ssize_t got = ::read(0, text, sizeof text);
        ::dprintf(1, "<%.*s>", static_cast<int>(got), text);
        return 0;
    });
    write_all(process.take(SPACES_STDIN).get(), "ping");
    BOOST_TEST(read_all(process.take(SPACES_STDOUT).get()) == "<ping>");
    process.wait();

    Spec terminal;
    terminal.with<spaces_spec_set_terminal>(1);
    Process other = start_fork_of(terminal, [] {
        ::dprintf(1, "%d%d\n", ::isatty(0), ::tcgetsid(0) == ::getpid());
        return 0;
    });
    BOOST_TEST(read_all(other.take(SPACES_TERMINAL).get()) == "11\r\n");
    other.wait();
}

BOOST_AUTO_TEST_CASE(it_can_start_programs_itself) {
    // The fork of the library is whole: its descriptors and state are those of a process of its own.
    Process process = start_fork_of(in_place(Place::behind_init), [] {
        Spec spec({probe(), "exit", "5"});
        return start(spec).wait().exit_code();
    });
    BOOST_TEST(process.wait().exit_code() == 5);
}

BOOST_AUTO_TEST_CASE(it_can_allocate_print_and_make_threads) {
    BOOST_TEST(output_of_fork(in_place(Place::behind_init), [] {
                   std::string text(1 << 20, 'x');
                   pthread_t thread;
                   ::pthread_create(
                       &thread, nullptr, [](void *) -> void * { return nullptr; }, nullptr);
                   ::pthread_join(thread, nullptr);
                   std::printf("%zu\n", text.size());
                   std::fflush(stdout);
                   return 0;
               }) == "1048576\n");
}

BOOST_AUTO_TEST_CASE(fork_handlers_run_as_for_fork) {
    in_child([] {
        static int prepared, in_parent, in_new;
        must(::pthread_atfork([] { ++prepared; }, [] { ++in_parent; }, [] { ++in_new; }) == 0 ? 0 : -1,
             "pthread_atfork");
        Process process =
            start_fork_of(Spec(), [] { return prepared == 1 && in_new == 1 && in_parent == 0 ? 0 : 1; });
        BOOST_TEST(process.wait().exit_code() == 0);
        BOOST_TEST(prepared == 1);
        BOOST_TEST(in_parent == 1);
        BOOST_TEST(in_new == 0);
    });
}

BOOST_DATA_TEST_CASE(it_keeps_a_time_limit, data::make(places), place) {
    Spec spec = in_place(place);
    spec.with<spaces_spec_set_time_limit>(uint64_t{100}, uint64_t{50});
    Process process = start_fork_of(spec, []() -> int {
        ::signal(SIGTERM, SIG_IGN);
        for (;;) {
            ::pause();
        }
    });
    const Result result = process.wait();
    BOOST_TEST(result.cause() == "time-limit");
    BOOST_TEST(result.signal() == SIGKILL);
}

BOOST_DATA_TEST_CASE(it_can_die_with_the_caller, data::make(places), place) {
    Pipe life;
    Pipe ready;
    const pid_t caller = ::fork();
    if (caller == 0) {
        Spec spec = in_place(place);
        spec.with<spaces_spec_set_die_with_parent>(1);
        spec.with<spaces_spec_set_stdio_fd>(SPACES_STDOUT, ready.write_end.get());
        spec.with<spaces_spec_set_stdio_fd>(SPACES_STDERR, life.write_end.get());
        Process process = start_fork_of(spec, []() -> int {
            ::dprintf(1, "ready\n");
            for (;;) {
                ::pause();
            }
        });
        life.write_end.reset();
        ::pause();
        ::_exit(1);
    }
    life.write_end.reset();
    ready.write_end.reset();
    BOOST_TEST(read_line(ready.read_end.get()) == "ready");
    BOOST_TEST(::kill(caller, SIGKILL) == 0);
    BOOST_TEST(read_all(life.read_end.get()).empty());
    BOOST_TEST(::waitpid(caller, nullptr, 0) == caller);
}

BOOST_AUTO_TEST_CASE(it_joins_a_container, *needs(forks_of_one_thread)) {
    Spec spec({"/bin/sh", "-c", "echo up; exec cat"});
    spec.isolate(SPACES_NAMESPACE_ALL).with<spaces_spec_set_hostname>("joined");
    const Waiting container(spec);
    Spec inject;
    inject.with<spaces_spec_join_pid>(container.pid(), 0u);
    BOOST_TEST(output_of_fork(inject, [] {
                   utsname name;
                   ::uname(&name);
                   ::dprintf(1, "%s %d %d\n", name.nodename, ::getpid() > 2, ::getppid());
                   return 0;
               }) == "joined 1 0\n");
}

BOOST_AUTO_TEST_CASE(it_has_the_callers_descriptors_as_after_fork) {
    // Queues, locks and connections of a runtime are descriptors that the callable knows by number.
    const Pipe pipe;
    Process process = start_fork_of(in_place(Place::behind_init), [&pipe] {
        return ::write(pipe.write_end.get(), "here\n", 5) == 5 ? 0 : 1;
    });
    BOOST_TEST(read_line(pipe.read_end.get()) == "here");
    BOOST_TEST(process.wait().exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(a_spec_with_arguments_is_refused) {
    spaces_process *process = nullptr;
    const Failure failure = failure_of<spaces_fork>(
        Spec({"/bin/true"}), [](void *) { return 0; }, nullptr, &process);
    BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
    const Failure missing =
        failure_of<spaces_fork>(Spec(), static_cast<spaces_main_fn>(nullptr), nullptr, &process);
    BOOST_TEST(missing.code == SPACES_EINVALID, missing.text);
}

BOOST_AUTO_TEST_CASE(a_failed_start_never_calls_it) {
    Pipe pipe;
    Spec spec;
    spec.with<spaces_spec_set_cwd>("/nonexistent");
    auto body = [&pipe] {
        (void)!::write(pipe.write_end.get(), "called", 6);
        return 0;
    };
    spaces_process *process = nullptr;
    const Failure failure = failure_of<spaces_fork>(
        spec, [](void *userdata) { return (*static_cast<decltype(body) *>(userdata))(); },
        static_cast<void *>(&body), &process);
    BOOST_TEST(failure.code == SPACES_ESETUP, failure.text);
    BOOST_TEST(failure.step == "chdir", failure.text);
    pipe.write_end.reset();
    BOOST_TEST(read_all(pipe.read_end.get()).empty());
}

BOOST_AUTO_TEST_SUITE_END()
