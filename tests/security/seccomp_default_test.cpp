// The default seccomp profile: programs of all kinds run, and what reaches around namespaces is refused.
#include "security/profiles.hpp"

#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <cstring>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;

namespace {

Spec confined(const std::vector<std::string> &args) {
    Spec spec(args);
    spec.with<spaces_spec_set_seccomp_default>(1);
    return spec;
}

std::string answer_to(long number, const std::vector<std::string> &arguments = {}) {
    std::vector<std::string> args{probe(), "call", std::to_string(number)};
    args.insert(args.end(), arguments.begin(), arguments.end());
    return output_of(confined(args));
}

std::string said(int error_number) {
    return std::string(std::strerror(error_number)) + "\n";
}

Answer x86_64() {
#if defined(__x86_64__)
    return Answer(true);
#else
    Answer answer(false);
    answer.message() << "it is about x86-64";
    return answer;
#endif
}

Answer python() {
    Answer answer(::access("/usr/bin/python3", X_OK) == 0);
    answer.message() << "python3 is not installed";
    return answer;
}

constexpr long clone3 = 435;
constexpr long io_uring_setup = 425;

} // namespace

BOOST_AUTO_TEST_SUITE(seccomp_default_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(what_is_newer_than_the_profile_does_not_exist) {
    for (const long number : {600L, 1000L, 9999L}) {
        BOOST_TEST(answer_to(number) == said(ENOSYS));
    }
}

BOOST_AUTO_TEST_CASE(clone3_does_not_exist_so_that_libcs_use_clone) {
    BOOST_TEST(answer_to(clone3) == said(ENOSYS));
}

BOOST_AUTO_TEST_CASE(what_is_known_and_not_allowed_is_not_permitted) {
    for (const long number :
         {long{SYS_unshare}, long{SYS_setns}, long{SYS_mount}, long{SYS_umount2}, long{SYS_pivot_root},
          long{SYS_open_by_handle_at}, long{SYS_bpf}, long{SYS_init_module}, long{SYS_kexec_load},
          long{SYS_keyctl}, long{SYS_add_key}, long{SYS_userfaultfd}, long{SYS_perf_event_open},
          long{SYS_reboot}, long{SYS_settimeofday}, long{SYS_swapon}, long{SYS_syslog}, long{SYS_acct},
          io_uring_setup}) {
        BOOST_TEST_CONTEXT("system call " << number) {
            BOOST_TEST(answer_to(number) == said(EPERM));
        }
    }
}

BOOST_AUTO_TEST_CASE(clone_makes_processes_but_no_namespaces) {
    BOOST_TEST(answer_to(SYS_clone, {"17"}) == "ok\n"); // SIGCHLD
    for (const int kind : {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWCGROUP,
                           CLONE_NEWUTS, CLONE_NEWIPC}) {
        BOOST_TEST(answer_to(SYS_clone, {std::to_string(kind | 17)}) == said(EPERM));
    }
}

BOOST_AUTO_TEST_CASE(personalities_are_those_of_linux) {
    BOOST_TEST(answer_to(SYS_personality, {"0xffffffff"}) == "ok\n");
    BOOST_TEST(answer_to(SYS_personality, {"0"}) == "ok\n");
    BOOST_TEST(answer_to(SYS_personality, {"8"}) == "ok\n");
    BOOST_TEST(answer_to(SYS_personality, {"0x40000"}) == said(EPERM)); // ADDR_NO_RANDOMIZE
}

BOOST_AUTO_TEST_CASE(sockets_are_for_the_network_and_the_host) {
    BOOST_TEST(answer_to(SYS_socket, {"1", "1"}) == "ok\n");       // AF_UNIX
    BOOST_TEST(answer_to(SYS_socket, {"2", "1"}) == "ok\n");       // AF_INET
    BOOST_TEST(answer_to(SYS_socket, {"10", "1"}) == "ok\n");      // AF_INET6
    BOOST_TEST(answer_to(SYS_socket, {"40", "1"}) == said(EPERM)); // AF_VSOCK
    BOOST_TEST(answer_to(SYS_socket, {"38", "5"}) == said(EPERM)); // AF_ALG
}

BOOST_AUTO_TEST_CASE(what_32_bit_programs_call_is_filtered_alike, *needs(x86_64)) {
    BOOST_TEST(output_of(confined({probe(), "call32", "20"})) == "ok\n");        // getpid
    BOOST_TEST(output_of(confined({probe(), "call32", "310"})) == said(EPERM));  // unshare
    BOOST_TEST(output_of(confined({probe(), "call32", "435"})) == said(ENOSYS)); // clone3
    BOOST_TEST(output_of(confined({probe(), "call32", "9999"})) == said(ENOSYS));
}

BOOST_AUTO_TEST_CASE(an_architecture_that_the_profile_lacks_ends_the_program, *needs(x86_64)) {
    const Spec spec = profiles::with_profile(
        Spec({probe(), "call32", "20"}),
        R"({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"]})");
    // A filter that allows all is one that looks at the architecture all the same.
    BOOST_TEST(start(spec).wait().cause() == "seccomp");
    BOOST_TEST(
        output_of(profiles::with_profile(
            Spec({probe(), "call32", "20"}),
            R"({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"]})")) ==
        "ok\n");
}

BOOST_AUTO_TEST_CASE(a_shell_with_pipes_and_jobs_runs) {
    BOOST_TEST(
        output_of(confined(
            {"/bin/bash", "-c",
             "true; (echo a; echo b) | sort -r | head -1; sleep 0 & wait; "
             "d=$(mktemp -d); mkdir $d/x; mv $d/x $d/y; rm -r $d; trap 'echo t' USR1; kill -USR1 $$"})) ==
        "b\nt\n");
}

BOOST_AUTO_TEST_CASE(python_with_threads_processes_and_sockets_runs, *needs(python)) {
    const char *program = R"(
import asyncio, multiprocessing, os, select, socket, subprocess, tempfile, threading, time
a, b = socket.socketpair()
thread = threading.Thread(target=lambda: b.sendall(b"x")); thread.start(); thread.join()
assert a.recv(1) == b"x"
assert subprocess.run(["/bin/echo", "hi"], capture_output=True).stdout == b"hi\n"
async def main():
    process = await asyncio.create_subprocess_exec("/bin/true")
    return await process.wait()
assert asyncio.run(main()) == 0
with tempfile.TemporaryFile() as file: file.write(b"x")
queue = multiprocessing.get_context("fork").SimpleQueue()
child = multiprocessing.get_context("fork").Process(target=queue.put, args=(1,)); child.start(); child.join()
assert queue.get() == 1
try: os.unshare(0) if hasattr(os, "unshare") else None
except OSError: pass
print("fine")
)";
    BOOST_TEST(output_of(confined({"/usr/bin/python3", "-c", program})) == "fine\n");
}

BOOST_AUTO_TEST_CASE(it_holds_in_a_container_with_everything) {
    const Rootfs rootfs;
    Spec spec = confined({"/bin/probe", "call", std::to_string(SYS_mount)});
    spec.isolate(SPACES_NAMESPACE_ALL)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .with<spaces_spec_set_default_mounts>(1)
        .with<spaces_spec_set_no_new_privs>(1);
    BOOST_TEST(output_of(spec) == said(EPERM));
}

BOOST_AUTO_TEST_CASE(it_can_be_printed_as_a_profile_that_says_the_same) {
    const Spec spec = confined({"true"});
    char *text = nullptr;
    call<spaces_spec_explain_seccomp>(spec, SPACES_EXPLAIN_JSON, &text);
    for (const long number : {long{SYS_unshare}, clone3, 9999L}) {
        const std::vector<std::string> args{probe(), "call", std::to_string(number)};
        BOOST_TEST(output_of(profiles::with_profile(Spec(args), text)) == output_of(confined(args)));
    }
    spaces_free(text);
    call<spaces_spec_explain_seccomp>(spec, SPACES_EXPLAIN_TEXT, &text);
    BOOST_TEST(std::string(text).find("pseudo filter code end") != std::string::npos);
    spaces_free(text);
}

BOOST_AUTO_TEST_CASE(the_plan_tells_of_it) {
    char *text = nullptr;
    call<spaces_spec_explain>(confined({"true"}), SPACES_EXPLAIN_TEXT, &text);
    const std::string plan = text;
    spaces_free(text);
    BOOST_TEST(plan.find("the default profile: ") != std::string::npos, plan);
    BOOST_TEST(plan.find("install the seccomp filter\n") < plan.find("execute \"true\""), plan);
}

BOOST_AUTO_TEST_SUITE_END()
