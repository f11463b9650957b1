// begin_spawn(): a program, through the stage.
#include "base/sys.hpp"
#include "process/failure.hpp"
#include "process/launch.hpp"
#include "process/outside.hpp"
#include "process/signals.hpp"
#include "process/stage_image.hpp"
#include "process/start.hpp"

#include <cerrno>
#include <spaces/spec.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace spaces {

namespace {

bool may_not_be_executed(int error) {
    return error == EACCES || error == EPERM || error == ENOSYS;
}

[[noreturn]] void throw_stage_failure(int error, const std::string &path) {
    throw Error{.code = SPACES_ESYSTEM,
                .error_number = error,
                .step = "stage",
                .object = path,
                .system_call = path.empty() ? "execveat" : "execve",
                .message = "cannot execute the stage" + (path.empty() ? "" : " " + quoted(path)) + ": " +
                           std::string(errno_text(error)),
                .hint =
                    path.empty()
                        ? ""
                        : "no memfd can be executed (vm.memfd_noexec of this host, or a low RLIMIT_FSIZE), "
                          "and the stage that libspaces installs as a file is not there"};
}

CloneAnswer clone_checked(const CloneRequest &request) {
    CloneAnswer answer = clone_stage(request);
    if (answer.clone_errno != 0) {
        throw clone_failure(answer.clone_errno, request.namespaces);
    }
    if (answer.exec_errno != 0) {
        reap(answer.child.pidfd);
    }
    return answer;
}

CloneAnswer start_stage(CloneRequest request) {
    const Fd memfd = open_stage_memfd();
    const SignalMask blocked;
    if (memfd.is_open()) {
        request.stage_fd = memfd.get();
        CloneAnswer answer = clone_checked(request);
        if (answer.exec_errno == 0) {
            return answer;
        }
        if (!may_not_be_executed(answer.exec_errno)) {
            throw_stage_failure(answer.exec_errno, "");
        }
    }
    const std::string path = installed_stage();
    request.stage_path = path.c_str();
    CloneAnswer answer = clone_checked(request);
    if (answer.exec_errno != 0) {
        throw_stage_failure(answer.exec_errno, path);
    }
    return answer;
}

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
