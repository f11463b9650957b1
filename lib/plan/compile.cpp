// Spec → Plan: the order of things in the new process.
#include "plan/compile.hpp"

#include "base/sys.hpp"
#include "mount/label.hpp"
#include "plan/compilation.hpp"

#include <fcntl.h>

namespace spaces {

int Compilation::adopt(Fd fd) {
    if (!fd.is_open()) {
        return -1;
    }
    fd = out_of_the_way(std::move(fd), plan.targets, {"dup", "", "move a descriptor out of the way"});
    const int number = fd.get();
    builder().keep(number);
    plan.descriptors.push_back(std::move(fd));
    return number;
}

CompiledPlan compile(const Spec &spec, Target target, Opening opening) {
    validate(spec, target);
    Compilation compilation{.spec = spec, .target = target, .opening = opening, .plan = {}, .namespaces = {}};
    for (int stream = 0; stream <= 2; ++stream) {
        compilation.builder().keep(stream);
    }
    reserve_targets(compilation);
    require_mount_label(compilation);
    resolve_id_maps(compilation);
    add_control_group(compilation);
    decide_filter(compilation); // which may need a supervisor
    decide_namespaces(compilation);

    add_initial_affinity(compilation);
    // Joined and new namespaces come first: the rest happens inside them.
    add_namespaces(compilation);
    // Paths of the caller are opened with the caller's rights, before ids change.
    add_mount_sources(compilation);
    add_namespace_identity(compilation);
    add_proc_for_labels(compilation);
    add_sysctl(compilation); // while the caller's /proc is in sight
    add_mounts(compilation);
    add_hostname(compilation);
    // An init has the namespaces, but none of what is only meant for the program.
    add_supervise(compilation);
    add_session(compilation);
    add_descriptors(compilation);
    add_rlimits(compilation);    // after the descriptors: RLIMIT_NOFILE would be in their way
    add_scheduling(compilation); // after the limits: some of them allow what follows
    add_program_identity(compilation);
    add_program(compilation);
    return std::move(compilation.plan);
}

} // namespace spaces
