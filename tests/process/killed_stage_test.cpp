// A stage killed by SIGKILL in the middle of a start: the caller is told of the death, and nothing is left.
#include "every_plan.hpp"

#include "base/error.hpp"
#include "support/api.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/orphans.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/syscall.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

// All sockets of the process and of its children: what a fork at the wrong moment would have copies of.
std::vector<Fd> sockets_of(pid_t pid) {
    const Fd pidfd(must(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)), "pidfd_open"));
    std::vector<Fd> sockets;
    for (const auto &entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
        std::error_code gone; // an init closes descriptors meanwhile
        if (std::filesystem::read_symlink(entry, gone).string().starts_with("socket:")) {
            const int number = std::stoi(entry.path().filename());
            Fd socket(static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd.get(), number, 0)));
            if (socket.is_open()) {
                sockets.push_back(std::move(socket));
            }
        }
    }
    const std::string number = std::to_string(pid);
    std::ifstream children("/proc/" + number + "/task/" + number + "/children");
    for (pid_t child; children >> child;) {
        for (Fd &socket : sockets_of(child)) {
            sockets.push_back(std::move(socket));
        }
    }
    return sockets;
}

// Whether something else holds the stage's end of the channel, as a fork does that another thread of the
// caller has made meanwhile.
enum class Channel { closed, held };

void kill_at(const every_plan::Kind &kind, const spaces::Spec &spec, size_t index, Channel channel) {
    std::vector<Fd> held;
    spaces::LaunchHooks hooks;
    hooks.halt_index = static_cast<int>(index);
    hooks.halted = [&](pid_t pid) {
        if (channel == Channel::held) {
            held = sockets_of(pid);
            BOOST_TEST(!held.empty());
        }
        const Fd pidfd(must(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)), "pidfd_open"));
        must(::kill(pid, SIGKILL), "kill");
        BOOST_TEST(readable(pidfd.get())); // an init takes the function's process with it
    };
    std::string message;
    try {
        spaces::Process process(every_plan::launch(kind, spec, hooks));
        // Who stands by for an init is killed beside it, and the function may have been called meanwhile.
        if (kind.target == spaces::Target::callable_by_callers_fork) {
            BOOST_TEST(process.wait(-1).value().signal == SIGKILL);
            return;
        }
    } catch (const spaces::Error &error) {
        BOOST_TEST(error.code == SPACES_ESETUP);
        message = error.message;
    }
    BOOST_TEST(message == "the new process was killed before the program was started");
}

} // namespace

BOOST_AUTO_TEST_SUITE(killed_stage_test, *needs(root))

BOOST_DATA_TEST_CASE(is_told_although_its_end_of_the_channel_lives_on, data::make(every_plan::kinds), kind) {
    const every_plan::Scene scene;
    const spaces::Spec spec = scene.spec(kind);
    const size_t last = every_plan::steps_of(kind, spec).size() - 1;
    // In a child, which is killed when it waits for ever.
    in_child([&] {
        for (const size_t index : {size_t{0}, last}) {
            BOOST_TEST_CONTEXT("step " << index) {
                kill_at(kind, spec, index, Channel::held);
            }
        }
    });
}

BOOST_DATA_TEST_CASE(leaves_nothing_at_any_step, data::make(every_plan::kinds), kind) {
    const every_plan::Scene scene;
    as_subreaper([&] {
        const spaces::Spec spec = scene.spec(kind);
        const std::vector<spaces::StepInfo> steps = every_plan::steps_of(kind, spec);
        for (size_t index = 0; index < steps.size(); ++index) {
            BOOST_TEST_CONTEXT("step " << index << ", " << steps[index].what) {
                kill_at(kind, spec, index, Channel::closed);
                expect_all_children_to_end("of a start that was killed before it could " + steps[index].what);
            }
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()
