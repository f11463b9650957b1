// A host in want of descriptors, file size or system calls, and a stage that dies with half of its Plan: a
// start ends with an error or with its program, never with neither, and leaves nothing.
#include "support/api.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/orphans.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

void limit(__rlimit_resource resource, rlim_t soft) {
    rlimit limit{};
    must(::getrlimit(resource, &limit), "getrlimit");
    limit.rlim_cur = soft;
    must(::setrlimit(resource, &limit), "setrlimit");
}

Spec in_container(const std::vector<std::string> &args) {
    Spec spec(args);
    spec.isolate(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT);
    return spec;
}

int sleep_for_ever() {
    for (;;) {
        ::pause();
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(hard_times_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(a_stage_that_dies_with_half_of_a_large_plan_is_told) {
    // The first system call of the stage, and none of what the caller makes.
    with_seccomp(kill_caller, {SYS_prctl}, [] {
        const Spec spec(std::vector<std::string>(16, std::string(100'000, 'x')));
        const Failure failure = start_fails(spec);
        BOOST_TEST(failure.code == SPACES_ESETUP, failure.text);
        BOOST_TEST(failure.message.starts_with("the new process was killed before the program was started"));
    });
}

BOOST_AUTO_TEST_CASE(a_small_file_size_limit_ends_nobody) {
    in_child([] {
        limit(RLIMIT_FSIZE, 4096);
        BOOST_TEST(start(in_container({probe(), "exit", "7"})).wait().exit_code() == 7);
        Spec spec;
        spec.isolate(SPACES_NAMESPACE_PID);
        BOOST_TEST(start_fork_of(spec, [] { return 8; }).wait().exit_code() == 8);
    });
}

BOOST_DATA_TEST_CASE(a_full_descriptor_table_leaves_nothing, data::make({false, true}), callable) {
    as_subreaper([callable = callable] {
        bool started = false;
        for (rlim_t most = 4; most < 40 && !started; ++most) {
            limit(RLIMIT_NOFILE, most);
            Spec spec;
            spec.isolate(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT);
            if (!callable) {
                spec.args({probe(), "exit", "0"});
            }
            try {
                Process process = callable ? start_fork(spec, [](void *) { return 0; }) : start(spec);
                process.wait();
                started = true;
            } catch (const Failure &failure) {
                BOOST_TEST(failure.error_number == EMFILE, failure.text);
            }
            BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1, "a child is left, at a limit of " << most);
        }
        BOOST_TEST(started);
    });
}

BOOST_DATA_TEST_CASE(a_terminal_needs_no_open_streams, data::make({1, 2, 4, 3, 5, 6, 7}), closed) {
    in_child([closed = closed] {
        Spec spec({probe(), "tty"});
        spec.with<spaces_spec_set_terminal>(1);
        std::string out;
        {
            const Fd saved(::fcntl(2, F_DUPFD_CLOEXEC, 10));
            for (int stream = 0; stream <= 2; ++stream) {
                if ((closed >> stream & 1) != 0) {
                    ::close(stream);
                }
            }
            Process process = start(spec);
            out = read_all(process.take(SPACES_TERMINAL).get());
            process.wait();
            ::dup2(saved.get(), 2); // for the test's own words
        }
        BOOST_TEST(out.find("terminals 1 1 1") != std::string::npos, out);
    });
}

BOOST_AUTO_TEST_CASE(a_callable_has_no_descriptors_but_the_callers, *needs(root)) {
    const Rootfs rootfs;
    for (const int chroot : {0, 1}) {
        Spec spec;
        spec.unshare(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT)
            .with<spaces_spec_set_root>(rootfs.path().c_str(), 1)
            .with<spaces_spec_set_chroot>(chroot);
        in_child([&spec] {
            ::close(0);
            Process process = start_fork_of(spec, [] {
                for (int fd = 0; fd < 64; ++fd) {
                    struct stat status {};
                    if (::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode)) {
                        return 1;
                    }
                }
                return ::fcntl(0, F_GETFD) < 0 ? 0 : 2;
            });
            BOOST_TEST(process.wait().exit_code() == 0);
        });
    }
}

BOOST_AUTO_TEST_CASE(a_missing_proc_is_named, *needs(root)) {
    in_mount_namespace([] {
        must(::mount("none", "/proc", "tmpfs", MS_RDONLY, nullptr), "mount");
        Spec container({probe()});
        container.unshare(SPACES_NAMESPACE_USER);
        const Failure unmapped = start_fails(container);
        BOOST_TEST(unmapped.error_number == ENOENT, unmapped.text);
        BOOST_TEST(unmapped.hint.find("is /proc mounted here") != std::string::npos, unmapped.text);

        Spec inject({probe()});
        inject.with<spaces_spec_join_pid>(::getppid(), 0u);
        const Failure lost = start_fails(inject);
        BOOST_TEST(lost.error_number == ENOENT, lost.text);
        BOOST_TEST(lost.hint.find("is it mounted here") != std::string::npos, lost.text);
    });
}

BOOST_DATA_TEST_CASE(a_program_that_cannot_be_watched_over_does_not_run,
                     data::make({SYS_signalfd4, SYS_ppoll}) * data::make({false, true}), lack, callable) {
    with_seccomp(ENOSYS, {lack}, [callable = callable] {
        Spec spec;
        spec.isolate(SPACES_NAMESPACE_PID);
        if (!callable) {
            spec.args({"sleep", "1000"});
        }
        try {
            Process process =
                callable ? start_fork(spec, [](void *) { return sleep_for_ever(); }) : start(spec);
            BOOST_TEST(process.wait().signal() == SIGKILL);
        } catch (const Failure &failure) {
            // The init of a callable ends it before or after it is called; that of a program is told of
            // first.
            BOOST_TEST(failure.step == (callable ? "stage" : "supervise"), failure.text);
            BOOST_TEST(failure.system_call == (callable ? "" : "signalfd4"), failure.text);
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()
