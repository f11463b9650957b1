// Profiles that are wrong, hostile, or refuse what the start itself needs: each is a clear error, and no
// hang.
#include "security/profiles.hpp"

#include "support/capture.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <unistd.h>

using namespace support;
using namespace profiles;

namespace {

Failure refusal_of(const std::string &profile) {
    return failure_of<spaces_spec_set_seccomp>(Spec(), profile.c_str());
}

const std::string strict = R"({"defaultAction": "SCMP_ACT_KILL_PROCESS",
    "syscalls": [{"names": ["execve"], "action": "SCMP_ACT_ALLOW"}]})";

} // namespace

BOOST_AUTO_TEST_SUITE(seccomp_refusals_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(what_is_wrong_is_named_when_it_is_set) {
    struct Wrong {
        const char *profile;
        const char *object;
    };
    for (
        const Wrong &wrong : {
            Wrong{"", "linux.seccomp"},
            Wrong{"{", "linux.seccomp"},
            Wrong{"null", "linux.seccomp"},
            Wrong{"[]", "linux.seccomp"},
            Wrong{"{}", "linux.seccomp"},
            Wrong{R"({"defaultAction": "SCMP_ACT_PERHAPS"})", "linux.seccomp.defaultAction"},
            Wrong{R"({"defaultAction": "SCMP_ACT_NOTIFY"})", "linux.seccomp.defaultAction"},
            Wrong{R"({"defaultAction": "SCMP_ACT_ALLOW", "defaultErrnoRet": 1})",
                  "linux.seccomp.defaultErrnoRet"},
            Wrong{R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 4096})",
                  "linux.seccomp.defaultErrnoRet"},
            Wrong{R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": -1})",
                  "linux.seccomp.defaultErrnoRet"},
            Wrong{R"({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["x86_64"]})",
                  "linux.seccomp.architectures[0]"},
            Wrong{R"({"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_NEW_LISTENER"]})",
                  "linux.seccomp.flags[0]"},
            Wrong{
                R"({"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]})",
                "linux.seccomp.flags"},
            Wrong{R"({"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/x"})",
                  "linux.seccomp.listenerPath"},
            Wrong{R"({"defaultAction": "SCMP_ACT_ALLOW", "listenerMetadata": "x"})",
                  "linux.seccomp.listenerMetadata"},
            Wrong{R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"action": "SCMP_ACT_LOG"}]})",
                  "linux.seccomp.syscalls[0]"},
            Wrong{
                R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": [], "action": "SCMP_ACT_LOG"}]})",
                "linux.seccomp.syscalls[0].names"},
            Wrong{R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"]}]})",
                  "linux.seccomp.syscalls[0]"},
            Wrong{
                R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_LOG",
                      "args": [{"index": 6, "value": 0, "op": "SCMP_CMP_EQ"}]}]})",
                "linux.seccomp.syscalls[0].args[0].index"},
            Wrong{
                R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_LOG",
                      "args": [{"index": 0, "value": 0, "op": "=="}]}]})",
                "linux.seccomp.syscalls[0].args[0].op"},
            Wrong{
                R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_LOG",
                      "errnoRet": 1}]})",
                "linux.seccomp.syscalls[0].errnoRet"},
            Wrong{R"({"defaultAction": "SCMP_ACT_ALLOW", "rules": []})", "linux.seccomp.rules"},
        }) {
        BOOST_TEST_CONTEXT(wrong.profile) {
            const Failure failure = refusal_of(wrong.profile);
            BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
            BOOST_TEST(failure.object == wrong.object, failure.text);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_format_of_the_engines_is_not_ocis_and_the_error_says_so) {
    for (
        const char *profile :
        {R"({"defaultAction": "SCMP_ACT_ALLOW", "archMap": [{"architecture": "SCMP_ARCH_X86_64"}]})",
         R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_LOG", "includes": {"caps": ["CAP_SYS_ADMIN"]}}]})",
         R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_LOG", "excludes": {"arches": ["arm"]}}]})",
         R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"name": "mkdir", "action": "SCMP_ACT_LOG"}]})"}) {
        const Failure failure = refusal_of(profile);
        BOOST_TEST(failure.message.find("docker and podman") != std::string::npos, failure.text);
        BOOST_TEST(!failure.hint.empty());
    }
}

BOOST_AUTO_TEST_CASE(what_is_refused_changes_nothing) {
    Spec spec = with_profile(Spec({probe(), "mkdir", "/nonexistent/x"}), refuse(making, EROFS));
    failure_of<spaces_spec_set_seccomp>(spec, "{}");
    BOOST_TEST(output_of(spec) == std::string(std::strerror(EROFS)) + "\n");
}

BOOST_AUTO_TEST_CASE(names_that_are_not_known_are_left_out_and_told_of) {
    Spec spec = with_profile(Spec({probe(), "mkdir", "/nonexistent/x"}),
                             refuse(R"("no_such_call", "mkdirat")", EROFS));
    BOOST_TEST(output_of(spec) == std::string(std::strerror(EROFS)) + "\n");
    char *text = nullptr;
    call<spaces_spec_explain>(spec, SPACES_EXPLAIN_TEXT, &text);
    BOOST_TEST(std::string(text).find("ignored: no_such_call\n") != std::string::npos, text);
    spaces_free(text);
}

BOOST_AUTO_TEST_CASE(a_filter_that_is_too_long_for_the_kernel_is_refused_before_there_is_a_process) {
    std::string rules;
    for (int i = 0; i < 5000; ++i) {
        rules +=
            (i != 0 ? ", " : "") +
            std::string(
                R"({"names": ["getpriority"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "op": "SCMP_CMP_EQ", "value": )") +
            std::to_string(i + 10) + "}]}";
    }
    const Spec spec =
        with_profile(Spec({probe()}), R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [)" + rules + "]}");
    const Failure failure = start_fails(spec);
    BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
    BOOST_TEST(failure.object == "linux.seccomp");
    BOOST_TEST(failure.message.find("4096 instructions") != std::string::npos, failure.text);
}

BOOST_AUTO_TEST_CASE(an_architecture_of_the_other_byte_order_is_unsupported) {
    const Failure failure = start_fails(with_profile(
        Spec({probe()}), R"({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_S390X"]})"));
    BOOST_TEST(failure.code == SPACES_EUNSUPPORTED, failure.text);
}

BOOST_AUTO_TEST_CASE(a_filter_without_execve_is_refused_before_there_is_a_process) {
    for (const char *rule : {R"("action": "SCMP_ACT_ERRNO", "errnoRet": 13)",
                             R"("action": "SCMP_ACT_KILL_PROCESS")", R"("action": "SCMP_ACT_TRAP")",
                             R"("action": "SCMP_ACT_NOTIFY")", R"("action": "SCMP_ACT_TRACE")"}) {
        const Failure failure = start_fails(with_profile(Spec({probe()}), all_but(R"("execve")", rule)));
        BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
        BOOST_TEST(failure.step == "seccomp");
        BOOST_TEST(failure.system_call == "execve");
        BOOST_TEST(failure.hint.find("execve") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(an_execve_that_only_some_arguments_are_refused_for_fails_as_itself) {
    // Of the path's address nobody can say anything beforehand.
    const Failure failure = start_fails(with_profile(
        Spec({probe()}),
        all_but(
            R"("execve")",
            R"("action": "SCMP_ACT_ERRNO", "errnoRet": 13, "args": [{"index": 0, "op": "SCMP_CMP_NE", "value": 0}])")));
    BOOST_TEST(failure.code == SPACES_ESETUP, failure.text);
    BOOST_TEST(failure.step == "exec");
    BOOST_TEST(failure.system_call == "execve");
    BOOST_TEST(failure.error_number == EACCES);
}

BOOST_AUTO_TEST_CASE(a_program_of_which_nothing_is_left_to_tell_fails_as_any_other) {
    expect_unchanged("strict", [] {
        for (const uint32_t namespaces :
             {uint32_t{0}, uint32_t{SPACES_NAMESPACE_PID}, SPACES_NAMESPACE_ALL}) {
            for (const int report : {0, 1}) {
                Spec spec = with_profile(Spec({"/nonexistent/program"}), strict);
                spec.with<spaces_spec_set_seccomp_report>(report);
                if (namespaces != 0) {
                    spec.isolate(namespaces);
                }
                const Failure failure = start_fails(spec);
                BOOST_TEST(failure.code == SPACES_ESETUP, failure.text);
                BOOST_TEST(failure.step == "exec");
                BOOST_TEST(failure.system_call == "execve");
                BOOST_TEST(failure.error_number == ENOENT);
            }
        }
    });
}

BOOST_AUTO_TEST_CASE(a_program_that_may_do_nothing_ends_and_the_report_says_of_what) {
    for (const int report : {0, 1}) {
        Spec spec = with_profile(Spec({probe(), "exit", "0"}), strict);
        spec.with<spaces_spec_set_seccomp_report>(report);
        const Result result = start(spec).wait();
        BOOST_TEST(result.cause() == "seccomp");
        BOOST_TEST(result.signal() == SIGSYS);
        BOOST_TEST(std::string(spaces_result_system_call(result)).empty() == (report == 0));
    }
}

BOOST_AUTO_TEST_CASE(a_function_needs_more_and_the_error_names_it) {
    spaces_process *process = nullptr;
    const Spec spec = with_profile(Spec(), refuse(R"("sendmsg")", EACCES));
    const Failure failure = failure_of<spaces_fork>(
        spec, [](void *) { return 0; }, nullptr, &process);
    BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
    BOOST_TEST(failure.system_call == "sendmsg");
    Spec reporting = with_profile(Spec(), all_but(making, R"("action": "SCMP_ACT_KILL_PROCESS")"));
    reporting.with<spaces_spec_set_seccomp_report>(1);
    BOOST_TEST(failure_of<spaces_fork>(
                   reporting, [](void *) { return 0; }, nullptr, &process)
                   .code == SPACES_EUNSUPPORTED);
}

BOOST_AUTO_TEST_CASE(one_filter_has_one_listener) {
    Spec spec = with_profile(Spec({probe()}), R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
        {"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}, {"names": ["rmdir"], "action": "SCMP_ACT_KILL_PROCESS"}]})");
    spec.with<spaces_spec_set_seccomp_report>(1);
    const Failure failure = start_fails(spec);
    BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
    BOOST_TEST(failure.object == "spaces.seccompReport");
}

BOOST_AUTO_TEST_CASE(there_is_nothing_to_explain_without_a_filter) {
    char *text = nullptr;
    BOOST_TEST(failure_of<spaces_spec_explain_seccomp>(Spec({"true"}), SPACES_EXPLAIN_JSON, &text).code ==
               SPACES_ENOTFOUND);
}

BOOST_AUTO_TEST_SUITE_END()
