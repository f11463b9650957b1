// The setters of the program.
#include "api/written.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

using namespace support;
using nlohmann::json;

namespace {

template <auto Setter, class... Arguments>
void expect_refused(const std::string &object, const std::string &message, Arguments... arguments) {
    Spec spec;
    const json before = written(spec);
    const Failure failure = failure_of<Setter>(spec, arguments...);
    BOOST_TEST_CONTEXT(failure.text) {
        BOOST_TEST(failure.status == SPACES_EINVALID);
        BOOST_TEST(failure.object == object);
        BOOST_TEST(failure.message == message);
        BOOST_TEST(written(spec) == before);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(spec_process_test)

BOOST_AUTO_TEST_CASE(arguments_are_copied) {
    std::string program = "prog";
    const char *const argv[] = {program.c_str(), "", "two words", nullptr};
    Spec spec;
    call<spaces_spec_set_args>(spec, static_cast<const char *const *>(argv));
    program = "gone";
    BOOST_TEST(member(spec, "/process/args") == json({"prog", "", "two words"}));
}

BOOST_AUTO_TEST_CASE(a_program_is_needed) {
    const char *const none[] = {nullptr};
    expect_refused<spaces_spec_set_args>("process.args", "process.args: names no program",
                                         static_cast<const char *const *>(none));
}

BOOST_AUTO_TEST_CASE(the_environment) {
    Spec spec;
    spec.with<spaces_spec_set_env>("A", "1").with<spaces_spec_set_env>("A", "2").with<spaces_spec_set_env>(
        "B", "");
    spec.with<spaces_spec_unset_env>("C");
    BOOST_TEST(member(spec, "/process/env") == json({"A=2", "B="}));
    BOOST_TEST(member(spec, "/spaces") ==
               json::parse(R"({"inheritEnvironment": true, "unsetEnvironment": ["C"]})"));
    spec.with<spaces_spec_clear_env>();
    BOOST_TEST(member(spec, "/process/env") == json::array());
    BOOST_TEST(member(spec, "/spaces").is_null());
    expect_refused<spaces_spec_set_env>("process.env", "process.env: a variable without a name", "", "x");
    expect_refused<spaces_spec_set_env>("process.env",
                                        "process.env: \"A=B\" cannot be the name of a variable", "A=B", "x");
    expect_refused<spaces_spec_unset_env>("process.env", "process.env: a variable without a name", "");
}

BOOST_AUTO_TEST_CASE(identity) {
    Spec spec;
    const std::vector<uint32_t> groups{5, 6};
    spec.with<spaces_spec_set_uid>(1U).with<spaces_spec_set_gid>(2U).with<spaces_spec_set_umask>(027U);
    spec.with<spaces_spec_set_groups>(groups.data(), groups.size());
    BOOST_TEST(member(spec, "/process/user") ==
               json::parse(R"({"uid": 1, "gid": 2, "umask": 23, "additionalGids": [5, 6]})"));
    spec.with<spaces_spec_set_groups>(nullptr, size_t{0});
    BOOST_TEST(member(spec, "/process/user/additionalGids") == json::array());
    expect_refused<spaces_spec_set_uid>("process.user.uid", "process.user.uid: 4294967295 is no id",
                                        4294967295U);
    expect_refused<spaces_spec_set_gid>("process.user.gid", "process.user.gid: 4294967295 is no id",
                                        4294967295U);
    expect_refused<spaces_spec_set_umask>("process.user.umask",
                                          "process.user.umask: 512 has more bits than 0777", 01000U);
}

BOOST_AUTO_TEST_CASE(limits_and_privileges) {
    Spec spec;
    spec.with<spaces_spec_set_rlimit>("RLIMIT_CORE", uint64_t{0}, SPACES_RLIM_INFINITY);
    spec.with<spaces_spec_set_rlimit>("RLIMIT_CORE", uint64_t{1}, SPACES_RLIM_INFINITY);
    spec.with<spaces_spec_set_no_new_privs>(1).with<spaces_spec_set_oom_score_adj>(500);
    BOOST_TEST(member(spec, "/process") == json::parse(R"({
        "rlimits": [{"type": "RLIMIT_CORE", "soft": 1, "hard": 18446744073709551615}],
        "noNewPrivileges": true, "oomScoreAdj": 500})"));
    expect_refused<spaces_spec_set_rlimit>("process.rlimits",
                                           "process.rlimits: \"CORE\" is no resource limit", "CORE",
                                           uint64_t{0}, uint64_t{0});
    expect_refused<spaces_spec_set_oom_score_adj>(
        "process.oomScoreAdj", "process.oomScoreAdj: -1001 is not between -1000 and 1000", -1001);
}

BOOST_AUTO_TEST_CASE(capabilities_and_security_flags) {
    Spec spec;
    const char *const names[] = {"net_raw", "CAP_KILL", nullptr};
    spec.with<spaces_spec_set_capabilities>(SPACES_CAPABILITIES_BOUNDING, names);
    spec.with<spaces_spec_set_capabilities>(SPACES_CAPABILITIES_AMBIENT, names + 2);
    spec.with<spaces_spec_drop_capability>("ALL").with<spaces_spec_add_capability>("chown");
    spec.with<spaces_spec_add_securebit>("noroot").with<spaces_spec_set_new_keyring>(1);
    BOOST_TEST(member(spec, "/process/capabilities") == json::parse(R"({
        "bounding": ["CAP_KILL", "CAP_NET_RAW"], "effective": [], "inheritable": [], "permitted": [],
        "ambient": []})"));
    BOOST_TEST(member(spec, "/spaces") == json::parse(R"({
        "dropCapabilities": ["ALL"], "addCapabilities": ["CAP_CHOWN"], "securebits": ["noroot"],
        "newKeyring": true})"));
    expect_refused<spaces_spec_set_capabilities>(
        "process.capabilities", "process.capabilities: 5 is no set of capabilities", 5, names);
    expect_refused<spaces_spec_set_capabilities>("names", "names: is NULL", 0, nullptr);
    expect_refused<spaces_spec_drop_capability>("spaces.dropCapabilities",
                                                "spaces.dropCapabilities: \"x\" is no capability", "x");
    expect_refused<spaces_spec_add_capability>("name", "name: is NULL", nullptr);
    expect_refused<spaces_spec_add_securebit>("spaces.securebits",
                                              "spaces.securebits: \"x\" is no security flag", "x");
}

BOOST_AUTO_TEST_CASE(scheduling_and_kernel_parameters) {
    Spec spec;
    spec.with<spaces_spec_set_scheduler>("SCHED_FIFO", 0, 7).with<spaces_spec_set_cpu_affinity>("0-1");
    spec.with<spaces_spec_set_io_priority>("IOPRIO_CLASS_IDLE", 0);
    spec.with<spaces_spec_set_personality>("LINUX32").with<spaces_spec_set_sysctl>("net.core.somaxconn", "9");
    BOOST_TEST(member(spec, "/process") == json::parse(R"({
        "scheduler": {"policy": "SCHED_FIFO", "priority": 7}, "execCPUAffinity": {"final": "0-1"},
        "ioPriority": {"class": "IOPRIO_CLASS_IDLE", "priority": 0}})"));
    BOOST_TEST(member(spec, "/linux") == json::parse(R"({
        "sysctl": {"net.core.somaxconn": "9"}, "personality": {"domain": "LINUX32"}})"));
    expect_refused<spaces_spec_set_scheduler>(
        "process.scheduler.priority", "process.scheduler.priority: -1 is negative", "SCHED_RR", 0, -1);
    expect_refused<spaces_spec_set_scheduler>("process.scheduler.nice",
                                              "process.scheduler.nice: 20 is not between -20 and 19",
                                              "SCHED_OTHER", 20, 0);
    expect_refused<spaces_spec_set_io_priority>("process.ioPriority.priority",
                                                "process.ioPriority.priority: -1 is not between 0 and 7",
                                                "IOPRIO_CLASS_BE", -1);
    expect_refused<spaces_spec_set_cpu_affinity>(
        "process.execCPUAffinity.final", "process.execCPUAffinity.final: \"x\" is no list of CPUs", "x");
    expect_refused<spaces_spec_set_sysctl>("linux.sysctl", "linux.sysctl: \"..\" is no kernel parameter",
                                           "..", "1");
}

BOOST_AUTO_TEST_CASE(executable_and_process_group) {
    Spec spec;
    spec.with<spaces_spec_set_executable>("/bin/busybox").with<spaces_spec_set_process_group>(0);
    BOOST_TEST(member(spec, "/spaces") ==
               json::parse(R"({"executable": "/bin/busybox", "processGroup": 0})"));
    expect_refused<spaces_spec_set_executable>("spaces.executable", "spaces.executable: an empty path", "");
    expect_refused<spaces_spec_set_process_group>("spaces.processGroup",
                                                  "spaces.processGroup: -1 is no process group", -1);
}

BOOST_AUTO_TEST_CASE(session_signals_and_directory) {
    Spec spec;
    spec.with<spaces_spec_set_new_session>(1)
        .with<spaces_spec_set_inherit_signals>(1)
        .with<spaces_spec_add_default_signal>(13)
        .with<spaces_spec_add_default_signal>(2)
        .with<spaces_spec_set_cwd>("/x");
    BOOST_TEST(member(spec, "/spaces") ==
               json::parse(R"({"newSession": true, "inheritSignals": true, "defaultSignals": [2, 13]})"));
    BOOST_TEST(member(spec, "/process/cwd") == "/x");
    expect_refused<spaces_spec_set_cwd>("process.cwd", "process.cwd: an empty path", "");
    for (const int signal : {0, -1, 65}) {
        expect_refused<spaces_spec_add_default_signal>(
            "spaces.defaultSignals", "spaces.defaultSignals: " + std::to_string(signal) + " is no signal",
            signal);
    }
}

BOOST_AUTO_TEST_SUITE_END()
