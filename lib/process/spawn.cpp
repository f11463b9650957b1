// begin_spawn(): a program, through the stage; and a Plan without one.
#include "process/launch.hpp"
#include "process/outside.hpp"
#include "process/start.hpp"
#include "process/start_stage.hpp"

#include <spaces/spec.h>

namespace spaces {

namespace {

void launch(Start &start) {
    CompiledPlan &plan = start.plan();
    const bool writes_maps = (plan.clone_flags & SPACES_NAMESPACE_USER) != 0;
    const bool works_outside =
        writes_maps || plan.cgroup || plan.outside.oom_score_adj.has_value() || !plan.outside.limits.empty();
    plan.builder.header().await_go = works_outside ? 1 : 0;
    const std::vector<char> buffer = plan.builder.finish();
    // Before there is anybody to read it: then the stage need not wait for us.
    const size_t sent = start.channel().send_some(buffer.data(), buffer.size());
    const std::string environment = std::to_string(start.theirs());

    CloneRequest request;
    request.namespaces = plan.clone_flags;
    request.keep = plan.builder.kept().data();
    request.keep_count = plan.builder.kept().size();
    request.environment = environment.c_str();
    request.cgroup_fd = start.cgroup().for_clone();
    const std::string uid_map = own_uid_map(plan.outside);
    request.uid_map = uid_map.empty() ? nullptr : uid_map.c_str();
    CloneAnswer answer = start_stage(request);
    start.set_child(std::move(answer.child));
    if (answer.wrote_uid_map) {
        plan.outside.uid_map.clear();
    }

    start.send_rest(buffer.data() + sent, buffer.size() - sent);
    if (works_outside) {
        start.enter_cgroup(answer.is_in_cgroup);
        set_from_outside(start.pid(), plan.outside);
        if (writes_maps) {
            write_id_maps(start.pid(), plan.outside);
        }
    }
    start.go(works_outside);
}

} // namespace

std::unique_ptr<Start> begin_spawn(const Spec &spec, LaunchHooks hooks) {
    auto start = std::make_unique<Start>(spec, Target::program, std::move(hooks));
    launch(*start);
    return start;
}

void run_to_its_end(CompiledPlan plan) {
    Start start(std::move(plan));
    launch(start);
    start.wait(-1);
    const Started ended = start.hand_over();
    reap(ended.child.pidfd);
}

} // namespace spaces
