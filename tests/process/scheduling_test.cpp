// How the program is scheduled, its execution domain, and its session keyring.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <linux/ioprio.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

using namespace support;

namespace {

// A program that waits, looked at from outside.
template <class Look> void seen_from_outside(const Spec &base, Look &&look) {
    Spec spec(base);
    spec.args({probe(), "wait"}).with<spaces_spec_set_stdio>(SPACES_STDOUT, SPACES_STDIO_NULL);
    Process process = start(spec);
    look(process.pid());
    process.kill(SIGKILL);
    process.wait();
}

long session_keyring() {
    return ::syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 1);
}

Spec scheduled(const char *policy, int nice, int priority) {
    Spec spec;
    spec.with<spaces_spec_set_scheduler>(policy, nice, priority);
    return spec;
}

} // namespace

BOOST_AUTO_TEST_SUITE(scheduling_test)

BOOST_AUTO_TEST_CASE(a_nice_value_is_the_programs) {
    seen_from_outside(scheduled("SCHED_BATCH", 7, 0), [](pid_t pid) {
        BOOST_TEST(::sched_getscheduler(pid) == SCHED_BATCH);
        BOOST_TEST(::getpriority(PRIO_PROCESS, static_cast<id_t>(pid)) == 7);
    });
    BOOST_TEST(::sched_getscheduler(0) == SCHED_OTHER);
}

BOOST_AUTO_TEST_CASE(real_time_is_for_who_may, *needs(root)) {
    seen_from_outside(scheduled("SCHED_FIFO", 0, 3), [](pid_t pid) {
        sched_param parameters{};
        must(::sched_getparam(pid, &parameters), "sched_getparam");
        BOOST_TEST(::sched_getscheduler(pid) == SCHED_FIFO);
        BOOST_TEST(parameters.sched_priority == 3);
    });
    as_user(nobody_special, [] {
        Spec spec = scheduled("SCHED_RR", 0, 1);
        const Failure failure = start_fails(spec.args({"/bin/true"}));
        BOOST_TEST(failure.step == "scheduler", failure.text);
        BOOST_TEST(failure.error_number == EPERM);
        BOOST_TEST(failure.system_call == "sched_setattr");
    });
}

BOOST_AUTO_TEST_CASE(a_limit_allows_real_time_in_a_user_namespace,
                     *needs(sys_resource) * needs(user_namespaces)) {
    in_child([] {
        const rlimit limit{10, 10};
        must(::setrlimit(RLIMIT_RTPRIO, &limit), "setrlimit");
        as_user(nobody_special, [] {
            Spec spec = scheduled("SCHED_FIFO", 0, 10);
            seen_from_outside(spec.unshare(SPACES_NAMESPACE_USER),
                              [](pid_t pid) { BOOST_TEST(::sched_getscheduler(pid) == SCHED_FIFO); });
        });
    });
}

BOOST_AUTO_TEST_CASE(a_deadline_comes_from_a_config, *needs(root)) {
    Spec spec({"/bin/true"});
    spec.json(R"({"process": {"scheduler": {"policy": "SCHED_DEADLINE", "flags": ["SCHED_FLAG_RESET_ON_FORK"],
        "runtime": 1000000, "deadline": 10000000, "period": 20000000}}})");
    // A kernel may have no bandwidth to give; but it must have understood what was asked.
    seen_from_outside(spec, [](pid_t pid) { BOOST_TEST((::sched_getscheduler(pid) & 0xff) == 6); });
}

BOOST_AUTO_TEST_CASE(an_io_priority_is_the_programs) {
    Spec spec;
    spec.with<spaces_spec_set_io_priority>("IOPRIO_CLASS_BE", 6);
    seen_from_outside(spec, [](pid_t pid) {
        BOOST_TEST(::syscall(SYS_ioprio_get, 1, pid) == (IOPRIO_CLASS_BE << IOPRIO_CLASS_SHIFT | 6));
    });
}

BOOST_AUTO_TEST_CASE(a_list_of_cpus_is_the_programs) {
    cpu_set_t own;
    must(::sched_getaffinity(0, sizeof own, &own), "sched_getaffinity");
    Spec spec;
    seen_from_outside(spec.with<spaces_spec_set_cpu_affinity>("0"), [](pid_t pid) {
        cpu_set_t cpus;
        must(::sched_getaffinity(pid, sizeof cpus, &cpus), "sched_getaffinity");
        BOOST_TEST(CPU_COUNT(&cpus) == 1);
        BOOST_TEST(CPU_ISSET(0, &cpus));
    });
    cpu_set_t after;
    must(::sched_getaffinity(0, sizeof after, &after), "sched_getaffinity");
    BOOST_TEST(CPU_EQUAL(&own, &after));
}

BOOST_AUTO_TEST_CASE(cpus_that_are_not_there_are_an_error) {
    Spec spec({"/bin/true"});
    const Failure failure = start_fails(spec.with<spaces_spec_set_cpu_affinity>("8000-8100"));
    BOOST_TEST(failure.step == "cpu_affinity", failure.text);
    BOOST_TEST(failure.error_number == EINVAL);
}

BOOST_AUTO_TEST_CASE(an_execution_domain_is_the_programs) {
    Spec spec;
    spec.with<spaces_spec_set_personality>("LINUX32");
    Process process = start_fork_of(spec, [] {
        utsname name{};
        ::uname(&name);
        return std::string(name.machine).ends_with("64") ? 1 : 0;
    });
    BOOST_TEST(process.wait().exit_code() == 0);
    BOOST_TEST((::personality(0xffffffff) & PER_MASK) == PER_LINUX);
}

BOOST_AUTO_TEST_CASE(a_session_keyring_of_its_own_is_another_one) {
    const long own = session_keyring();
    BOOST_TEST_REQUIRE(own != -1);
    Spec spec;
    BOOST_TEST(start_fork_of(spec, [&] { return session_keyring() == own ? 0 : 1; }).wait().exit_code() == 0);
    spec.with<spaces_spec_set_new_keyring>(1);
    BOOST_TEST(start_fork_of(spec, [&] { return session_keyring() == own ? 1 : 0; }).wait().exit_code() == 0);
    BOOST_TEST(session_keyring() == own);
}

BOOST_AUTO_TEST_SUITE_END()
