// A caller killed by SIGKILL in the middle of a start: at each step in turn, and at any moment. Nothing is
// left.
#include "every_plan.hpp"

#include "base/error.hpp"
#include "support/api.hpp"
#include "support/child.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"
#include "support/orphans.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <poll.h>
#include <random>
#include <sstream>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

void kill_at(const every_plan::Kind &kind, const spaces::Spec &spec, int index, const std::string &what) {
    Pipe halted;
    const pid_t caller = must(::fork(), "fork");
    if (caller == 0) {
        spaces::LaunchHooks hooks;
        hooks.halt_index = index;
        hooks.halted = [&](pid_t) {
            write_all(halted.write_end.get(), "halted\n");
            for (;;) {
                ::pause();
            }
        };
        try {
            every_plan::launch(kind, spec, hooks);
        } catch (const spaces::Error &error) {
            write_all(halted.write_end.get(), error.message + "\n");
        }
        ::_exit(1);
    }
    halted.write_end.reset();
    BOOST_TEST(read_line(halted.read_end.get()) == "halted");
    ::kill(caller, SIGKILL);
    expect_all_children_to_end("of a start whose caller was killed before it could " + what);
}

} // namespace

BOOST_AUTO_TEST_SUITE(killed_caller_test, *needs(root))

BOOST_DATA_TEST_CASE(at_each_step, data::make(every_plan::kinds), kind) {
    const every_plan::Scene scene;
    as_subreaper([&] {
        const spaces::Spec spec = scene.spec(kind);
        const std::vector<spaces::StepInfo> steps = every_plan::steps_of(kind, spec);
        expect_unchanged(kind.name, [&] {
            for (size_t index = 0; index < steps.size(); ++index) {
                kill_at(kind, spec, static_cast<int>(index), steps[index].what);
            }
        });
    });
}

// A caller that starts one container after the other, each of which is to end with it.
[[noreturn]] void start_for_ever(bool callable) {
    Spec spec;
    spec.unshare(SPACES_NAMESPACE_ALL & ~SPACES_NAMESPACE_NETWORK)
        .with<spaces_spec_set_die_with_parent>(1)
        .with<spaces_spec_set_stdio>(SPACES_STDOUT, SPACES_STDIO_NULL);
    if (!callable) {
        spec.args({probe(), "stubborn"});
    }
    for (;;) {
        Process process = callable ? start_fork(spec, [](void *) { return ::pause(); }) : start(spec);
        process.leave();
    }
}

BOOST_DATA_TEST_CASE(at_any_moment, data::make({false, true}), callable) {
    as_subreaper([callable = callable] {
        std::minstd_rand random(20240607); // NOLINT: the same moments in each run, as far as that goes
        for (int round = 0; round < 200; ++round) {
            const pid_t caller = must(::fork(), "fork");
            if (caller == 0) {
                start_for_ever(callable);
            }
            const timespec moment{0, static_cast<long>(random() % 5'000'000)};
            ::ppoll(nullptr, 0, &moment, nullptr);
            ::kill(caller, SIGKILL);
            expect_all_children_to_end("of a start whose caller was killed in round " +
                                       std::to_string(round));
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()
