// Mounts in a running container: Plans of a process that joins it, mounts and ends.
#include "mount/running.hpp"

#include "base/sys.hpp"
#include "host/probe.hpp"
#include "mount/jobs.hpp"
#include "stage/syscall.hpp"

#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/syscall.h>

namespace spaces {

namespace {

using plan::Op;

constexpr uint32_t user_and_mount = SPACES_NAMESPACE_USER | SPACES_NAMESPACE_MOUNT;

// A detached copy of the source that is nobody's peer. It is made in a mount namespace of its own, whose
// mounts can be made private, and by who is not privileged in a user namespace of its own. The descriptor
// table is shared, so that it comes to us.
Fd private_tree(const MountJob &job) {
    const char *source = job.mount.source.c_str();
    const long flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (job.options.recursive ? AT_RECURSIVE : 0);
    long tree = -EPERM;
    const auto open = [&] {
        tree = stage::sys(SYS_mount, 0, "/", 0, MS_REC | MS_PRIVATE, 0);
        tree = tree < 0 ? tree : stage::sys(SYS_open_tree, AT_FDCWD, source, flags);
    };
    int problem = run_probe(CLONE_FILES | CLONE_NEWNS, [&] { open(); });
    if (problem == EPERM) {
        problem = run_probe(CLONE_FILES | CLONE_NEWNS | CLONE_NEWUSER, [&] { open(); });
    }
    if (problem != 0 || tree < 0) {
        throw_system("mount", problem != 0 ? "clone" : "open_tree",
                     problem != 0 ? problem : static_cast<int>(-tree), job.mount.source,
                     "open the source " + quoted(job.mount.source) + " of the mount on " +
                         quoted(job.mount.destination),
                     problem == 0 && tree == -ENOSYS
                         ? "mounting in a running container needs open_tree(2) and move_mount(2): Linux 5.2"
                         : "");
    }
    return Fd(static_cast<int>(tree));
}

Compilation begin(const Spec &spec) {
    Compilation compilation{
        .spec = spec, .target = Target::program, .opening = Opening::open, .plan = {}, .namespaces = {}};
    for (int stream = 0; stream <= 2; ++stream) {
        compilation.builder().keep(stream);
    }
    compilation.mount_jobs = std::make_shared<MountJobs>();
    decide_namespaces(compilation);
    if (!compilation.namespaces.joins_mount) {
        const std::string object = "process " + std::to_string(spec.join_all_of);
        throw Error{.code = SPACES_ESTATE,
                    .step = "mount",
                    .object = object,
                    .message = object + " has the mount namespace of the caller: what is mounted there is so "
                                        "for the caller too",
                    .hint = "give the program a mount namespace of its own"};
    }
    add_namespaces(compilation);
    add_namespace_identity(compilation);
    return compilation;
}

CompiledPlan end(Compilation &compilation) {
    compilation.add(Op::finish, {"finish", "", "end"});
    return std::move(compilation.plan);
}

// A file system shows the namespaces of its mounter.
uint32_t namespaces_for(const MountJob &job) {
    const bool is_indifferent = job.options.bind || job.mount.type == "tmpfs" || job.mount.type == "ramfs";
    return is_indifferent ? user_and_mount : SPACES_NAMESPACE_ALL & ~SPACES_NAMESPACE_TIME;
}

} // namespace

CompiledPlan compile_mount(pid_t pid, const MountSpec &mount) {
    MountJob job = job_of(mount);
    if (mount.type == "cgroup" && !job.options.bind) {
        throw_unsupported(mount.destination,
                          "OCI's mount type \"cgroup\" is several mounts, made at the start",
                          "in a running container, mount \"cgroup2\", or bind the directories");
    }
    if (job.overlay) {
        throw_unsupported(
            mount.destination, "an overlay cannot be mounted in a running container",
            "the kernel takes its layers from the mount namespace that it is mounted in: mount it "
            "when the container is started");
    }
    if (job.options.id_mapped || !mount.uid_mappings.empty()) {
        if (mount.uid_mappings.empty() && job.options.uid_map.empty()) {
            throw_invalid(mount.destination, "the mount on " + quoted(mount.destination) +
                                                 " is to be id-mapped, and no ids are told");
        }
    }
    Spec spec;
    spec.join_all_of = pid;
    spec.shared = SPACES_NAMESPACE_ALL & ~namespaces_for(job);
    Fd tree;
    if (job.options.id_mapped || !mount.uid_mappings.empty()) {
        tree = id_mapped_tree(mount, job.options,
                              mount.uid_mappings.empty() ? job.options.uid_map : mount.uid_mappings,
                              mount.uid_mappings.empty() ? job.options.gid_map : mount.gid_mappings);
    } else if (job.options.bind) {
        tree = private_tree(job);
    }
    Compilation compilation = begin(spec);
    job.tree = compilation.adopt(std::move(tree));
    add_in_place(compilation, job);
    return end(compilation);
}

CompiledPlan compile_unmount(pid_t pid, const std::string &destination, bool lazily) {
    std::string path = destination;
    while (path.size() > 1 && path.back() == '/') {
        path.pop_back();
    }
    Spec spec;
    spec.join_all_of = pid;
    spec.shared = SPACES_NAMESPACE_ALL & ~user_and_mount;
    Compilation compilation = begin(spec);
    const uint32_t text = compilation.builder().text(path);
    plan::Step &step = compilation.add(Op::unmount, {"unmount", path, "unmount " + quoted(path)});
    step.text[0] = text;
    step.flags = lazily ? plan::step_optional : 0;
    return end(compilation);
}

} // namespace spaces
