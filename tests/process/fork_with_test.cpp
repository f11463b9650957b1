// A callable in a fork that the caller makes by a function of its own: spaces_fork_with().
#include "support/api.hpp"
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/waiting.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

enum class Place { host, watched, behind_init, pid_1 };

std::ostream &operator<<(std::ostream &stream, Place place) {
    constexpr const char *names[] = {"host", "watched", "behind init", "pid 1"};
    return stream << names[static_cast<int>(place)];
}

const Place places[] = {Place::host, Place::watched, Place::behind_init, Place::pid_1};

Spec in_place(Place place) {
    Spec spec;
    if (place == Place::watched) {
        spec.with<spaces_spec_set_time_limit>(uint64_t{60'000}, uint64_t{0});
    } else if (place != Place::host) {
        spec.isolate(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT)
            .with<spaces_spec_set_init>(place == Place::pid_1 ? 0 : 1);
    }
    return spec;
}

// What a runtime with a fork of its own relies upon: that it knows each process that forks.
struct Runtime {
    pid_t pid = ::getpid();
    int forks = 0;
    int (*body)(Runtime &);

    static int fork(void *userdata) {
        auto &runtime = *static_cast<Runtime *>(userdata);
        if (::getpid() != runtime.pid) {
            errno = ENOTRECOVERABLE;
            return -1;
        }
        ++runtime.forks;
        const pid_t pid = ::fork();
        if (pid == 0) {
            runtime.pid = ::getpid();
        }
        return pid;
    }
    static int main(void *userdata) {
        auto &runtime = *static_cast<Runtime *>(userdata);
        return ::getpid() == runtime.pid ? runtime.body(runtime) : 99;
    }
};

Process start_with(const Spec &spec, int (*body)(Runtime &)) {
    Runtime runtime{.body = body};
    spaces_process *process = nullptr;
    call<spaces_fork_with>(static_cast<spaces_spec *>(spec), Runtime::fork, Runtime::main, &runtime,
                           &process);
    return Process(process);
}

std::string output_with(const Spec &spec, int (*body)(Runtime &)) {
    Spec piped(spec);
    Process process = start_with(piped.pipe(SPACES_STDOUT), body);
    std::string out = read_all(process.take(SPACES_STDOUT).get());
    BOOST_TEST(process.wait().exit_code() == 0);
    return out;
}

int wait_for_a_signal(Runtime &) {
    (void)!::write(1, "ready\n", 6);
    for (;;) {
        ::pause();
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(fork_with_test, *needs(user_namespaces))

BOOST_DATA_TEST_CASE(every_process_that_forks_or_calls_is_one_that_the_runtime_knows, data::make(places),
                     place) {
    const std::string forks = output_with(in_place(place), [](Runtime &runtime) {
        ::dprintf(1, "%d", runtime.forks);
        return 0;
    });
    BOOST_TEST(forks == (place == Place::host ? "1" : place == Place::behind_init ? "3" : "2"));
}

BOOST_DATA_TEST_CASE(the_return_value_is_the_exit_status, data::make(places), place) {
    Process process = start_with(in_place(place), [](Runtime &) { return 77; });
    const Result result = process.wait();
    BOOST_TEST(result.exit_code() == 77);
    BOOST_TEST(result.cause() == "exited");
}

BOOST_AUTO_TEST_CASE(its_pid_is_as_a_programs) {
    const auto pids = [](Runtime &) {
        ::dprintf(1, "%d %d", ::getpid(), ::getppid());
        return 0;
    };
    BOOST_TEST(output_with(in_place(Place::behind_init), pids) == "2 1");
    BOOST_TEST(output_with(in_place(Place::pid_1), pids) == "1 0");
}

BOOST_DATA_TEST_CASE(it_may_end_by_a_signal, data::make(places), place) {
    Process process = start_with(in_place(place), [](Runtime &) -> int {
        ::raise(SIGKILL);
        ::_exit(42); // PID 1 cannot kill itself
    });
    const Result result = process.wait();
    if (place == Place::pid_1) {
        BOOST_TEST(result.exit_code() == 42);
    } else {
        BOOST_TEST(result.signal() == SIGKILL);
        BOOST_TEST(result.cause() == "signaled");
    }
}

BOOST_DATA_TEST_CASE(it_can_be_told_to_end, data::make(places), place) {
    Spec spec = in_place(place);
    Process process = start_with(spec.pipe(SPACES_STDOUT), wait_for_a_signal);
    BOOST_TEST(read_line(process.take(SPACES_STDOUT).get()) == "ready");
    process.kill(SIGTERM);
    const Result result = process.wait();
    BOOST_TEST(result.signal() == SIGTERM);
    BOOST_TEST(result.cause() == "killed");
}

BOOST_DATA_TEST_CASE(all_of_it_can_be_killed, data::make(places), place) {
    Spec spec = in_place(place);
    Process process = start_with(spec.pipe(SPACES_STDOUT), wait_for_a_signal);
    const Fd out = process.take(SPACES_STDOUT);
    BOOST_TEST(read_line(out.get()) == "ready");
    process.kill_all();
    BOOST_TEST(process.wait().signal() == SIGKILL);
    BOOST_TEST(read_all(out.get()).empty());
}

BOOST_DATA_TEST_CASE(nothing_outlives_the_callers_child, data::make(places), place) {
    Spec spec = in_place(place);
    Process process = start_with(spec.pipe(SPACES_STDOUT), wait_for_a_signal);
    const Fd out = process.take(SPACES_STDOUT);
    BOOST_TEST(read_line(out.get()) == "ready");
    must(::kill(process.pid(), SIGKILL), "kill");
    BOOST_TEST(read_all(out.get()).empty()); // its end: nobody holds the pipe any more
    BOOST_TEST(process.wait().signal() == SIGKILL);
}

BOOST_DATA_TEST_CASE(a_signal_to_the_callers_child_reaches_it, data::make(places), place) {
    Spec spec = in_place(place);
    Process process = start_with(spec.pipe(SPACES_STDOUT), [](Runtime &runtime) {
        ::signal(SIGUSR1, [](int) { ::_exit(7); });
        return wait_for_a_signal(runtime);
    });
    BOOST_TEST(read_line(process.take(SPACES_STDOUT).get()) == "ready");
    must(::kill(process.pid(), SIGUSR1), "kill");
    BOOST_TEST(process.wait().exit_code() == 7);
}

BOOST_DATA_TEST_CASE(it_keeps_a_time_limit, data::make(places), place) {
    Spec spec = in_place(place);
    spec.with<spaces_spec_set_time_limit>(uint64_t{100}, uint64_t{50});
    Process process = start_with(spec, [](Runtime &) -> int {
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
    const pid_t caller = ::fork();
    if (caller == 0) {
        Spec spec = in_place(place);
        spec.with<spaces_spec_set_die_with_parent>(1);
        spec.with<spaces_spec_set_stdio_fd>(SPACES_STDOUT, life.write_end.get());
        Process process = start_with(spec, wait_for_a_signal);
        life.write_end.reset();
        ::pause();
        ::_exit(1);
    }
    life.write_end.reset();
    BOOST_TEST(read_line(life.read_end.get()) == "ready");
    BOOST_TEST(::kill(caller, SIGKILL) == 0);
    BOOST_TEST(read_all(life.read_end.get()).empty());
    BOOST_TEST(::waitpid(caller, nullptr, 0) == caller);
}

BOOST_AUTO_TEST_CASE(it_has_all_namespaces_and_the_root_directory_that_were_asked,
                     *needs(forks_of_one_thread)) {
    const Rootfs rootfs;
    Spec spec;
    spec.unshare(SPACES_NAMESPACE_ALL)
        .with<spaces_spec_set_hostname>("callable")
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .with<spaces_spec_set_default_mounts>(1);
    BOOST_TEST(output_with(spec, [](Runtime &) {
                   utsname name;
                   ::uname(&name);
                   char self[32] = {};
                   (void)!::readlink("/proc/self", self, sizeof self - 1);
                   ::dprintf(1, "%s %u %s %d", name.nodename, ::getuid(), self,
                             ::access("/etc/debian_version", F_OK));
                   return 0;
               }) == "callable 0 2 -1");
}

BOOST_AUTO_TEST_CASE(it_joins_a_container, *needs(forks_of_one_thread)) {
    Spec spec({"/bin/sh", "-c", "echo up; exec cat"});
    spec.isolate(SPACES_NAMESPACE_ALL).with<spaces_spec_set_hostname>("joined");
    const Waiting container(spec);
    Spec inject;
    inject.with<spaces_spec_join_pid>(container.pid(), 0u);
    BOOST_TEST(output_with(inject, [](Runtime &) {
                   utsname name;
                   ::uname(&name);
                   ::dprintf(1, "%s %d %d", name.nodename, ::getpid() > 2, ::getppid());
                   return 0;
               }) == "joined 1 0");
}

BOOST_AUTO_TEST_CASE(who_stands_by_stands_for_its_pid_namespace) {
    Spec spec = in_place(Place::behind_init);
    Process process = start_with(spec.pipe(SPACES_STDOUT), wait_for_a_signal);
    BOOST_TEST(read_line(process.take(SPACES_STDOUT).get()) == "ready");
    Spec inject({probe(), "pid"});
    inject.with<spaces_spec_join_pid>(process.pid(), 0u);
    BOOST_TEST(output_of(inject) == "3 0\n"); // beside the init and the function
    process.kill_all();
    process.wait();
}

BOOST_AUTO_TEST_CASE(a_fork_that_fails_is_reported_and_leaves_nothing) {
    expect_unchanged("a fork that fails", [] {
        for (const int successes : {0, 1, 2}) {
            struct Failing {
                int left;
                static int fork(void *userdata) {
                    if (static_cast<Failing *>(userdata)->left-- == 0) {
                        errno = EAGAIN;
                        return -1;
                    }
                    return ::fork();
                }
            } failing{.left = successes};
            const Spec spec = in_place(Place::behind_init);
            spaces_process *process = nullptr;
            const Failure failure = failure_of<spaces_fork_with>(
                static_cast<spaces_spec *>(spec), Failing::fork, [](void *) { return 0; }, &failing,
                &process);
            BOOST_TEST(failure.error_number == EAGAIN);
            BOOST_TEST(failure.status == (successes == 0 ? SPACES_ESYSTEM : SPACES_ESETUP));
            BOOST_TEST((process == nullptr));
        }
    });
}

BOOST_AUTO_TEST_CASE(a_fork_function_is_needed) {
    const Spec spec;
    spaces_process *process = nullptr;
    const Failure failure = failure_of<spaces_fork_with>(
        static_cast<spaces_spec *>(spec), nullptr, [](void *) { return 0; }, nullptr, &process);
    BOOST_TEST(failure.code == SPACES_EINVALID);
    BOOST_TEST(failure.object == "fork");
}

BOOST_AUTO_TEST_SUITE_END()
