// A start in control groups that fails at each step of its Plan: no group is left.
#include "base/error.hpp"
#include "plan/compile.hpp"
#include "process/start.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <filesystem>
#include <spaces/spec.h>

using namespace support;

namespace {

spaces::Spec limited(bool callable) {
    spaces::Spec spec;
    if (!callable) {
        spec.process.args = {"/bin/true"};
    }
    spec.cgroup.own = true;
    spec.time_limit_ms = 60'000;
    for (const uint32_t bit : {SPACES_NAMESPACE_PID, SPACES_NAMESPACE_MOUNT, SPACES_NAMESPACE_CGROUP}) {
        spec.namespaces[bit] = {};
    }
    return spec;
}

std::unique_ptr<spaces::Start> begin(const spaces::Spec &spec, bool callable,
                                     const spaces::LaunchHooks &hooks) {
    if (callable) {
        return spaces::begin_fork(spec, {[](void *) { return 0; }, nullptr}, hooks);
    }
    return spaces::begin_spawn(spec, hooks);
}

// One that can be looked at while the start is halted.
std::vector<std::string> groups_of(spaces::Start &start) {
    std::vector<std::string> paths;
    for (const spaces::ControlGroup &group : start.cgroup().groups()) {
        paths.push_back(group.path);
    }
    return paths;
}

Answer control_groups() {
    try {
        spaces::Cgroup(spaces::plan_cgroup(limited(false).cgroup, spaces::cgroup_layout()));
        return Answer(true);
    } catch (const spaces::Error &error) {
        Answer answer(false);
        answer.message() << error.message;
        return answer;
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(step_failure_test, *needs(root) * needs(control_groups))

BOOST_AUTO_TEST_CASE(each_step_in_turn) {
    for (const bool callable : {false, true}) {
        const spaces::Spec spec = limited(callable);
        const auto target = callable ? spaces::Target::callable : spaces::Target::program;
        const auto steps = spaces::compile(spec, target, spaces::Opening::describe).builder.infos();
        bool has_own_namespace = false;
        for (size_t index = 0; index < steps.size(); ++index) {
            BOOST_TEST_CONTEXT("step " << index << ", " << steps[index].what) {
                has_own_namespace |= steps[index].what.find("cgroup") != std::string::npos;
                spaces::LaunchHooks hooks;
                hooks.fail_index = static_cast<int>(index);
                hooks.fail_errno = EUCLEAN;
                std::vector<std::string> paths;
                expect_unchanged(steps[index].what, [&] {
                    const auto start = begin(spec, callable, hooks);
                    paths = groups_of(*start);
                    BOOST_CHECK_THROW(start->wait(-1), spaces::Error);
                });
                BOOST_TEST(!paths.empty());
                for (const std::string &path : paths) {
                    BOOST_TEST(!std::filesystem::exists(path), path);
                }
            }
        }
        BOOST_TEST(has_own_namespace);
    }
}

BOOST_AUTO_TEST_SUITE_END()
