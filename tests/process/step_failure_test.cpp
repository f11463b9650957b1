// Each step of a Plan made to fail in turn: the error names that step, and nothing is left of the attempt.
#include "every_plan.hpp"

#include "base/sys.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <set>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

// No step is expected to fail with it by itself, and no step forgives it.
constexpr int unusual_errno = EUCLEAN;

void fail_at(const every_plan::Kind &kind, const spaces::Spec &spec, size_t index,
             const spaces::StepInfo &info) {
    spaces::LaunchHooks hooks;
    hooks.fail_index = static_cast<int>(index);
    hooks.fail_errno = unusual_errno;
    bool thrown = false;
    expect_unchanged(info.what, [&] {
        try {
            every_plan::launch(kind, spec, hooks);
        } catch (const spaces::Error &error) {
            thrown = true;
            BOOST_TEST(error.code == SPACES_ESETUP, error.message);
            BOOST_TEST(error.error_number == unusual_errno, error.message);
            BOOST_TEST(error.index == static_cast<int>(index), error.message);
            BOOST_TEST(error.step == info.step, error.message);
            BOOST_TEST(error.object == info.object, error.message);
            BOOST_TEST(error.message == "cannot " + info.what + ": Structure needs cleaning");
        }
    });
    BOOST_TEST(thrown, "the start did not fail at \"" << info.what << "\"");
}

} // namespace

BOOST_AUTO_TEST_SUITE(step_failure_test, *needs(root))

BOOST_DATA_TEST_CASE(is_told_and_leaves_nothing, data::make(every_plan::kinds), kind) {
    const every_plan::Scene scene;
    const spaces::Spec spec = scene.spec(kind);
    const std::vector<spaces::StepInfo> steps = every_plan::steps_of(kind, spec);
    for (size_t index = 0; index < steps.size(); ++index) {
        BOOST_TEST_CONTEXT("step " << index << ", " << steps[index].what) {
            fail_at(kind, spec, index, steps[index]);
        }
    }
}

BOOST_DATA_TEST_CASE(is_only_what_was_asked_for, data::make(every_plan::kinds), kind) {
    // The same Specs start when no step is made to fail.
    const every_plan::Scene scene;
    spaces::Process process(every_plan::launch(kind, scene.spec(kind), {}));
    const auto result = process.wait(static_cast<int>(patience.count()));
    BOOST_TEST_REQUIRE(result.has_value());
    BOOST_TEST(result->exit_code == 0);
}

BOOST_AUTO_TEST_CASE(the_plans_have_every_kind_of_step) {
    const every_plan::Scene scene;
    std::set<int> seen;
    for (const every_plan::Kind &kind : every_plan::kinds) {
        const spaces::CompiledPlan plan =
            spaces::compile(scene.spec(kind), kind.target, spaces::Opening::describe);
        for (const spaces::plan::Step &step : plan.builder.steps()) {
            seen.insert(static_cast<int>(step.op));
        }
    }
    using spaces::plan::Op;
    if (!apparmor() && !selinux_of_guest()) { // then no Plan can have a label
        seen.insert({static_cast<int>(Op::keep_proc), static_cast<int>(Op::label)});
    }
    if (!selinux_of_guest()) {
        seen.insert(static_cast<int>(Op::relabel));
    }
    for (int op = 0; op <= static_cast<int>(spaces::plan::Op::call); ++op) {
        BOOST_TEST(seen.contains(op), "no Plan has a step of the kind " << op);
    }
}

BOOST_AUTO_TEST_SUITE_END()
