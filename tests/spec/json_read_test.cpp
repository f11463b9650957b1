// A config.json, merged over a Spec.
#include "spec/json.hpp"

#include "support/thrown.hpp"

#include <spaces/spec.h>

using namespace spaces;
using support::thrown_by;
using Strings = std::vector<std::string>;

namespace {

Spec loaded(std::string_view text, Spec spec = {}) {
    load_json(spec, text);
    return spec;
}

// `expected` is the end of the message, after the member's name.
void expect_refused(std::string_view text, std::string_view object, std::string_view expected,
                    int code = SPACES_EINVALID) {
    BOOST_TEST_CONTEXT(text) {
        Spec spec;
        spec.process.args = {"before"};
        const Spec before = spec;
        const Error error = thrown_by([&] { load_json(spec, text); });
        BOOST_TEST(error.code == code);
        BOOST_TEST(error.step == "spec");
        BOOST_TEST(error.object == object);
        BOOST_TEST(error.message == std::string(object) + ": " + std::string(expected));
        BOOST_TEST((spec == before));
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_read_test)

BOOST_AUTO_TEST_CASE(a_whole_config_is_read) {
    const Spec spec = loaded(R"({
        "ociVersion": "1.2.0",
        "process": {
            "terminal": true,
            "consoleSize": {"height": 25, "width": 80},
            "user": {"uid": 1, "gid": 2, "umask": 18, "additionalGids": [3, 4]},
            "args": ["sh", "-c", "true"],
            "env": ["PATH=/bin", "TERM=xterm", "EMPTY="],
            "cwd": "/work",
            "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 1024, "hard": 18446744073709551615}],
            "noNewPrivileges": true,
            "oomScoreAdj": -5
        },
        "root": {"path": "rootfs", "readonly": true},
        "hostname": "box",
        "domainname": "example",
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/data", "source": "/srv", "options": ["rbind", "ro"]}
        ],
        "annotations": {"org.example.key": "value"},
        "linux": {
            "namespaces": [{"type": "pid"}, {"type": "network", "path": "/run/netns/blue"}, {"type": "user", "path": ""}],
            "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 1}],
            "gidMappings": [{"containerID": 0, "hostID": 1000, "size": 1}],
            "timeOffsets": {"monotonic": {"secs": -3, "nanosecs": 4}, "boottime": {"secs": 5}},
            "rootfsPropagation": "rslave",
            "mountLabel": "system_u:object_r:container_file_t:s0:c1,c2"
        }
    })");
    const ProcessSpec &process = spec.process;
    BOOST_TEST(process.terminal);
    BOOST_TEST((process.console_size == TerminalSize{.rows = 25, .columns = 80}));
    BOOST_TEST((process.uid == 1U));
    BOOST_TEST((process.gid == 2U));
    BOOST_TEST((process.umask == 022U));
    BOOST_TEST((process.additional_gids == std::vector<uint32_t>{3, 4}));
    BOOST_TEST((process.args == Strings{"sh", "-c", "true"}));
    BOOST_TEST((process.env == Strings{"PATH=/bin", "TERM=xterm", "EMPTY="}));
    BOOST_TEST(!process.env_inherit);
    BOOST_TEST((process.cwd == "/work"));
    BOOST_TEST(
        (process.rlimits.at("RLIMIT_NOFILE") == RlimitSpec{.soft = 1024, .hard = SPACES_RLIM_INFINITY}));
    BOOST_TEST(process.no_new_privileges);
    BOOST_TEST((process.oom_score_adj == -5));
    BOOST_TEST((spec.root == RootSpec{.path = "rootfs", .readonly = true, .chroot = false}));
    BOOST_TEST((spec.hostname == "box"));
    BOOST_TEST((spec.domainname == "example"));
    BOOST_TEST_REQUIRE(spec.mounts.size() == 2U);
    BOOST_TEST(spec.mounts[0].type == "proc");
    BOOST_TEST((spec.mounts[1].options == Strings{"rbind", "ro"}));
    BOOST_TEST(spec.annotations.at("org.example.key") == "value");
    BOOST_TEST(spec.unshares(SPACES_NAMESPACE_PID));
    BOOST_TEST(spec.unshares(SPACES_NAMESPACE_USER));
    BOOST_TEST(spec.namespaces.at(SPACES_NAMESPACE_NETWORK).path == "/run/netns/blue");
    BOOST_TEST((spec.uid_map == IdMapSpec{.kind = IdMapSpec::Kind::ranges, .ranges = {{0, 1000, 1}}}));
    BOOST_TEST((spec.time_offsets.at("monotonic") == TimeOffset{.seconds = -3, .nanoseconds = 4}));
    BOOST_TEST((spec.time_offsets.at("boottime") == TimeOffset{.seconds = 5, .nanoseconds = 0}));
    BOOST_TEST(spec.rootfs_propagation == "slave");
    BOOST_TEST((spec.mount_label == "system_u:object_r:container_file_t:s0:c1,c2"));
}

BOOST_AUTO_TEST_CASE(the_extension_is_read) {
    const Spec spec = loaded(R"({"spaces": {
        "init": false, "mountProc": false, "chroot": true, "defaultMounts": true,
        "rootfsPropagation": "unchanged", "inheritEnvironment": false, "unsetEnvironment": ["LANG"],
        "newSession": true, "inheritSignals": true, "defaultSignals": [25, 13], "executable": "/bin/sh", "processGroup": 12,
        "stdio": {"stdin": {"type": "null"}, "stdout": {"type": "file", "path": "/log", "append": true},
                  "stderr": {"type": "stdout"}},
        "timeLimit": {"milliseconds": 1500, "graceMilliseconds": 10}, "dieWithParent": true,
        "joinPid": [{"pid": 7, "namespaces": ["network", "uts"]}, {"pid": 8}],
        "share": ["ipc"], "uidMap": "auto", "gidMap": "none", "setgroups": false
    }})");
    BOOST_TEST(!spec.init);
    BOOST_TEST((spec.mount_proc == false));
    BOOST_TEST_REQUIRE(spec.root.has_value());
    BOOST_TEST(spec.root->chroot);
    BOOST_TEST(spec.default_mounts);
    BOOST_TEST(spec.rootfs_propagation == "unchanged");
    BOOST_TEST(!spec.process.env_inherit);
    BOOST_TEST(spec.process.env_unset.contains("LANG"));
    BOOST_TEST(spec.process.new_session);
    BOOST_TEST((spec.process.executable == "/bin/sh"));
    BOOST_TEST((spec.process.process_group == 12));
    BOOST_TEST(spec.process.inherit_signals);
    BOOST_TEST((spec.process.default_signals == std::set{13, 25}));
    BOOST_TEST((spec.process.stdio[0].kind == StdioSpec::Kind::null));
    BOOST_TEST(
        (spec.process.stdio[1] == StdioSpec{.kind = StdioSpec::Kind::file, .path = "/log", .append = true}));
    BOOST_TEST((spec.process.stdio[2].kind == StdioSpec::Kind::merge_stdout));
    BOOST_TEST(spec.time_limit_ms == 1500U);
    BOOST_TEST(spec.time_limit_grace_ms == 10U);
    BOOST_TEST(spec.die_with_parent);
    BOOST_TEST(spec.joins(SPACES_NAMESPACE_NETWORK));
    BOOST_TEST(spec.namespaces.at(SPACES_NAMESPACE_UTS).pid == 7);
    BOOST_TEST(spec.join_all_of == 8);
    BOOST_TEST(spec.shared == SPACES_NAMESPACE_IPC);
    BOOST_TEST((spec.uid_map.kind == IdMapSpec::Kind::automatic));
    BOOST_TEST((spec.gid_map.kind == IdMapSpec::Kind::none));
    BOOST_TEST((spec.setgroups == false));
}

BOOST_AUTO_TEST_CASE(what_is_not_in_the_text_stays) {
    Spec spec = loaded(R"({"process": {"args": ["a"], "cwd": "/", "user": {"uid": 1}}, "hostname": "old"})");
    load_json(spec, R"({"process": {"args": ["b"], "user": {"gid": 2}}})");
    BOOST_TEST((spec.process.args == Strings{"b"}));
    BOOST_TEST((spec.process.cwd == "/"));
    BOOST_TEST((spec.process.uid == 1U));
    BOOST_TEST((spec.process.gid == 2U));
    BOOST_TEST((spec.hostname == "old"));
}

BOOST_AUTO_TEST_CASE(lists_are_replaced) {
    Spec spec = loaded(R"({"mounts": [{"destination": "/a", "type": "tmpfs"}], "annotations": {"a": "1"},
                           "linux": {"namespaces": [{"type": "pid"}, {"type": "uts"}]}})");
    load_json(spec, R"({"mounts": [{"destination": "/b", "type": "tmpfs"}], "annotations": {"b": "2"},
                        "linux": {"namespaces": [{"type": "uts"}]}})");
    BOOST_TEST_REQUIRE(spec.mounts.size() == 1U);
    BOOST_TEST(spec.mounts[0].destination == "/b");
    BOOST_TEST(spec.annotations.size() == 1U);
    BOOST_TEST(!spec.unshares(SPACES_NAMESPACE_PID));
    BOOST_TEST(spec.unshares(SPACES_NAMESPACE_UTS));
}

BOOST_AUTO_TEST_CASE(an_environment_is_all_of_it_unless_told_otherwise) {
    Spec spec;
    spec.process.env = {"OLD=1"};
    spec = loaded(R"({"process": {"env": ["A=1", "B=2", "A=3"]}})", spec);
    BOOST_TEST((spec.process.env == Strings{"A=3", "B=2"}));
    BOOST_TEST(!spec.process.env_inherit);
    // The order of members in the text does not matter.
    spec = loaded(
        R"({"spaces": {"inheritEnvironment": true, "unsetEnvironment": ["C"]}, "process": {"env": ["A=1"]}})");
    BOOST_TEST(spec.process.env_inherit);
    BOOST_TEST(spec.process.env_unset.contains("C"));
}

BOOST_AUTO_TEST_CASE(null_and_empty_lists_ask_for_nothing) {
    const Spec spec = loaded(R"({"process": {"args": null, "capabilities": null, "env": null}, "hooks": null,
        "mounts": null, "linux": {"seccomp": null, "maskedPaths": [], "devices": [], "uidMappings": []}})");
    BOOST_TEST((spec == Spec()));
}

BOOST_AUTO_TEST_CASE(other_namespaces_replace_those_of_the_spec) {
    Spec spec = loaded(R"({"linux": {"namespaces": [{"type": "network"}]}})");
    spec = loaded(R"({"spaces": {"joinPid": [{"pid": 5, "namespaces": ["network"]}]}})", spec);
    BOOST_TEST(spec.joins(SPACES_NAMESPACE_NETWORK));
    spec = loaded(R"({"linux": {"namespaces": [{"type": "pid"}]}})", spec);
    BOOST_TEST(spec.joins(SPACES_NAMESPACE_NETWORK));
    BOOST_TEST(spec.unshares(SPACES_NAMESPACE_PID));
    spec = loaded(R"({"spaces": {"joinPid": [], "share": ["pid"]}})", spec);
    BOOST_TEST(spec.namespaces.empty());
    BOOST_TEST(spec.shared == SPACES_NAMESPACE_PID);
}

BOOST_AUTO_TEST_CASE(unknown_members_are_refused_by_their_path) {
    expect_refused(R"({"hostName": "x"})", "hostName", "no such member");
    expect_refused(R"({"process": {"argv": []}})", "process.argv", "no such member");
    expect_refused(R"({"process": {"user": {"name": "x"}}})", "process.user.name", "no such member");
    expect_refused(R"({"mounts": [{"destination": "/", "type": "proc"}, {"dest": "/"}]})", "mounts[1].dest",
                   "no such member");
    expect_refused(R"({"linux": {"namespaces": [{"type": "pid", "fd": 3}]}})", "linux.namespaces[0].fd",
                   "no such member");
    expect_refused(R"({"linux": {"timeOffsets": {"monotonic": {"seconds": 3}}}})",
                   "linux.timeOffsets.monotonic.seconds", "no such member");
    expect_refused(R"({"spaces": {"stdio": {"stdlog": {}}}})", "spaces.stdio.stdlog", "no such member");
    expect_refused(R"({"a b\n": 1})", R"(["a b\x0a"])", "no such member");
}

BOOST_AUTO_TEST_CASE(members_that_are_not_acted_on_are_refused_by_their_path) {
    const char *const members[][2] = {
        {R"({"hooks": {}})", "hooks"},
        {R"({"vm": {}})", "vm"},
        {R"({"windows": {}})", "windows"},
        {R"({"solaris": {}})", "solaris"},
        {R"({"zos": {}})", "zos"},
        {R"({"process": {"commandLine": "x"}})", "process.commandLine"},
        {R"({"process": {"user": {"username": "x"}}})", "process.user.username"},
        {R"({"linux": {"memoryPolicy": {}}})", "linux.memoryPolicy"},
        {R"({"linux": {"intelRdt": {}}})", "linux.intelRdt"},
        {R"({"linux": {"netDevices": {}}})", "linux.netDevices"},
    };
    for (const auto &[text, object] : members) {
        expect_refused(text, object, "not supported by this version of libspaces", SPACES_EUNSUPPORTED);
    }
}

BOOST_AUTO_TEST_CASE(only_version_1_is_read) {
    loaded(R"({"ociVersion": "1.0.2-dev"})");
    expect_refused(R"({"ociVersion": "2.0.0"})", "ociVersion",
                   "\"2.0.0\" is not a version 1 of the OCI runtime specification", SPACES_EUNSUPPORTED);
}

BOOST_AUTO_TEST_CASE(wrong_types_are_refused_by_their_path) {
    expect_refused("[]", "config.json", "must be an object, not an array");
    expect_refused("7", "config.json", "must be an object, not a number");
    expect_refused(R"({"process": []})", "process", "must be an object, not an array");
    expect_refused(R"({"process": {"args": "sh"}})", "process.args", "must be an array, not a string");
    expect_refused(R"({"process": {"args": ["sh", 1]}})", "process.args[1]",
                   "must be a string, not a number");
    expect_refused(R"({"process": {"args": ["sh", null]}})", "process.args[1]", "must be a string, not null");
    expect_refused(R"({"process": {"terminal": 1}})", "process.terminal",
                   "must be true or false, not a number");
    expect_refused(R"({"process": {"user": {"uid": "0"}}})", "process.user.uid",
                   "must be an integer, not a string");
    expect_refused(R"({"process": {"user": {"uid": 1.0}}})", "process.user.uid",
                   "must be an integer, not a fraction");
    expect_refused(R"({"annotations": {"a": 1}})", "annotations.a", "must be a string, not a number");
    expect_refused(R"({"annotations": {"org.x": 1}})", R"(annotations["org.x"])",
                   "must be a string, not a number");
    expect_refused(R"({"linux": {"namespaces": {"type": "pid"}}})", "linux.namespaces",
                   "must be an array, not an object");
    expect_refused(R"({"spaces": {"joinPid": {"pid": 5}}})", "spaces.joinPid",
                   "must be an array, not an object");
}

BOOST_AUTO_TEST_CASE(numbers_out_of_range_are_refused_by_their_path) {
    expect_refused(R"({"process": {"user": {"uid": -1}}})", "process.user.uid",
                   "-1 is not between 0 and 4294967295");
    expect_refused(R"({"process": {"user": {"uid": 4294967295}}})", "process.user.uid",
                   "4294967295 is no id");
    expect_refused(R"({"process": {"user": {"uid": 4294967296}}})", "process.user.uid",
                   "4294967296 is not between 0 and 4294967295");
    expect_refused(R"({"process": {"user": {"additionalGids": [0, -2]}}})", "process.user.additionalGids[1]",
                   "-2 is not between 0 and 4294967295");
    expect_refused(R"({"process": {"oomScoreAdj": 18446744073709551615}})", "process.oomScoreAdj",
                   "18446744073709551615 is not between -2147483648 and 2147483647");
    expect_refused(R"({"process": {"oomScoreAdj": 1001}})", "process.oomScoreAdj",
                   "1001 is not between -1000 and 1000");
    expect_refused(R"({"process": {"consoleSize": {"height": 70000}}})", "process.consoleSize.height",
                   "70000 is not between 0 and 65535");
    // More than 64 bits is a fraction to the parser.
    expect_refused(R"({"process": {"user": {"uid": 99999999999999999999}}})", "process.user.uid",
                   "must be an integer, not a fraction");
    expect_refused(R"({"linux": {"timeOffsets": {"boottime": {"secs": 9223372036854775808}}}})",
                   "linux.timeOffsets.boottime.secs",
                   "9223372036854775808 is not between -9223372036854775808 and 9223372036854775807");
    expect_refused(R"({"linux": {"timeOffsets": {"boottime": {"nanosecs": 1000000000}}}})",
                   "linux.timeOffsets.boottime.nanosecs", "1000000000 is not below 1000000000");
    expect_refused(R"({"spaces": {"joinPid": [{"pid": 0}]}})", "spaces.joinPid[0].pid", "0 is no process");
    expect_refused(R"({"spaces": {"timeLimit": {"milliseconds": 18446744073709551615}}})",
                   "spaces.timeLimit.milliseconds",
                   "18446744073709551615 milliseconds are more than the kernel's clocks hold");
}

BOOST_AUTO_TEST_CASE(bad_privileges_and_scheduling_are_refused_by_their_path) {
    expect_refused(R"({"process": {"capabilities": {"bounding": ["CAP_KILL", "CAP_FLY"]}}})",
                   "process.capabilities.bounding[1]", "\"CAP_FLY\" is no capability");
    expect_refused(R"({"process": {"capabilities": {"kept": []}}})", "process.capabilities.kept",
                   "no such member");
    expect_refused(R"({"spaces": {"securebits": ["keep_caps"]}})", "spaces.securebits[0]",
                   "\"keep_caps\" is no security flag");
    expect_refused(R"({"process": {"scheduler": {"nice": 1}}})", "process.scheduler",
                   "lacks the member \"policy\"");
    expect_refused(R"({"process": {"ioPriority": {"priority": 1}}})", "process.ioPriority",
                   "lacks the member \"class\"");
    expect_refused(R"({"process": {"execCPUAffinity": {"initial": "1-"}}})",
                   "process.execCPUAffinity.initial", "\"1-\" is no list of CPUs");
    expect_refused(R"({"linux": {"personality": {"domain": "BSD"}}})", "linux.personality.domain",
                   "\"BSD\" is no execution domain");
    expect_refused(R"({"linux": {"sysctl": {"net..x": "1"}}})", "linux.sysctl",
                   "\"net..x\" is no kernel parameter");
    expect_refused(R"({"linux": {"sysctl": {"kernel.sem": "1", "kernel/sem": "2"}}})",
                   "linux.sysctl[\"kernel/sem\"]", "is told twice, in two spellings");
    expect_refused(R"({"linux": {"sysctl": {"kernel.sem": 1}}})", "linux.sysctl[\"kernel.sem\"]",
                   "must be a string, not a number");
}

BOOST_AUTO_TEST_CASE(bad_values_are_refused_by_their_path) {
    expect_refused(R"({"process": {"args": ["a\u0000b"]}})", "process.args[0]", "contains a NUL character");
    expect_refused(R"({"annotations": {"a\u0000": "b"}})", R"(annotations["a\x00"])",
                   "cannot be the key of an annotation");
    expect_refused(R"({"process": {"args": [""]}})", "process.args", "names no program");
    expect_refused(R"({"process": {"env": ["A=1", "B"]}})", "process.env[1]",
                   "\"B\" is not of the form NAME=value");
    expect_refused(R"({"process": {"env": ["=1"]}})", "process.env[0]", "a variable without a name");
    expect_refused(R"({"process": {"cwd": ""}})", "process.cwd", "an empty path");
    expect_refused(R"({"root": {"path": ""}})", "root.path", "an empty path");
    expect_refused(R"({"hostname": ""})", "hostname", "an empty name");
    expect_refused(R"({"process": {"rlimits": [{"type": "RLIMIT_X", "soft": 1, "hard": 1}]}})",
                   "process.rlimits[0]", "\"RLIMIT_X\" is no resource limit");
    expect_refused(R"({"process": {"rlimits": [{"type": "RLIMIT_CPU", "soft": 1}]}})", "process.rlimits[0]",
                   "lacks the member \"hard\"");
    expect_refused(R"({"process": {"rlimits": [{"type": "RLIMIT_CPU", "soft": 1, "hard": 1},
                                               {"type": "RLIMIT_CPU", "soft": 2, "hard": 2}]}})",
                   "process.rlimits[1]", "RLIMIT_CPU is there twice");
    expect_refused(R"({"mounts": [{"destination": "/a"}]})", "mounts[0].type",
                   "neither a file system type nor a bind mount");
    expect_refused(R"({"linux": {"mountLabel": "a\"b"}})", "linux.mountLabel",
                   "\"a\\\"b\" has a quotation mark, which no label has");
    expect_refused(R"({"linux": {"rootfsPropagation": "peer"}})", "linux.rootfsPropagation",
                   "\"peer\" is no propagation");
    expect_refused(R"({"linux": {"rootfsPropagation": "unchanged"}})", "linux.rootfsPropagation",
                   "is no word of OCI");
    expect_refused(R"({"linux": {"timeOffsets": {"realtime": {}}}})", "linux.timeOffsets",
                   "\"realtime\" is no clock of a time namespace");
    expect_refused(R"({"linux": {"uidMappings": [{"containerID": 0, "hostID": 5, "size": 2},
                                                 {"containerID": 1, "hostID": 9, "size": 1}]}})",
                   "linux.uidMappings[1]", "overlaps linux.uidMappings[0] inside the namespace");
    expect_refused(R"({"spaces": {"uidMap": "0 1000 1"}})", "spaces.uidMap",
                   "\"0 1000 1\" is no word for an id map");
    expect_refused(R"({"spaces": {"unsetEnvironment": ["A=B"]}})", "spaces.unsetEnvironment[0]",
                   "\"A=B\" cannot be the name of a variable");
}

BOOST_AUTO_TEST_CASE(namespaces_are_told_once) {
    expect_refused(R"({"linux": {"namespaces": [{"type": "mount"}, {"type": "pid"}, {"type": "mount"}]}})",
                   "linux.namespaces[2]", "a second mount namespace");
    expect_refused(R"({"linux": {"namespaces": [{"type": "net"}]}})", "linux.namespaces[0].type",
                   "\"net\" is no type of namespace");
    expect_refused(R"({"linux": {"namespaces": [{"path": "/x"}]}})", "linux.namespaces[0]",
                   "lacks the member \"type\"");
    expect_refused(R"({"linux": {"namespaces": [{"type": "uts"}]},
                       "spaces": {"joinPid": [{"pid": 1, "namespaces": ["uts"]}]}})",
                   "spaces.joinPid[0]", "a second uts namespace");
    expect_refused(
        R"({"spaces": {"joinPid": [{"pid": 1, "namespaces": ["uts"]}, {"pid": 2, "namespaces": ["uts"]}]}})",
        "spaces.joinPid[1]", "a second uts namespace");
    expect_refused(R"({"spaces": {"joinPid": [{"pid": 1}, {"pid": 2}]}})", "spaces.joinPid[1]",
                   "a second process of which all namespaces are to be joined");
    expect_refused(R"({"spaces": {"joinPid": [{"pid": 1, "namespaces": []}]}})",
                   "spaces.joinPid[0].namespaces", "is empty");
    expect_refused(R"({"spaces": {"joinPid": [{"namespaces": ["uts"]}]}})", "spaces.joinPid[0]",
                   "lacks the member \"pid\"");
    expect_refused(R"({"linux": {"namespaces": [{"type": "uts"}]}, "spaces": {"share": ["uts"]}})",
                   "spaces.share", "the uts namespace is to be new or joined too");
    expect_refused(R"({"spaces": {"joinPid": [{"pid": 1, "namespaces": ["ipc"]}], "share": ["ipc"]}})",
                   "spaces.share", "the ipc namespace is to be new or joined too");
}

BOOST_AUTO_TEST_CASE(what_oci_says_is_not_said_again) {
    expect_refused(R"({"linux": {"uidMappings": []}, "spaces": {"uidMap": "root"}})", "spaces.uidMap",
                   "is told by linux.uidMappings too");
    expect_refused(
        R"({"linux": {"rootfsPropagation": "slave"}, "spaces": {"rootfsPropagation": "unchanged"}})",
        "spaces.rootfsPropagation", "is told by linux.rootfsPropagation too");
    expect_refused(R"({"spaces": {"rootfsPropagation": "slave"}})", "spaces.rootfsPropagation",
                   "must be \"unchanged\"");
}

BOOST_AUTO_TEST_CASE(streams_are_consistent) {
    expect_refused(R"({"spaces": {"stdio": {"stdout": {"type": "stdout"}}}})", "spaces.stdio.stdout",
                   "only stderr can be the same as stdout");
    expect_refused(R"({"spaces": {"stdio": {"stdout": {"type": "file"}}}})", "spaces.stdio.stdout.path",
                   "an empty path");
    expect_refused(R"({"spaces": {"stdio": {"stdin": {"type": "null", "path": "/x"}}}})",
                   "spaces.stdio.stdin", "has members of a file and is none");
    expect_refused(R"({"spaces": {"stdio": {"stdin": {"type": "fd"}}}})", "spaces.stdio.stdin.type",
                   "\"fd\" is no type of stream");
}

BOOST_AUTO_TEST_CASE(a_seccomp_profile_replaces_the_one_before_and_the_word_is_for_the_default) {
    Spec spec = loaded(R"({"spaces": {"seccomp": "default", "seccompReport": true, "seccompCache": "/c"}})");
    BOOST_TEST((spec.seccomp.kind == SeccompSpec::Kind::by_default));
    BOOST_TEST(spec.seccomp.report);
    BOOST_TEST(spec.seccomp.cache == "/c");
    spec = loaded(R"({"linux": {"seccomp": {"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
        {"names": ["read"], "action": "SCMP_ACT_ALLOW",
         "args": [{"index": 5, "value": 18446744073709551615, "op": "SCMP_CMP_GE"}]}]}}})",
                  spec);
    BOOST_TEST((spec.seccomp.kind == SeccompSpec::Kind::profile));
    BOOST_TEST(spec.seccomp.profile.syscalls.at(0).args.at(0).value == ~uint64_t{0});
    BOOST_TEST(spec.seccomp.report);
    spec = loaded(R"({"spaces": {"seccomp": "none"}})", spec);
    BOOST_TEST((spec.seccomp.kind == SeccompSpec::Kind::none));
}

BOOST_AUTO_TEST_SUITE_END()
