// What a profile is compiled to, asked of the filter itself.
#include "security/bpf.hpp"
#include "security/default_profile.hpp"
#include "security/seccomp.hpp"
#include "security/syscalls.hpp"
#include "spec/json_seccomp.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

using namespace spaces;

namespace {

uint32_t answer(const Filter &filter, long number) {
    return ask(filter.program, native_architecture(), static_cast<int>(number)).action;
}

uint32_t with_errno(int error_number) {
    return SECCOMP_RET_ERRNO | static_cast<uint32_t>(error_number);
}

Capabilities only(int capability) {
    return uint64_t{1} << capability;
}

} // namespace

BOOST_AUTO_TEST_SUITE(filter_test)

BOOST_AUTO_TEST_CASE(every_call_that_has_a_name_is_decided_by_the_default_profile) {
    const Filter filter = compile_filter(default_profile({}));
    int allowed = 0;
    for (int number = 0; number < 1024; ++number) {
        const BpfAnswer decided = ask(filter.program, native_architecture(), number);
        allowed += decided.allows() ? 1 : 0;
        const bool known = decided.action == SECCOMP_RET_ALLOW || decided.action == with_errno(EPERM) ||
                           decided.action == with_errno(ENOSYS);
        BOOST_TEST(known, syscall_words(native_architecture(), number));
        if (number > newest_syscall(native_architecture())) {
            BOOST_TEST(decided.action == with_errno(ENOSYS));
        }
    }
    BOOST_TEST(allowed > 250);
    BOOST_TEST(filter.program.size() <= 2048u);
}

BOOST_AUTO_TEST_CASE(capabilities_open_what_the_kernel_asks_them_for) {
    const Filter none = compile_filter(default_profile(0));
    const Filter admin = compile_filter(default_profile(only(CAP_SYS_ADMIN)));
    for (const long number : {SYS_mount, SYS_unshare, SYS_setns, SYS_umount2}) {
        BOOST_TEST(answer(none, number) == with_errno(EPERM));
        BOOST_TEST(answer(admin, number) == SECCOMP_RET_ALLOW);
    }
    BOOST_TEST(answer(none, SYS_clone3) == with_errno(ENOSYS));
    BOOST_TEST(answer(admin, SYS_clone3) == SECCOMP_RET_ALLOW);
    BOOST_TEST(answer(none, SYS_chroot) == with_errno(EPERM));
    BOOST_TEST(answer(compile_filter(default_profile({})), SYS_chroot) == SECCOMP_RET_ALLOW);
    BOOST_TEST(answer(compile_filter(default_profile(only(CAP_SYS_TIME))), SYS_settimeofday) ==
               SECCOMP_RET_ALLOW);
    BOOST_TEST(answer(compile_filter(default_profile(~uint64_t{0})), SYS_io_uring_setup) ==
               with_errno(EPERM));
}

BOOST_AUTO_TEST_CASE(newer_calls_get_enosys_only_where_the_rest_gets_eperm) {
    const auto filter = [](const char *text) { return compile_filter(parse_seccomp(text)); };
    BOOST_TEST(answer(filter(R"({"defaultAction": "SCMP_ACT_ERRNO"})"), 9999) == with_errno(ENOSYS));
    BOOST_TEST(answer(filter(R"({"defaultAction": "SCMP_ACT_ERRNO"})"), SYS_mkdirat) == with_errno(EPERM));
    BOOST_TEST(answer(filter(R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 13})"), 9999) ==
               with_errno(EACCES));
    BOOST_TEST(answer(filter(R"({"defaultAction": "SCMP_ACT_ALLOW"})"), 9999) == SECCOMP_RET_ALLOW);
    BOOST_TEST(answer(filter(R"({"defaultAction": "SCMP_ACT_KILL_PROCESS"})"), 9999) ==
               SECCOMP_RET_KILL_PROCESS);
}

BOOST_AUTO_TEST_CASE(an_answer_says_whether_it_depends_on_arguments) {
    const Filter filter = compile_filter(default_profile({}));
    BOOST_TEST(ask(filter.program, native_architecture(), SYS_clone).depends);
    BOOST_TEST(!ask(filter.program, native_architecture(), SYS_clone).allows());
    BOOST_TEST(ask(filter.program, native_architecture(), SYS_sendmsg).allows());
}

BOOST_AUTO_TEST_CASE(all_that_kills_can_notify_instead) {
    Filter filter = compile_filter(parse_seccomp(R"({"defaultAction": "SCMP_ACT_KILL_THREAD", "syscalls": [
        {"names": ["mkdirat"], "action": "SCMP_ACT_ALLOW"}, {"names": ["mkdir"], "action": "SCMP_ACT_KILL_PROCESS"}]})"));
    BOOST_TEST(can_kill(filter.program));
    notify_instead_of_kill(filter.program);
    BOOST_TEST(!can_kill(filter.program));
    BOOST_TEST(answer(filter, SYS_mkdirat) == SECCOMP_RET_ALLOW);
    BOOST_TEST(answer(filter, SYS_getpid) == SECCOMP_RET_USER_NOTIF);
    BOOST_TEST(ask(filter.program, 1, 0).action == SECCOMP_RET_USER_NOTIF); // of no architecture
}

BOOST_AUTO_TEST_CASE(copies_of_a_spec_share_what_was_compiled) {
    SeccompSpec spec;
    set_seccomp_default(spec, true);
    const SeccompSpec copy = spec;
    BOOST_TEST((find_filter(spec, {}).source == FilterSource::libseccomp));
    BOOST_TEST((find_filter(spec, {}).source == FilterSource::memory));
    BOOST_TEST((find_filter(copy, {}).source == FilterSource::memory));
    BOOST_TEST((find_filter(copy, only(CAP_SYS_ADMIN)).source == FilterSource::libseccomp)); // another filter
    BOOST_TEST((find_filter(spec, only(CAP_SYS_ADMIN)).source == FilterSource::memory));
    set_seccomp_profile(spec, parse_seccomp(R"({"defaultAction": "SCMP_ACT_ALLOW"})"));
    BOOST_TEST((find_filter(spec, {}).source == FilterSource::libseccomp));
    BOOST_TEST((copy == copy && !(copy == spec)));
}

BOOST_AUTO_TEST_SUITE_END()
