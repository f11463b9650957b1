// Members of a Spec that contradict each other.
#include "spec/validate.hpp"

#include "support/thrown.hpp"

#include <spaces/spec.h>

using namespace spaces;
using support::thrown_by;

namespace {

const NamespaceSpec joined{.kind = NamespaceSpec::Kind::join_pid, .pid = 1};

Spec program(uint32_t unshared = 0) {
    Spec spec;
    spec.process.args = {"true"};
    for (uint32_t bit = 1; bit != 0; bit <<= 1U) {
        if ((unshared & bit) != 0) {
            spec.namespaces[bit] = {};
        }
    }
    return spec;
}

void expect_refused(const Spec &spec, std::string_view object, std::string_view message,
                    Target target = Target::program) {
    BOOST_TEST_CONTEXT(message) {
        const Error error = thrown_by([&] { validate(spec, target); });
        BOOST_TEST(error.code == SPACES_EINVALID);
        BOOST_TEST(error.step == "spec");
        BOOST_TEST(error.object == object);
        BOOST_TEST(error.message == message);
    }
}

// A member that changes a namespace of type `bit` is right in a new one only.
void expect_needs_new(uint32_t bit, const Spec &wanted, std::string_view object, const std::string &what,
                      const std::string &name) {
    Spec spec = wanted;
    expect_refused(spec, object, std::string(object) + ": " + what + " needs a new " + name + " namespace");
    spec.namespaces[bit] = joined;
    expect_refused(spec, object,
                   std::string(object) + ": " + what + " would change the " + name +
                       " namespace that is joined");
    spec.namespaces.erase(bit);
    spec.join_all_of = 1;
    expect_refused(spec, object,
                   std::string(object) + ": " + what + " would change the " + name +
                       " namespace that is joined");
    spec.namespaces[bit] = {};
    validate(spec, Target::program);
}

} // namespace

BOOST_AUTO_TEST_SUITE(validate_test)

BOOST_AUTO_TEST_CASE(a_program_alone_is_enough) {
    validate(program(), Target::program);
}

BOOST_AUTO_TEST_CASE(everything_new_is_right) {
    validate(program(SPACES_NAMESPACE_ALL), Target::program);
}

BOOST_AUTO_TEST_CASE(sets_of_capabilities_depend_on_each_other) {
    Spec spec = program();
    auto &sets = spec.process.capabilities.exact.emplace();
    sets[SPACES_CAPABILITIES_EFFECTIVE] = capability_bit(0);
    expect_refused(spec, "process.capabilities.effective",
                   "process.capabilities.effective: CAP_CHOWN is not permitted too");
    sets[SPACES_CAPABILITIES_PERMITTED] = all_capabilities;
    validate(spec, Target::program);
    sets[SPACES_CAPABILITIES_AMBIENT] = capability_bit(5);
    expect_refused(spec, "process.capabilities.ambient",
                   "process.capabilities.ambient: CAP_KILL is not inheritable too");
    sets[SPACES_CAPABILITIES_INHERITABLE] = capability_bit(5);
    validate(spec, Target::program);
}

BOOST_AUTO_TEST_CASE(kernel_parameters_need_a_namespace_of_theirs) {
    Spec spec = program();
    spec.sysctl["net/ipv4/ip_forward"] = "1";
    expect_needs_new(SPACES_NAMESPACE_NETWORK, spec, "linux.sysctl", "\"net.ipv4.ip_forward\"", "network");
    spec = program(SPACES_NAMESPACE_UTS);
    spec.sysctl["kernel/hostname"] = "a";
    validate(spec, Target::program);
    spec.hostname = "b";
    expect_refused(spec, "linux.sysctl", "linux.sysctl: \"kernel.hostname\" is told by hostname too");
}

BOOST_AUTO_TEST_CASE(there_is_a_program_or_a_function) {
    expect_refused(Spec(), "process.args", "process.args: there is no program to run");
    validate(Spec(), Target::callable);
    expect_refused(program(), "process.args",
                   "process.args: a function is to be called, and there is a program too", Target::callable);
}

BOOST_AUTO_TEST_CASE(a_function_has_no_executable) {
    Spec spec;
    spec.process.executable = "/bin/sh";
    expect_refused(spec, "spaces.executable",
                   "spaces.executable: a function is to be called, and there is a program too",
                   Target::callable_by_callers_fork);
}

BOOST_AUTO_TEST_CASE(a_process_group_is_one_that_the_program_can_be_in) {
    Spec spec = program(SPACES_NAMESPACE_PID);
    spec.process.process_group = 12;
    expect_refused(spec, "spaces.processGroup",
                   "spaces.processGroup: no process group of the caller is in a new pid namespace");
    spec.process.process_group = 0;
    validate(spec, Target::program);
    spec.process.new_session = true;
    expect_refused(spec, "spaces.processGroup",
                   "spaces.processGroup: the leader of a session has a process group of its own already");
}

BOOST_AUTO_TEST_CASE(names_need_a_new_uts_namespace) {
    Spec spec = program();
    spec.hostname = "box";
    expect_needs_new(SPACES_NAMESPACE_UTS, spec, "hostname", "a host name", "uts");
    spec = program();
    spec.domainname = "example";
    expect_needs_new(SPACES_NAMESPACE_UTS, spec, "domainname", "a domain name", "uts");
}

BOOST_AUTO_TEST_CASE(clock_offsets_need_a_new_time_namespace) {
    Spec spec = program();
    spec.time_offsets["boottime"] = {.seconds = 1, .nanoseconds = 0};
    expect_needs_new(SPACES_NAMESPACE_TIME, spec, "linux.timeOffsets", "an offset of a clock", "time");
}

BOOST_AUTO_TEST_CASE(mounts_need_a_new_mount_namespace) {
    Spec spec = program();
    spec.mounts.push_back({.source = "", .destination = "/tmp", .type = "tmpfs", .options = {}});
    expect_needs_new(SPACES_NAMESPACE_MOUNT, spec, "mounts", "a mount", "mount");
    spec = program();
    spec.default_mounts = true;
    expect_needs_new(SPACES_NAMESPACE_MOUNT, spec, "spaces.defaultMounts",
                     "mounting the default file systems", "mount");
    spec = program();
    spec.mount_proc = true;
    expect_needs_new(SPACES_NAMESPACE_MOUNT, spec, "spaces.mountProc", "mounting /proc", "mount");
    spec.mount_proc = false;
    validate(spec, Target::program);
    spec = program();
    spec.rootfs_propagation = "slave";
    expect_needs_new(SPACES_NAMESPACE_MOUNT, spec, "linux.rootfsPropagation", "another propagation of mounts",
                     "mount");
    spec.rootfs_propagation = "unchanged";
    expect_needs_new(SPACES_NAMESPACE_MOUNT, spec, "spaces.rootfsPropagation",
                     "another propagation of mounts", "mount");
    spec = program();
    spec.mount_label = "a:b:c:s0";
    expect_needs_new(SPACES_NAMESPACE_MOUNT, spec, "linux.mountLabel", "a label of mounts", "mount");
    spec = program();
    spec.devices.push_back({.path = "/dev/x"});
    expect_needs_new(SPACES_NAMESPACE_MOUNT, spec, "linux.devices", "a device", "mount");
    spec = program();
    spec.default_devices = true;
    expect_needs_new(SPACES_NAMESPACE_MOUNT, spec, "spaces.defaultDevices", "a device", "mount");
    spec = program();
    spec.files.push_back({.path = "/x"});
    expect_needs_new(SPACES_NAMESPACE_MOUNT, spec, "spaces.files", "a file from memory", "mount");
    spec = program();
    spec.masked_paths = {"/x"};
    expect_needs_new(SPACES_NAMESPACE_MOUNT, spec, "linux.maskedPaths", "a masked path", "mount");
    spec = program();
    spec.readonly_paths = {"/x"};
    expect_needs_new(SPACES_NAMESPACE_MOUNT, spec, "linux.readonlyPaths", "a read-only path", "mount");
}

BOOST_AUTO_TEST_CASE(pivot_root_needs_a_new_mount_namespace_and_chroot_does_not) {
    Spec spec = program();
    spec.root = RootSpec{.path = "/srv/root", .readonly = false, .chroot = false};
    expect_refused(spec, "root", "root: pivot_root(2) needs a new mount namespace");
    BOOST_TEST(thrown_by([&] { validate(spec, Target::program); }).hint ==
               "ask for a new mount namespace too, or for chroot(2)");
    spec.namespaces[SPACES_NAMESPACE_MOUNT] = joined;
    expect_refused(spec, "root", "root: pivot_root(2) needs a new mount namespace");
    spec.root->chroot = true;
    validate(spec, Target::program);
    spec.namespaces.clear();
    validate(spec, Target::program);
    spec.root->readonly = true;
    expect_needs_new(SPACES_NAMESPACE_MOUNT, spec, "root.readonly", "a read-only root", "mount");
}

BOOST_AUTO_TEST_CASE(a_root_has_a_path) {
    Spec spec = program(SPACES_NAMESPACE_MOUNT);
    spec.root = RootSpec{.path = "", .readonly = false, .chroot = true};
    expect_refused(spec, "root.path", "root.path: there is no root directory to change to");
}

BOOST_AUTO_TEST_CASE(a_relative_cwd_needs_the_callers_root) {
    Spec spec = program(SPACES_NAMESPACE_MOUNT);
    spec.process.cwd = "build";
    validate(spec, Target::program);
    constexpr const char *message =
        "process.cwd: \"build\" is not absolute, and the program gets another root directory";
    spec.root = RootSpec{.path = "/srv/root", .readonly = false, .chroot = false};
    expect_refused(spec, "process.cwd", message);
    spec.root.reset();
    spec.namespaces[SPACES_NAMESPACE_MOUNT] = joined;
    expect_refused(spec, "process.cwd", message);
    spec.namespaces.clear();
    spec.join_all_of = 1;
    expect_refused(spec, "process.cwd", message);
    spec.shared = SPACES_NAMESPACE_MOUNT;
    validate(spec, Target::program);
    spec.shared = 0;
    spec.process.cwd = "/build";
    validate(spec, Target::program);
}

BOOST_AUTO_TEST_CASE(id_maps_need_a_new_user_namespace) {
    Spec spec = program();
    spec.uid_map.kind = IdMapSpec::Kind::root;
    expect_needs_new(SPACES_NAMESPACE_USER, spec, "linux.uidMappings", "a uid map", "user");
    spec = program();
    spec.gid_map = {.kind = IdMapSpec::Kind::ranges, .ranges = {{0, 1000, 1}}};
    expect_needs_new(SPACES_NAMESPACE_USER, spec, "linux.gidMappings", "a gid map", "user");
    spec = program();
    spec.setgroups = true;
    expect_needs_new(SPACES_NAMESPACE_USER, spec, "spaces.setgroups", "the choice about setgroups(2)",
                     "user");
}

BOOST_AUTO_TEST_CASE(denied_setgroups_excludes_groups) {
    Spec spec = program(SPACES_NAMESPACE_USER);
    spec.setgroups = false;
    validate(spec, Target::program);
    spec.process.additional_gids.emplace();
    expect_refused(spec, "process.user.additionalGids",
                   "process.user.additionalGids: groups are to be set, and spaces.setgroups denies that");
}

BOOST_AUTO_TEST_CASE(ids_of_a_new_user_namespace_are_mapped) {
    Spec spec = program(SPACES_NAMESPACE_USER);
    spec.process.uid = 0;
    spec.process.gid = 0;
    validate(spec, Target::program);
    spec.process.uid = 5;
    expect_refused(spec, "process.user.uid", "process.user.uid: 5 is not mapped in the new user namespace");
    spec.uid_map = {.kind = IdMapSpec::Kind::ranges, .ranges = {{5, 1000, 1}}};
    validate(spec, Target::program);
    spec.gid_map = {.kind = IdMapSpec::Kind::ranges, .ranges = {{0, 1000, 1}, {10, 2000, 1}}};
    spec.process.additional_gids = {10, 11};
    expect_refused(spec, "process.user.additionalGids[1]",
                   "process.user.additionalGids[1]: 11 is not mapped in the new user namespace");
    // What these map is known only when the program is started.
    spec.gid_map = {.kind = IdMapSpec::Kind::automatic};
    validate(spec, Target::program);
    spec.uid_map = {.kind = IdMapSpec::Kind::self};
    validate(spec, Target::program);
}

BOOST_AUTO_TEST_CASE(ids_outside_a_new_user_namespace_are_the_callers_affair) {
    Spec spec = program();
    spec.process.uid = 5;
    validate(spec, Target::program);
    spec.namespaces[SPACES_NAMESPACE_USER] = joined;
    validate(spec, Target::program);
}

BOOST_AUTO_TEST_CASE(a_terminal_is_all_of_the_streams) {
    Spec spec = program();
    spec.process.terminal = true;
    validate(spec, Target::program);
    spec.process.stdio[SPACES_STDERR].kind = StdioSpec::Kind::null;
    expect_refused(
        spec, "spaces.stdio.stderr",
        "spaces.stdio.stderr: the program's streams are its terminal, and this one is told otherwise");
    spec.process.terminal = false;
    validate(spec, Target::program);
}

BOOST_AUTO_TEST_CASE(a_shared_namespace_is_not_joined_with_the_others) {
    Spec spec = program();
    spec.join_all_of = 1;
    spec.shared = SPACES_NAMESPACE_UTS;
    spec.hostname = "box";
    expect_refused(spec, "hostname", "hostname: a host name needs a new uts namespace");
}

BOOST_AUTO_TEST_SUITE_END()
