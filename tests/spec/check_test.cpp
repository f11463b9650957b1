// The checks of single values.
#include "spec/check.hpp"

#include "support/thrown.hpp"

#include <spaces/spec.h>
#include <sys/resource.h>

using namespace spaces;
using support::thrown_by;

namespace {

template <class Body> void expect_refused(std::string_view object, std::string_view message, Body &&body) {
    BOOST_TEST_CONTEXT(message) {
        const Error error = thrown_by(std::forward<Body>(body));
        BOOST_TEST(error.code == SPACES_EINVALID);
        BOOST_TEST(error.object == object);
        BOOST_TEST(error.message == message);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(check_test)

BOOST_AUTO_TEST_CASE(a_program_has_a_name) {
    check_args({"ls"});
    check_args({"ls", ""});
    expect_refused("process.args", "process.args: names no program", [] { check_args({}); });
    expect_refused("process.args", "process.args: names no program", [] { check_args({""}); });
}

BOOST_AUTO_TEST_CASE(a_variable_has_a_name_without_an_equals_sign) {
    check_env_name("PATH");
    expect_refused("process.env", "process.env: a variable without a name", [] { check_env_name(""); });
    expect_refused("process.env", "process.env: \"A=B\" cannot be the name of a variable",
                   [] { check_env_name("A=B"); });
}

BOOST_AUTO_TEST_CASE(paths_are_not_empty_and_fit) {
    check_path("/", "root.path");
    check_path(std::string(4095, 'x'), "root.path");
    expect_refused("root.path", "root.path: an empty path", [] { check_path("", "root.path"); });
    expect_refused("root.path", "root.path: a path of 4096 bytes, and the kernel takes 4095",
                   [] { check_path(std::string(4096, 'x'), "root.path"); });
}

BOOST_AUTO_TEST_CASE(minus_1_is_no_id) {
    check_id(4294967294, "process.user.uid");
    expect_refused("process.user.uid", "process.user.uid: 4294967295 is no id",
                   [] { check_id(4294967295, "process.user.uid"); });
    expect_refused("process.user.additionalGids[1]", "process.user.additionalGids[1]: 4294967295 is no id",
                   [] {
                       check_groups({1, 4294967295});
                   });
    expect_refused("process.user.additionalGids",
                   "process.user.additionalGids: 65537 groups, and the kernel takes 65536",
                   [] { check_groups(std::vector<uint32_t>(65537)); });
}

BOOST_AUTO_TEST_CASE(a_umask_has_nine_bits) {
    check_umask(0777);
    expect_refused("process.user.umask", "process.user.umask: 512 has more bits than 0777",
                   [] { check_umask(01000); });
}

BOOST_AUTO_TEST_CASE(limits_go_by_their_names) {
    BOOST_TEST((rlimit_resource("RLIMIT_NOFILE") == RLIMIT_NOFILE));
    BOOST_TEST((rlimit_resource("RLIMIT_CPU") == RLIMIT_CPU));
    BOOST_TEST(!rlimit_resource("NOFILE").has_value());
    check_rlimit("RLIMIT_CORE", {.soft = 0, .hard = SPACES_RLIM_INFINITY});
    expect_refused("process.rlimits", "process.rlimits: \"RLIMIT_FILES\" is no resource limit",
                   [] { check_rlimit("RLIMIT_FILES", {}); });
    expect_refused("process.rlimits",
                   "process.rlimits: the soft limit of RLIMIT_NOFILE, 20, is above its hard limit, 10",
                   [] { check_rlimit("RLIMIT_NOFILE", {.soft = 20, .hard = 10}); });
}

BOOST_AUTO_TEST_CASE(oom_score_adj_is_within_1000) {
    check_oom_score_adj(-1000);
    check_oom_score_adj(1000);
    expect_refused("process.oomScoreAdj", "process.oomScoreAdj: 1001 is not between -1000 and 1000",
                   [] { check_oom_score_adj(1001); });
}

BOOST_AUTO_TEST_CASE(a_terminal_size_fits_the_kernel) {
    check_terminal_size(65535, 0);
    expect_refused("process.consoleSize",
                   "process.consoleSize: a terminal has at most 65535 rows and columns",
                   [] { check_terminal_size(24, 65536); });
}

BOOST_AUTO_TEST_CASE(a_host_name_fits_the_kernel) {
    check_hostname(std::string(64, 'h'), "hostname");
    expect_refused("hostname", "hostname: an empty name", [] { check_hostname("", "hostname"); });
    expect_refused("domainname", "domainname: a name of 65 bytes, and the kernel takes 64",
                   [] { check_hostname(std::string(65, 'h'), "domainname"); });
}

BOOST_AUTO_TEST_CASE(two_clocks_have_offsets) {
    check_time_offset("monotonic", {.seconds = -86400, .nanoseconds = 999'999'999});
    check_time_offset("boottime", {.seconds = 9'223'372'036, .nanoseconds = 0});
    expect_refused("linux.timeOffsets", "linux.timeOffsets: \"realtime\" is no clock of a time namespace",
                   [] { check_time_offset("realtime", {}); });
    expect_refused("linux.timeOffsets.boottime.nanosecs",
                   "linux.timeOffsets.boottime.nanosecs: 1000000000 is not below 1000000000",
                   [] { check_time_offset("boottime", {.seconds = 0, .nanoseconds = 1'000'000'000}); });
    expect_refused(
        "linux.timeOffsets.monotonic.secs",
        "linux.timeOffsets.monotonic.secs: -9223372037 seconds are more than the kernel's clocks hold",
        [] { check_time_offset("monotonic", {.seconds = -9'223'372'037, .nanoseconds = 0}); });
}

BOOST_AUTO_TEST_CASE(propagation_is_one_of_five_words) {
    for (const char *const word : {"private", "slave", "shared", "unbindable", "unchanged"}) {
        check_propagation(word);
    }
    expect_refused("linux.rootfsPropagation", "linux.rootfsPropagation: \"rslave\" is no propagation",
                   [] { check_propagation("rslave"); });
}

BOOST_AUTO_TEST_CASE(bind_mounts_go_by_type_or_option) {
    BOOST_TEST(is_bind({.source = "/a", .destination = "/b", .type = "bind", .options = {}}));
    BOOST_TEST(is_bind({.source = "/a", .destination = "/b", .type = "none", .options = {"ro", "rbind"}}));
    BOOST_TEST(!is_bind({.source = "", .destination = "/b", .type = "tmpfs", .options = {"ro"}}));
}

BOOST_AUTO_TEST_CASE(a_mount_is_complete) {
    check_mount({.source = "", .destination = "/tmp", .type = "tmpfs", .options = {"size=1m"}}, "mounts[0]");
    check_mount({.source = "/a", .destination = "b", .type = "", .options = {"bind"}}, "mounts[0]");
    expect_refused("mounts[2].destination", "mounts[2].destination: an empty path", [] {
        check_mount({.source = "", .destination = "", .type = "proc", .options = {}}, "mounts[2]");
    });
    expect_refused("mounts[0].type", "mounts[0].type: neither a file system type nor a bind mount", [] {
        check_mount({.source = "/a", .destination = "/b", .type = "", .options = {}}, "mounts[0]");
    });
    expect_refused("mounts[0].source", "mounts[0].source: an empty path", [] {
        check_mount({.source = "", .destination = "/b", .type = "bind", .options = {}}, "mounts[0]");
    });
    expect_refused("mounts[0].options[1]", "mounts[0].options[1]: an empty option", [] {
        check_mount({.source = "", .destination = "/b", .type = "proc", .options = {"ro", ""}}, "mounts[0]");
    });
}

BOOST_AUTO_TEST_CASE(namespaces_are_known_bits) {
    check_namespace_bits(SPACES_NAMESPACE_ALL);
    expect_refused("linux.namespaces", "linux.namespaces: no namespace is named",
                   [] { check_namespace_bits(0); });
    expect_refused("linux.namespaces", "linux.namespaces: 256 is no bit of a namespace",
                   [] { check_namespace_bits(SPACES_NAMESPACE_PID | 0x100); });
}

BOOST_AUTO_TEST_CASE(a_pid_is_positive) {
    check_pid(1, "spaces.joinPid");
    expect_refused("spaces.joinPid", "spaces.joinPid: 0 is no process",
                   [] { check_pid(0, "spaces.joinPid"); });
    expect_refused("spaces.joinPid", "spaces.joinPid: -1 is no process",
                   [] { check_pid(-1, "spaces.joinPid"); });
}

BOOST_AUTO_TEST_CASE(descriptors_go_above_the_standard_streams) {
    check_fd_target(3);
    expect_refused("spaces.fds", "spaces.fds: descriptor 2 is a standard stream", [] { check_fd_target(2); });
    expect_refused("spaces.fds", "spaces.fds: -1 is no descriptor", [] { check_fd_target(-1); });
}

BOOST_AUTO_TEST_CASE(keys_of_control_groups_are_version_2s) {
    for (const char *key : {"memory.max", "cpu.max.burst", "hugetlb.2MB.rsvd.max", "io.bfq.weight",
                            "misc.max", "cgroup.max.descendants"}) {
        check_cgroup_key(key, "key");
    }
    for (const char *key : {"memory", "memory.", "", "cgroup.procs", "cgroup.kill", "cgroup.subtree_control",
                            "devices.allow", "memory.max/../../x", "memory.limit in bytes", "blkio.weight"}) {
        BOOST_TEST(thrown_by([&] { check_cgroup_key(key, "key"); }).code == SPACES_EINVALID);
    }
    check_cgroup_value("memory.max", "64M", "value");
    BOOST_TEST(thrown_by([] { check_cgroup_value("memory.max", "", "value"); }).object == "value");
}

BOOST_AUTO_TEST_CASE(the_path_of_a_control_group_names_one_and_leads_nowhere_else) {
    check_cgroup_path("/a/b", "path");
    check_cgroup_path("a//b/", "path");
    for (const char *path : {"", "/", "//", "..", "/a/../b", "a/.", "/a\nb"}) {
        BOOST_TEST(thrown_by([&] { check_cgroup_path(path, "path"); }).object == "path");
    }
}

BOOST_AUTO_TEST_CASE(device_rules_are_version_1s) {
    BOOST_TEST((device_rule(true, "a") ==
                DeviceRule{.allow = true, .type = 'a', .major = {}, .minor = {}, .access = "rwm"}));
    BOOST_TEST((device_rule(false, "c 1:3 mr") ==
                DeviceRule{.allow = false, .type = 'c', .major = 1, .minor = 3, .access = "rm"}));
    BOOST_TEST((device_rule(true, "b *:5  w") ==
                DeviceRule{.allow = true, .type = 'b', .major = {}, .minor = 5, .access = "w"}));
    for (const char *rule : {"", "c", "c 1:3", "c 1 3 r", "d 1:3 r", "c 1:3 rx", "c 1:3 rr", "c x:3 r",
                             "c 1:4294967296 r", "c 1:3 r w", "a r"}) {
        BOOST_TEST(thrown_by([&] { device_rule(true, rule); }).code == SPACES_EINVALID);
    }
}

BOOST_AUTO_TEST_CASE(a_time_limit_fits_the_kernel) {
    check_time_limit(9'223'372'036'999, "spaces.timeLimit.milliseconds");
    expect_refused(
        "spaces.timeLimit.milliseconds",
        "spaces.timeLimit.milliseconds: 9223372037000 milliseconds are more than the kernel's clocks hold",
        [] { check_time_limit(9'223'372'037'000, "spaces.timeLimit.milliseconds"); });
}

BOOST_AUTO_TEST_SUITE_END()
