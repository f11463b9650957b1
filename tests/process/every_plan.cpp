// Specs whose Plans, taken together, have every kind of step: for the tests that break a start at each of
// them.
#include "every_plan.hpp"

#include "process/start.hpp"
#include "spec/confine.hpp"
#include "support/needs.hpp"

#include <unistd.h>

using namespace support;

namespace every_plan {

namespace {

using spaces::NamespaceSpec;
using spaces::StdioSpec;
using spaces::Target;

constexpr uint32_t all_but_user = SPACES_NAMESPACE_ALL & ~SPACES_NAMESPACE_USER;

void unshare(spaces::Spec &spec, uint32_t namespaces) {
    for (uint32_t bit = 1; bit != 0; bit <<= 1) {
        if ((namespaces & bit) != 0) {
            spec.namespaces[bit] = NamespaceSpec{};
        }
    }
}

void plain(spaces::Spec &spec, const Rootfs &, int) {
    spec.process.cwd = "/";
    spec.process.umask = 077;
    spec.process.new_session = true;
    spec.process.no_new_privileges = true;
    spec.process.capabilities.drop = spaces::all_capabilities;
    spec.process.new_keyring = true;
    spec.process.initial_cpus = "0";
    spec.process.final_cpus = "0";
    spec.process.scheduler = spaces::SchedulerSpec{.policy = 3, .nice = 19}; // which everybody may
    spec.process.io_priority = spaces::IoPrioritySpec{.io_class = 2, .priority = 4};
    spec.process.apparmor_profile = "unconfined"; // a label where AppArmor is active, and else none
    if (selinux_of_guest()) {
        spec.process.selinux_label = "system_u:system_r:guest_t:s0-s0:c0.c3";
    }
    spec.personality = 0;
    spec.landlock.emplace().bind_tcp.emplace().insert(80);
    spec.landlock->paths = {{.path = "/", .access = 0x1fff}};
    spec.process.rlimits["RLIMIT_NOFILE"] = {64, 64};
    spec.process.stdio[0].kind = StdioSpec::Kind::null;
    spec.process.stdio[1].kind = StdioSpec::Kind::pipe;
    spec.process.stdio[2].kind = StdioSpec::Kind::merge_stdout;
    spec.process.fds[20] = std::make_shared<const spaces::Fd>(::dup(1));
}

void watched(spaces::Spec &spec, const Rootfs &, int) {
    spec.process.process_group = 0;
    spec.die_with_parent = true;
    spec.time_limit_ms = 60'000;
}

void contained(spaces::Spec &spec, const Rootfs &rootfs, int) {
    plain(spec, rootfs, 0);
    unshare(spec, SPACES_NAMESPACE_ALL);
    spec.time_offsets["monotonic"] = {100, 0};
    spec.sysctl["net/ipv4/ip_forward"] = "1";
    spec.hostname = "guest";
    spec.domainname = "example.org";
    spec.root = spaces::RootSpec{.path = rootfs.path(), .readonly = true, .chroot = false};
    spec.default_mounts = true;
    if (selinux_of_guest()) {
        spec.mount_label = "system_u:object_r:mount_t:s0:c1,c2";
    }
    spec.mounts.push_back({"/usr", "/usr", "bind", {"rbind", "ro", "rslave"}});
    spec.mounts.push_back({"tmpfs", "/mnt", "tmpfs", {"size=1m"}});
    spec.process.cwd = "/mnt";
    spec.die_with_parent = true;
}

// With all that a file system can be furnished with.
void furnished(spaces::Spec &spec, const Rootfs &rootfs, int) {
    using spaces::FileSpec;
    unshare(spec, all_but_user & ~SPACES_NAMESPACE_TIME);
    spec.root = spaces::RootSpec{.path = rootfs.path(), .readonly = false, .chroot = false};
    spec.mounts.push_back({"/usr", "/usr", "bind", {"rbind", "rro"}});
    spec.mounts.push_back({"overlay", "/mnt", "overlay", {"lowerdir=/etc:/usr", "tmp-overlay=1m"}});
    spec.mounts.push_back({"tmpfs", "/etc", "tmpfs", {"tmpcopyup"}});
    spec.devices.push_back({.path = "/dev/null", .type = 'c', .major = 1, .minor = 3});
    spec.files.push_back({.kind = FileSpec::Kind::file, .path = "/etc/motd", .content = "hello"});
    spec.files.push_back({.kind = FileSpec::Kind::symlink, .path = "/etc/link", .content = "motd"});
    spec.masked_paths = {"/proc/kcore", "/nonexistent"};
    spec.readonly_paths = {"/proc/sys"};
}

void as_pid_1(spaces::Spec &spec, const Rootfs &rootfs, int) {
    unshare(spec, all_but_user & ~SPACES_NAMESPACE_TIME);
    spec.init = false;
    spec.root = spaces::RootSpec{.path = rootfs.path(), .readonly = false, .chroot = true};
    spec.process.uid = 4711;
    spec.process.gid = 4711;
    spec.process.additional_gids = std::vector<uint32_t>{100, 200};
}

void on_a_terminal(spaces::Spec &spec, const Rootfs &, int) {
    spec.process.terminal = true;
}

void joined(spaces::Spec &spec, const Rootfs &, int container) {
    spec.join_all_of = container;
}

// Its user namespace is made inside joined namespaces, so not by the clone.
void beside(spaces::Spec &spec, const Rootfs &, int container) {
    NamespaceSpec join;
    join.kind = NamespaceSpec::Kind::join_pid;
    join.pid = container;
    spec.namespaces[SPACES_NAMESPACE_NETWORK] = join;
    unshare(spec, SPACES_NAMESPACE_USER | SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT);
}

// Its supervisor is outside of its pid namespace.
void watched_pid_1(spaces::Spec &spec, const Rootfs &, int) {
    unshare(spec, SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT);
    spec.init = false;
    spec.process.new_session = true;
    spec.time_limit_ms = 60'000;
}

void joined_and_watched(spaces::Spec &spec, const Rootfs &rootfs, int container) {
    joined(spec, rootfs, container);
    spec.time_limit_ms = 60'000;
}

void with_clocks(spaces::Spec &spec, const Rootfs &rootfs, int container) {
    joined(spec, rootfs, container);
    unshare(spec, SPACES_NAMESPACE_TIME);
    spec.time_offsets["boottime"] = {100, 0};
}

void filtered(spaces::Spec &spec, const Rootfs &, int) {
    spec.process.no_new_privileges = true;
    set_seccomp_default(spec.seccomp, true);
}

void filtered_in_a_container(spaces::Spec &spec, const Rootfs &rootfs, int container) {
    filtered(spec, rootfs, container);
    unshare(spec, SPACES_NAMESPACE_ALL);
    spec.process.fds[3] = std::make_shared<const spaces::Fd>(::dup(1));
}

// It cannot tell of its own failure, and its supervisor answers its filter.
void mute(spaces::Spec &spec, const Rootfs &, int) {
    spec.process.no_new_privileges = true;
    spec.process.fds[3] = std::make_shared<const spaces::Fd>(::dup(1));
    spec.die_with_parent = true;
    set_seccomp_profile(spec.seccomp,
                        {.default_action = "SCMP_ACT_ALLOW",
                         .syscalls = {{.names = {"sendmsg"}, .action = "SCMP_ACT_KILL_PROCESS"}}});
    spec.seccomp.report = true;
}

void mute_in_a_container(spaces::Spec &spec, const Rootfs &rootfs, int container) {
    mute(spec, rootfs, container);
    unshare(spec, SPACES_NAMESPACE_ALL);
}

void mute_in_a_running_container(spaces::Spec &spec, const Rootfs &rootfs, int container) {
    mute(spec, rootfs, container);
    spec.join_all_of = container;
}

// The groups are another suite's business, which looks at all that there are.
void sandboxed(spaces::Spec &spec, const Rootfs &, int) {
    spaces::confine(spec, "sandbox");
    spec.cgroup = {};
}

int do_nothing(void *) {
    return 0;
}

int fork_as_caller(void *) {
    return ::fork();
}

} // namespace

const std::vector<Kind> kinds = {
    {"a plain program", Target::program, plain},
    {"a program that is watched over", Target::program, watched},
    {"a program in a container", Target::program, contained},
    {"a program in a furnished container", Target::program, furnished},
    {"a program that is pid 1", Target::program, as_pid_1},
    {"a program on a terminal", Target::program, on_a_terminal},
    {"a program in a running container", Target::program, joined},
    {"a program beside a running container", Target::program, beside},
    {"a program that is pid 1 and watched over", Target::program, watched_pid_1},
    {"a program in a running container, watched over", Target::program, joined_and_watched},
    {"a program in a running container, with clocks of its own", Target::program, with_clocks},
    {"a filtered program", Target::program, filtered},
    {"a filtered program in a container", Target::program, filtered_in_a_container},
    {"a filtered program that is mute", Target::program, mute},
    {"a filtered program that is mute, in a container", Target::program, mute_in_a_container},
    {"a filtered program that is mute, in a running container", Target::program, mute_in_a_running_container},
    {"a program in the sandbox", Target::program, sandboxed},
    {"a callable in the sandbox", Target::callable, sandboxed},
    {"a plain callable", Target::callable, plain},
    {"a callable in a container", Target::callable, contained},
    {"a callable in a furnished container", Target::callable, furnished},
    {"a callable that is pid 1", Target::callable, as_pid_1},
    {"a callable in a running container", Target::callable, joined},
    {"a callable beside a running container", Target::callable, beside},
    {"a callable that is watched over", Target::callable, watched},
    {"a callable that is pid 1 and watched over", Target::callable, watched_pid_1},
    {"a filtered callable", Target::callable, filtered},
    {"a filtered callable in a container", Target::callable, filtered_in_a_container},
    {"a plain callable, by the caller's fork", Target::callable_by_callers_fork, plain},
    {"a callable in a container, by the caller's fork", Target::callable_by_callers_fork, contained},
    {"a callable that is pid 1, by the caller's fork", Target::callable_by_callers_fork, as_pid_1},
    {"a callable in a running container, by the caller's fork", Target::callable_by_callers_fork, joined},
};

Scene::Scene() : container_(SPACES_NAMESPACE_ALL) {}

spaces::Spec Scene::spec(const Kind &kind) const {
    spaces::Spec spec;
    if (kind.target == Target::program) {
        spec.process.args = {"/bin/true"};
    }
    kind.fill(spec, rootfs_, container_.pid());
    return spec;
}

std::unique_ptr<spaces::Start> begin(const Kind &kind, const spaces::Spec &spec,
                                     const spaces::LaunchHooks &hooks) {
    if (kind.target == Target::program) {
        return spaces::begin_spawn(spec, hooks);
    }
    const bool by_caller = kind.target == Target::callable_by_callers_fork;
    return spaces::begin_fork(spec, {do_nothing, nullptr, by_caller ? fork_as_caller : nullptr}, hooks);
}

spaces::Started launch(const Kind &kind, const spaces::Spec &spec, const spaces::LaunchHooks &hooks) {
    const std::unique_ptr<spaces::Start> start = begin(kind, spec, hooks);
    start->wait(-1);
    return start->hand_over();
}

std::vector<spaces::StepInfo> steps_of(const Kind &kind, const spaces::Spec &spec) {
    return spaces::compile(spec, kind.target, spaces::Opening::open).builder.infos();
}

} // namespace every_plan
