// Seccomp profiles of OCI: what the program may do, and how it ends where it may not.
#include "security/profiles.hpp"

#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

using namespace support;
using namespace profiles;

namespace {

Spec making_a_directory() {
    return Spec({probe(), "mkdir", "/nonexistent/directory"});
}

const std::string killing = all_but(making, R"("action": "SCMP_ACT_KILL_PROCESS")");

std::string said(int error_number) {
    return std::string(std::strerror(error_number)) + "\n";
}

// What getpriority(2) says to these arguments, of which any are fine.
std::string priority(const std::string &profile, const std::string &which, const std::string &who) {
    return output_of(
        with_profile(Spec({probe(), "call", std::to_string(SYS_getpriority), which, who}), profile));
}

std::string getpriority_where(const std::string &args) {
    return all_but(R"("getpriority")",
                   R"("action": "SCMP_ACT_ERRNO", "errnoRet": 71, "args": [)" + args + "]");
}

std::string condition(int index, const std::string &op, int value, int value_two = 0) {
    return R"({"index": )" + std::to_string(index) + R"(, "op": "SCMP_CMP_)" + op + R"(", "value": )" +
           std::to_string(value) + R"(, "valueTwo": )" + std::to_string(value_two) + "}";
}

std::string status_line(int pid, const std::string &name) {
    const std::string status = "\n" + read_file("/proc/" + std::to_string(pid) + "/status");
    const size_t at = status.find("\n" + name + ":\t");
    return at == std::string::npos
               ? ""
               : status.substr(at + name.size() + 3, status.find('\n', at + 1) - at - name.size() - 3);
}

const std::string refused = said(71);
const std::string fine = "ok\n";

} // namespace

BOOST_AUTO_TEST_SUITE(seccomp_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(a_call_gets_the_errno_of_its_rule) {
    for (const int error_number : {EACCES, EROFS, ENOSYS}) {
        BOOST_TEST(output_of(with_profile(making_a_directory(), refuse(making, error_number))) ==
                   said(error_number));
    }
    BOOST_TEST(output_of(making_a_directory()) == said(ENOENT));
}

BOOST_AUTO_TEST_CASE(without_an_errno_it_is_eperm) {
    BOOST_TEST(output_of(with_profile(making_a_directory(),
                                      all_but(making, R"("action": "SCMP_ACT_ERRNO")"))) == said(EPERM));
}

BOOST_AUTO_TEST_CASE(the_default_action_is_for_what_no_rule_names) {
    const std::string profile = R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 13, "syscalls": [
        {"action": "SCMP_ACT_ALLOW", "names": ["execve", "brk", "arch_prctl", "set_tid_address", "sendmsg",
         "set_robust_list", "rseq", "prlimit64", "readlink", "readlinkat", "getrandom", "mprotect", "newfstatat", "fstat", "write",
         "exit_group", "uname", "openat", "close", "pread64", "ioctl"]}]})";
    BOOST_TEST(output_of(with_profile(making_a_directory(), profile)) == said(EACCES));
}

BOOST_AUTO_TEST_CASE(conditions_compare_arguments) {
    BOOST_TEST(priority(getpriority_where(condition(0, "EQ", 1)), "1", "0") == refused);
    BOOST_TEST(priority(getpriority_where(condition(0, "EQ", 1)), "2", "0") == fine);
    BOOST_TEST(priority(getpriority_where(condition(0, "NE", 1)), "2", "0") == refused);
    BOOST_TEST(priority(getpriority_where(condition(0, "GT", 1)), "1", "0") == fine);
    BOOST_TEST(priority(getpriority_where(condition(0, "GE", 1)), "1", "0") == refused);
    BOOST_TEST(priority(getpriority_where(condition(0, "LT", 1)), "0", "0") == refused);
    BOOST_TEST(priority(getpriority_where(condition(0, "LE", 0)), "1", "0") == fine);
    BOOST_TEST(priority(getpriority_where(condition(0, "MASKED_EQ", 3, 2)), "2", "0") == refused);
    BOOST_TEST(priority(getpriority_where(condition(0, "MASKED_EQ", 3, 2)), "1", "0") == fine);
}

BOOST_AUTO_TEST_CASE(conditions_on_several_arguments_must_all_be_met) {
    const std::string profile = getpriority_where(condition(0, "EQ", 2) + ", " + condition(1, "EQ", 0));
    BOOST_TEST(priority(profile, "2", "0") == refused);
    BOOST_TEST(priority(profile, "1", "0") == fine);
}

BOOST_AUTO_TEST_CASE(conditions_on_one_argument_are_alternatives_as_with_other_runtimes) {
    const std::string profile = getpriority_where(condition(0, "EQ", 1) + ", " + condition(0, "EQ", 2));
    BOOST_TEST(priority(profile, "1", "0") == refused);
    BOOST_TEST(priority(profile, "2", "0") == refused);
    BOOST_TEST(priority(profile, "0", "0") == fine);
}

BOOST_AUTO_TEST_CASE(a_call_can_end_the_program) {
    for (const char *action : {"SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_KILL_PROCESS"}) {
        const Spec spec =
            with_profile(making_a_directory(), all_but(making, R"("action": ")" + std::string(action) + '"'));
        const Result result = start(spec).wait();
        BOOST_TEST(result.cause() == "seccomp");
        BOOST_TEST(result.signal() == SIGSYS);
        BOOST_TEST(std::string(spaces_result_system_call(result)).empty()); // which the kernel tells nobody
    }
}

BOOST_AUTO_TEST_CASE(the_program_gets_sigsys_where_it_is_told_to_trap) {
    const Result result =
        start(with_profile(making_a_directory(), all_but(making, R"("action": "SCMP_ACT_TRAP")"))).wait();
    BOOST_TEST(result.signal() == SIGSYS);
    BOOST_TEST(result.cause() == "seccomp");
}

BOOST_AUTO_TEST_CASE(a_report_names_the_call_that_has_ended_the_program) {
    for (const uint32_t namespaces : {uint32_t{0}, uint32_t{SPACES_NAMESPACE_PID}, SPACES_NAMESPACE_ALL}) {
        Spec spec = with_profile(making_a_directory(), killing);
        spec.with<spaces_spec_set_seccomp_report>(1);
        if (namespaces != 0) {
            spec.isolate(namespaces);
        }
        const Result result = start(spec).wait();
        BOOST_TEST(result.cause() == "seccomp");
        BOOST_TEST(result.signal() == SIGSYS);
        BOOST_TEST(spaces_result_system_call(result) == std::string("mkdirat"));
        BOOST_TEST(result.json().find(R"("systemCall":"mkdirat")") != std::string::npos, result.json());
    }
}

BOOST_AUTO_TEST_CASE(a_report_names_the_call_of_a_child_too_and_the_program_goes_on) {
    Spec spec = with_profile(Spec({"/bin/sh", "-c", std::string(probe()) + " mkdir /nonexistent/x; echo $?"}),
                             killing);
    spec.with<spaces_spec_set_seccomp_report>(1);
    const Captured captured = capture(spec);
    BOOST_TEST(captured.out == "137\n");
    BOOST_TEST(captured.result.cause() == "exited");
    BOOST_TEST(spaces_result_system_call(captured.result) == std::string("mkdirat"));
}

BOOST_AUTO_TEST_CASE(a_report_of_a_filter_that_kills_nobody_is_as_good_as_none) {
    Spec spec = with_profile(making_a_directory(), refuse(making, EACCES));
    spec.with<spaces_spec_set_seccomp_report>(1);
    const Captured captured = capture(spec);
    BOOST_TEST(captured.out == said(EACCES));
    BOOST_TEST(std::string(spaces_result_system_call(captured.result)).empty());
}

BOOST_AUTO_TEST_CASE(the_time_limit_is_kept_beside_a_report) {
    Spec spec = with_profile(Spec({probe(), "wait"}), killing);
    spec.with<spaces_spec_set_seccomp_report>(1).with<spaces_spec_set_time_limit>(uint64_t{50},
                                                                                  uint64_t{1000});
    BOOST_TEST(start(spec).wait().cause() == "time-limit");
}

BOOST_AUTO_TEST_CASE(what_is_logged_is_allowed) {
    Spec spec = with_profile(making_a_directory(), all_but(making, R"("action": "SCMP_ACT_LOG")"));
    BOOST_TEST(output_of(spec) == said(ENOENT));
}

BOOST_AUTO_TEST_CASE(flags_are_those_of_the_kernel) {
    for (const char *flag :
         {"SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"}) {
        std::string profile = refuse(making, EACCES);
        profile.insert(1, R"("flags": [")" + std::string(flag) + R"("], )");
        BOOST_TEST(output_of(with_profile(making_a_directory(), profile)) == said(EACCES));
    }
}

BOOST_AUTO_TEST_CASE(a_filter_can_be_seen_from_outside_and_inside) {
    Spec spec = with_profile(Spec({probe(), "wait"}), refuse(making, EACCES));
    spec.pipe(SPACES_STDOUT);
    Process process = start(spec);
    BOOST_TEST(read_line(process.take(SPACES_STDOUT).get()) == "ready");
    BOOST_TEST(status_line(process.pid(), "Seccomp") == "2");
    BOOST_TEST(status_line(process.pid(), "Seccomp_filters") == "1");
    BOOST_TEST(status_line(process.pid(), "NoNewPrivs") == status_line(::getpid(), "NoNewPrivs"));
    process.kill(SIGKILL);
    process.wait();
    const Spec inside = with_profile(Spec({probe(), "cat", "/proc/self/status"}), refuse(making, EACCES));
    BOOST_TEST(output_of(inside).find("\nSeccomp:\t2\n") != std::string::npos);
    BOOST_TEST(status_line(::getpid(), "Seccomp_filters") == "0");
}

BOOST_AUTO_TEST_CASE(an_init_of_a_filtered_program_is_confined_itself) {
    // The program may trace it, and must not have it do what it may not.
    Spec spec = with_profile(Spec({probe(), "wait"}), refuse(making, EACCES));
    spec.isolate(SPACES_NAMESPACE_PID).pipe(SPACES_STDOUT);
    Process process = start(spec);
    BOOST_TEST(read_line(process.take(SPACES_STDOUT).get()) == "ready");
    BOOST_TEST(status_line(process.pid(), "Name") == "spaces-init");
    BOOST_TEST(status_line(process.pid(), "Seccomp") == "2");
    BOOST_TEST(status_line(process.pid(), "NoNewPrivs") == "1");
    process.kill(SIGTERM);
    BOOST_TEST(process.wait().cause() == "killed");
    BOOST_TEST(start(with_profile(Spec({"/bin/sh", "-c", "(true &); kill -TERM 1; exec sleep 60"}),
                                  refuse(making, EACCES))
                         .isolate(SPACES_NAMESPACE_ALL))
                   .wait()
                   .signal() == SIGTERM);
}

#if defined(__x86_64__)
BOOST_AUTO_TEST_CASE(a_program_that_traces_its_init_gets_around_no_filter_by_it) {
    const std::vector<std::string> attack{probe(), "call-by-init", std::to_string(SYS_unshare)};
    const uint32_t namespaces = SPACES_NAMESPACE_USER | SPACES_NAMESPACE_PID;
    BOOST_TEST(output_of(Spec(attack).unshare(namespaces)) == fine); // that is how it would go
    for (int i = 0; i < 200; ++i) {                                  // from its first moment on
        BOOST_TEST_REQUIRE(output_of(with_profile(Spec(attack), refuse(making, EROFS)).unshare(namespaces)) ==
                           said(EPERM));
    }
}
#endif

BOOST_AUTO_TEST_CASE(copies_and_json_keep_the_filter) {
    const Spec original = with_profile(making_a_directory(), refuse(making, EROFS));
    const Spec copy(original);
    BOOST_TEST(output_of(copy) == said(EROFS));
    char *text = nullptr;
    call<spaces_spec_to_json>(original, &text);
    Spec read;
    read.json(text);
    spaces_free(text);
    BOOST_TEST(output_of(read) == said(EROFS));
    Spec none(original);
    none.with<spaces_spec_set_seccomp_default>(0);
    BOOST_TEST(output_of(none) == said(ENOENT));
}

BOOST_AUTO_TEST_CASE(one_spec_starts_many_programs_at_once) {
    const Spec spec = with_profile(making_a_directory(), refuse(making, EROFS));
    std::vector<Process> processes;
    for (int i = 0; i < 10; ++i) {
        processes.push_back(start(spec));
    }
    for (Process &process : processes) {
        BOOST_TEST(process.wait().exit_code() == 0);
    }
}

BOOST_AUTO_TEST_CASE(threads_may_start_programs_from_one_spec) {
    // Whoever comes first compiles the filter, which all of them find.
    Spec spec({probe(), "mkdir", "/nonexistent/x"});
    spec.with<spaces_spec_set_seccomp_default>(1)
        .with<spaces_spec_set_no_new_privs>(1)
        .with<spaces_spec_set_stdio>(SPACES_STDOUT, SPACES_STDIO_NULL);
    std::atomic<int> ended{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&] {
            for (int round = 0; round < 5; ++round) {
                spaces_process *process = nullptr;
                if (spaces_spawn(spec, &process, nullptr) == SPACES_OK &&
                    spaces_process_wait(process, -1, nullptr, nullptr) == SPACES_OK) {
                    ++ended;
                }
                spaces_process_free(process);
            }
        });
    }
    for (std::thread &thread : threads) {
        thread.join();
    }
    BOOST_TEST(ended == 20);
}

BOOST_AUTO_TEST_CASE(a_host_without_filters_is_told_so) {
    for (const int error_number : {ENOSYS, EPERM}) {
        with_seccomp(error_number, {SYS_seccomp}, [&] {
            Spec spec = with_profile(making_a_directory(), refuse(making, EROFS));
            spec.with<spaces_spec_set_no_new_privs>(1);
            const Failure failure = start_fails(spec);
            BOOST_TEST(failure.step == "seccomp", failure.text);
            BOOST_TEST(failure.error_number == error_number, failure.text);
            BOOST_TEST(!failure.hint.empty());
        });
    }
}

BOOST_AUTO_TEST_CASE(root_needs_no_no_new_privs, *needs(root)) {
    in_child([] {
        BOOST_TEST(output_of(with_profile(making_a_directory(), refuse(making, EROFS))) == said(EROFS));
    });
}

BOOST_AUTO_TEST_CASE(a_change_of_the_user_does_not_take_the_right_to_a_filter, *needs(root)) {
    Spec spec = with_profile(Spec({probe(), "cat", "/proc/self/status"}), refuse(making, EROFS));
    spec.with<spaces_spec_set_uid>(4711u).with<spaces_spec_set_gid>(4711u);
    const std::string status = output_of(spec);
    BOOST_TEST(status.find("\nSeccomp:\t2\n") != std::string::npos, status);
    BOOST_TEST(status.find("\nUid:\t4711\t4711\t4711\t4711\n") != std::string::npos, status);
    for (const char *set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) {
        BOOST_TEST(status.find(std::string("\n") + set + ":\t0000000000000000\n") != std::string::npos,
                   status);
    }
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_needs_no_new_privs, *needs(root)) {
    as_user(nobody_special, [] {
        const Spec spec = with_profile(making_a_directory(), refuse(making, EROFS));
        const Failure failure = start_fails(spec);
        BOOST_TEST(failure.code == SPACES_ESETUP);
        BOOST_TEST(failure.step == "seccomp");
        BOOST_TEST(failure.system_call == "seccomp");
        BOOST_TEST(failure.error_number == EACCES);
        BOOST_TEST(failure.message == "cannot install the seccomp filter: Permission denied");
        BOOST_TEST(failure.hint.find("no_new_privs") != std::string::npos, failure.text);
        BOOST_TEST(output_of(Spec(spec).with<spaces_spec_set_no_new_privs>(1)) == said(EROFS));
        // In a user namespace of its own it has the right.
        BOOST_TEST(output_of(Spec(spec).unshare(SPACES_NAMESPACE_USER)) == said(EROFS));
        BOOST_TEST(output_of(Spec(spec)
                                 .unshare(SPACES_NAMESPACE_USER)
                                 .with<spaces_spec_set_uid_map>("self")
                                 .with<spaces_spec_set_gid_map>("self")) == said(EROFS));
    });
}

BOOST_AUTO_TEST_CASE(a_program_in_a_running_container_gets_its_filter, *needs(root)) {
    Spec container({probe(), "wait"});
    container.isolate(SPACES_NAMESPACE_ALL).pipe(SPACES_STDOUT);
    Process process = start(container);
    BOOST_TEST(read_line(process.take(SPACES_STDOUT).get()) == "ready");
    for (const int report : {0, 1}) {
        Spec spec = with_profile(making_a_directory(), report != 0 ? killing : refuse(making, EROFS));
        spec.with<spaces_spec_join_pid>(process.pid(), uint32_t{0})
            .with<spaces_spec_set_seccomp_report>(report);
        const Captured captured = capture(spec);
        BOOST_TEST(captured.out == (report != 0 ? "" : said(EROFS)));
        BOOST_TEST(spaces_result_system_call(captured.result) == std::string(report != 0 ? "mkdirat" : ""));
    }
    process.kill_all();
    process.wait();
}

BOOST_AUTO_TEST_CASE(a_function_gets_its_filter) {
    for (const uint32_t namespaces : {uint32_t{0}, uint32_t{SPACES_NAMESPACE_USER | SPACES_NAMESPACE_PID}}) {
        Spec spec = with_profile(Spec(), refuse(making, EROFS));
        spec.with<spaces_spec_set_no_new_privs>(1);
        if (namespaces != 0) {
            spec.unshare(namespaces);
        }
        Process process = start_fork_of(spec, [] {
            return ::syscall(SYS_mkdirat, -100, "/nonexistent/x", 0777) == -1 && errno == EROFS ? 7 : 1;
        });
        BOOST_TEST(process.wait().exit_code() == 7);
    }
}

BOOST_AUTO_TEST_CASE(a_function_begins_when_its_supervisor_is_confined) {
    Spec alone = with_profile(Spec(), refuse(making, EROFS));
    alone.with<spaces_spec_set_no_new_privs>(1).with<spaces_spec_set_time_limit>(uint64_t{60000},
                                                                                 uint64_t{0});
    Spec isolated(alone);
    isolated.isolate(SPACES_NAMESPACE_ALL);
    for (const Spec *spec : {&alone, &isolated}) {
        for (int i = 0; i < 50; ++i) {
            Process process =
                start_fork_of(*spec, [] { return status_line(::getppid(), "Seccomp") == "2" ? 7 : 1; });
            BOOST_TEST_REQUIRE(process.wait().exit_code() == 7);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_function_of_another_user_has_no_capabilities_left, *needs(root)) {
    Spec spec = with_profile(Spec(), refuse(making, EROFS));
    spec.with<spaces_spec_set_uid>(4711u);
    Process process = start_fork_of(spec, [] {
        const std::string status = read_file("/proc/self/status");
        const bool none =
            status.find("CapPrm:\t0000000000000000\nCapEff:\t0000000000000000") != std::string::npos;
        return none && status.find("\nSeccomp:\t2\n") != std::string::npos ? 7 : 1;
    });
    BOOST_TEST(process.wait().exit_code() == 7);
}

BOOST_AUTO_TEST_SUITE_END()
