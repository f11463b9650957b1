// What others can do to a stage in the middle of a start: those who have rights over the namespaces that it
// joins, and those who take the caller's last descriptors.
#include "every_plan.hpp"

#include "base/error.hpp"
#include "support/api.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/orphans.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

// A container in the caller's own pid namespace, whose root is nobody outside.
Spec visible_container() {
    Spec spec({"/bin/sh", "-c", "echo up; exec cat"});
    spec.unshare(SPACES_NAMESPACE_USER | SPACES_NAMESPACE_MOUNT)
        .with<spaces_spec_set_uid_map>("0 100000 1000")
        .with<spaces_spec_set_gid_map>("0 100000 1000");
    return spec;
}

// The errno of a PTRACE_SEIZE by the root of that container.
int error_of_seizing(pid_t container, pid_t stage) {
    const pid_t attacker = must(::fork(), "fork");
    if (attacker == 0) {
        const Fd user(::open(("/proc/" + std::to_string(container) + "/ns/user").c_str(), O_RDONLY));
        const bool is_root =
            ::setns(user.get(), CLONE_NEWUSER) == 0 && ::setresgid(0, 0, 0) == 0 && ::setresuid(0, 0, 0) == 0;
        if (!is_root) {
            ::_exit(255);
        }
        ::_exit(::ptrace(PTRACE_SEIZE, stage, nullptr, nullptr) == 0 ? 0 : errno);
    }
    int status = 0;
    must(::waitpid(attacker, &status, 0), "waitpid");
    return WEXITSTATUS(status);
}

} // namespace

BOOST_AUTO_TEST_SUITE(exposed_stage_test, *needs(root))

BOOST_AUTO_TEST_CASE(the_root_of_a_joined_container_cannot_trace_it) {
    const Waiting container(visible_container());
    for (const spaces::Target target : {spaces::Target::program, spaces::Target::callable}) {
        const every_plan::Kind kind{"", target, nullptr};
        spaces::Spec spec;
        spec.join_all_of = container.pid();
        if (target == spaces::Target::program) {
            spec.process.args = {"/bin/true"};
        }
        const std::vector<spaces::StepInfo> steps = every_plan::steps_of(kind, spec);
        for (size_t index = 0; index < steps.size(); ++index) {
            BOOST_TEST_CONTEXT("before it could " << steps[index].what) {
                spaces::LaunchHooks hooks;
                hooks.halt_index = static_cast<int>(index);
                hooks.halted = [&](pid_t stage) {
                    BOOST_TEST(error_of_seizing(container.pid(), stage) == EPERM);
                };
                spaces::Process process(every_plan::launch(kind, spec, hooks));
                BOOST_TEST(process.wait(static_cast<int>(patience.count())).has_value());
            }
        }
    }
}

// Descriptors that the stage sends need a number in the caller.
BOOST_DATA_TEST_CASE(a_caller_whose_descriptors_run_out_meanwhile_is_told, data::make(every_plan::kinds),
                     kind) {
    const every_plan::Scene scene;
    as_subreaper([&] {
        const rlimit tight{64, 64};
        must(::setrlimit(RLIMIT_NOFILE, &tight), "setrlimit");
        const spaces::Spec spec = scene.spec(kind);
        std::vector<Fd> all;
        spaces::LaunchHooks hooks;
        hooks.halt_index = 0;
        hooks.halted = [&](pid_t) {
            for (int fd = 0; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) {
                all.emplace_back(fd);
            }
        };
        try {
            spaces::Process process(every_plan::launch(kind, spec, hooks));
            BOOST_TEST(process.pidfd() >= 0);
            BOOST_TEST(process.wait(static_cast<int>(patience.count())).has_value());
        } catch (const spaces::Error &error) {
            BOOST_TEST(error.error_number == EMFILE, error.message);
            BOOST_TEST(!error.hint.empty());
        }
        all.clear();
        expect_all_children_to_end("of a start without descriptors");
    });
}

BOOST_AUTO_TEST_SUITE_END()
