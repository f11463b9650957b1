// A polite guest in any process: everything of the host process is after a call as it was before.
#include "support/api.hpp"
#include "support/capture.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"
#include "support/waiting.hpp"

#include <atomic>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <clocale>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <functional>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

struct Use {
    const char *name;
    std::function<void()> act;
};

std::ostream &operator<<(std::ostream &stream, const Use &use) {
    return stream << use.name;
}

Spec with_everything() {
    Spec spec({probe(), "exit", "0"});
    spec.isolate(SPACES_NAMESPACE_ALL)
        .with<spaces_spec_set_hostname>("guest")
        .with<spaces_spec_set_umask>(0077u)
        .with<spaces_spec_set_cwd>("/")
        .with<spaces_spec_set_no_new_privs>(1)
        .with<spaces_spec_set_oom_score_adj>(900)
        .with<spaces_spec_set_rlimit>("RLIMIT_NOFILE", uint64_t{64}, uint64_t{64})
        .with<spaces_spec_set_env>("LC_ALL", "C")
        .with<spaces_spec_set_new_session>(1)
        .with<spaces_spec_set_die_with_parent>(1)
        .with<spaces_spec_set_time_limit>(uint64_t{60'000}, uint64_t{1'000})
        .with<spaces_spec_add_mount>("tmpfs", "/mnt", "tmpfs", nullptr)
        .pipe(SPACES_STDIN)
        .pipe(SPACES_STDERR);
    return spec;
}

void run(const Spec &spec) {
    start(spec).wait();
}

void run_in_root() {
    const Rootfs rootfs;
    Spec spec({"/bin/true"});
    spec.isolate(SPACES_NAMESPACE_ALL)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 1)
        .with<spaces_spec_set_default_mounts>(1);
    run(spec);
}

void run_with_terminal() {
    Spec spec({probe(), "tty"});
    spec.with<spaces_spec_set_terminal>(1);
    Process process = start(spec);
    read_all(process.take(SPACES_TERMINAL).get());
    process.wait();
}

void inject() {
    const Waiting container(SPACES_NAMESPACE_ALL);
    Spec spec({"/bin/true"});
    spec.with<spaces_spec_join_pid>(container.pid(), 0u);
    run(spec);
}

void kill_it() {
    Spec spec({probe(), "wait"});
    spec.isolate(SPACES_NAMESPACE_PID).pipe(SPACES_STDOUT);
    Process process = start(spec);
    read_line(process.take(SPACES_STDOUT).get());
    process.kill_all();
    process.wait();
}

// Failures of every stage: of the Spec, before the clone, in the new process before and after its namespaces.
void fail(const std::function<void(Spec &)> &spoil) {
    Spec spec = with_everything();
    spoil(spec);
    start_fails(spec);
}

const Use uses[] = {
    {"a plain program",
     [] {
         run(Spec({probe(), "exit", "0"}));
     }},
    {"a program with everything", [] { run(with_everything()); }},
    {"a program that is pid 1", [] { run(with_everything().with<spaces_spec_set_init>(0)); }},
    {"a program in a root directory", run_in_root},
    {"a program on a terminal", run_with_terminal},
    {"a program in a running container", inject},
    {"a program that is killed", kill_it},
    {"a program that is waited for in vain",
     [] {
         const Waiting running(0);
         spaces_result *result = nullptr;
         failure_of<spaces_process_wait>(static_cast<spaces_process *>(running.process()), 1, &result);
     }},
    {"a callable", [] { start_fork_of(Spec(), [] { return 0; }).wait(); }},
    {"a callable with everything",
     [] {
         Spec spec;
         spec.isolate(SPACES_NAMESPACE_ALL).with<spaces_spec_set_umask>(0077u);
         spec.with<spaces_spec_set_rlimit>("RLIMIT_NOFILE", uint64_t{64}, uint64_t{64});
         start_fork_of(spec, [] { return 0; }).wait();
     }},
    {"a callable that changes its own process",
     [] {
         start_fork_of(Spec(), [] {
             ::umask(0);
             ::setenv("SPACES_TEST_CHANGED", "1", 1);
             return ::chdir("/proc");
         }).wait();
     }},
    {"a bad spec", [] { fail([](Spec &spec) { spec.args({probe()}).with<spaces_spec_set_uid>(77u); }); }},
    {"a missing program", [] { fail([](Spec &spec) { spec.args({"/nonexistent"}); }); }},
    {"a missing directory", [] { fail([](Spec &spec) { spec.with<spaces_spec_set_cwd>("/nonexistent"); }); }},
    {"a failing mount",
     [] {
         fail([](Spec &spec) { spec.with<spaces_spec_add_mount>("x", "/mnt", "nonexistent-fs", nullptr); });
     }},
    {"a missing root", [] { fail([](Spec &spec) { spec.with<spaces_spec_set_root>("/nonexistent", 0); }); }},
    {"a missing input file",
     [] {
         fail([](Spec &spec) { spec.with<spaces_spec_set_stdio_file>(SPACES_STDIN, "/nonexistent", 0); });
     }},
    {"a process to join that is not there",
     [] {
         Spec spec({probe()});
         spec.with<spaces_spec_join_pid>(4'000'000, 0u);
         start_fails(spec);
     }},
    {"a callable whose start fails",
     [] {
         Spec spec;
         spec.isolate(SPACES_NAMESPACE_PID).with<spaces_spec_set_cwd>("/nonexistent");
         spaces_process *process = nullptr;
         failure_of<spaces_fork>(
             spec, [](void *) { return 0; }, nullptr, &process);
     }},
    {"an explanation",
     [] {
         char *text = nullptr;
         call<spaces_spec_explain>(with_everything(), SPACES_EXPLAIN_TEXT, &text);
         spaces_free(text);
     }},
    {"a question about the host",
     [] {
         char *text = nullptr;
         call<spaces_host_features>(&text);
         spaces_free(text);
     }},
};

} // namespace

BOOST_AUTO_TEST_SUITE(polite_guest_test, *needs(user_namespaces))

BOOST_DATA_TEST_CASE(changes_nothing, data::make(uses), use) {
    expect_unchanged(use.name, use.act);
}

// The host of these is not as a test program is by default: what it had set is kept, not put back to a
// default.
BOOST_DATA_TEST_CASE(changes_nothing_of_an_unusual_host, data::make(uses), use) {
    in_child([&] {
        sigset_t mask;
        ::sigemptyset(&mask);
        ::sigaddset(&mask, SIGUSR1);
        ::sigaddset(&mask, SIGCHLD);
        must(::sigprocmask(SIG_BLOCK, &mask, nullptr), "sigprocmask");
        ::signal(SIGPIPE, SIG_IGN);
        ::signal(SIGTERM, [](int) {});
        ::umask(0123);
        must(::chdir("/usr"), "chdir");
        ::setenv("SPACES_TEST_HOST", "as it was", 1);
        must(::prctl(PR_SET_CHILD_SUBREAPER, 1), "PR_SET_CHILD_SUBREAPER");
        must(::prctl(PR_SET_PDEATHSIG, SIGUSR2), "PR_SET_PDEATHSIG");
        must(::prctl(PR_SET_TIMERSLACK, 12345), "PR_SET_TIMERSLACK");
        must(::dup2(2, 222), "dup2");
        write_all(open_file("/proc/self/oom_score_adj", O_WRONLY).get(), "77");
        expect_unchanged(use.name, use.act);
    });
}

BOOST_DATA_TEST_CASE(changes_nothing_of_an_ordinary_users_process, data::make(uses), use) {
    if (!root()) {
        BOOST_TEST(true, "the test itself is an ordinary user's");
        return;
    }
    as_user(nobody_special, [&] { expect_unchanged(use.name, use.act); });
}

BOOST_DATA_TEST_CASE(leaves_a_process_undumpable_that_was, data::make(uses), use) {
    // A process that holds secrets. As root, whose /proc files stay its own.
    if (!root()) {
        BOOST_TEST(true, "an undumpable process of an ordinary user cannot write its id maps");
        return;
    }
    in_child([&] {
        must(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "PR_SET_DUMPABLE");
        expect_unchanged(use.name, use.act);
        BOOST_TEST(::prctl(PR_GET_DUMPABLE) == 0);
    });
}

BOOST_DATA_TEST_CASE(prints_nothing, data::make(uses), use) {
    Pipe output;
    in_child([&] {
        must(::dup2(output.write_end.get(), 1), "dup2");
        must(::dup2(output.write_end.get(), 2), "dup2");
        use.act();
    });
    output.write_end.reset();
    BOOST_TEST(read_all(output.read_end.get()).empty());
}

BOOST_AUTO_TEST_CASE(changes_nothing_of_other_threads) {
    // They run with the whole process: a user id, directory or mask that was changed for a moment would show.
    std::atomic<bool> stop = false;
    std::atomic<int> wrong = 0;
    const mode_t mask = ::umask(0022);
    ::umask(mask);
    std::thread observer([&] {
        sigset_t before;
        ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
        char path[4096];
        const std::string cwd = ::getcwd(path, sizeof path);
        while (!stop) {
            sigset_t now;
            ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
            for (int signal = 1; signal <= 64; ++signal) {
                wrong += ::sigismember(&before, signal) != ::sigismember(&now, signal) ? 1 : 0;
            }
            wrong += ::prctl(PR_GET_DUMPABLE) != 1 ? 1 : 0;
            wrong += cwd != ::getcwd(path, sizeof path) ? 1 : 0;
            const std::string status = read_file("/proc/thread-self/status");
            char expected[32];
            std::snprintf(expected, sizeof expected, "Umask:\t%04o\n", mask);
            wrong += status.find(expected) == std::string::npos ? 1 : 0;
        }
    });
    for (int round = 0; round < 50; ++round) {
        run(with_everything());
    }
    stop = true;
    observer.join();
    BOOST_TEST(wrong == 0);
}

BOOST_AUTO_TEST_CASE(does_not_change_the_locale_or_depend_on_it) {
    in_child([] {
        std::setlocale(LC_ALL, "C.UTF-8");
        expect_unchanged("a failing start", [] {
            BOOST_TEST(start_fails(Spec({"/nonexistent"})).message.find("No such file or directory") !=
                       std::string::npos);
        });
    });
}

BOOST_AUTO_TEST_CASE(leaves_errors_and_handles_alone_that_are_not_its_own) {
    // A host may be out of descriptors: a start then fails and gives back what it had taken.
    in_child([] {
        const rlimit tight{12, 4096};
        must(::setrlimit(RLIMIT_NOFILE, &tight), "setrlimit");
        const Spec spec = with_everything();
        expect_unchanged("a start without descriptors", [&] {
            std::vector<Fd> all;
            for (int fd = 0; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) {
                all.emplace_back(fd);
            }
            const Failure failure = start_fails(spec);
            BOOST_TEST(failure.error_number == EMFILE, failure.text);
            BOOST_TEST(!failure.hint.empty(), failure.text);
        });
    });
}

BOOST_AUTO_TEST_SUITE_END()
