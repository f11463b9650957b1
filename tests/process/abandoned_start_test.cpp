// A start that is given up: its process ends with it, and nothing is left, however far it has come.
#include "every_plan.hpp"

#include "process/start.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/orphans.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <memory>
#include <sys/wait.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<size_t>(std::distance(begin(all), end(all)));
}

} // namespace

BOOST_AUTO_TEST_SUITE(abandoned_start_test, *needs(root))

// After all that a start has said, before all of it, and at some points in between.
BOOST_DATA_TEST_CASE(leaves_nothing, data::make(every_plan::kinds), kind) {
    const every_plan::Scene scene;
    as_subreaper([&] {
        const spaces::Spec spec = scene.spec(kind);
        const size_t before = open_descriptors();
        for (int answers = 0; answers < 40; ++answers) {
            const std::unique_ptr<spaces::Start> start = every_plan::begin(kind, spec);
            bool is_complete = false;
            for (int i = 0; i < answers && !is_complete; ++i) {
                is_complete = start->wait(0);
            }
            if (answers == 39) {
                start->wait(-1);
            }
        }
        BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1, "a child is left");
        BOOST_TEST(open_descriptors() == before);
        expect_all_children_to_end("of a start that was given up");
    });
}

// The kernel, or a host that waits for any child, has taken the process between away.
BOOST_DATA_TEST_CASE(leaves_nothing_where_children_are_reaped_at_once, data::make(every_plan::kinds), kind) {
    const every_plan::Scene scene;
    as_subreaper([&] {
        const spaces::Spec spec = scene.spec(kind);
        in_child([&] {
            ::signal(SIGCHLD, SIG_IGN);
            for (int answers = 0; answers < 20; ++answers) {
                const std::unique_ptr<spaces::Start> start = every_plan::begin(kind, spec);
                for (int i = 0; i < answers && !start->wait(0); ++i) {
                }
            }
        });
        expect_all_children_to_end("of a start that was given up");
    });
}

BOOST_AUTO_TEST_SUITE_END()
