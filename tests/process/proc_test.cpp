// The program's own /proc in a new pid and mount namespace, and without it.
#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <sys/mount.h>
#include <unistd.h>

using namespace support;

namespace {

constexpr uint32_t pid_and_mount = SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT;

Spec listing() {
    return Spec({"/bin/sh", "-c", "cd /proc; echo [0-9]*"});
}

} // namespace

BOOST_AUTO_TEST_SUITE(proc_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(is_its_own_in_a_new_pid_and_mount_namespace) {
    BOOST_TEST(output_of(listing().isolate(pid_and_mount)) == "1 2\n");
}

BOOST_AUTO_TEST_CASE(is_its_own_without_init_too) {
    BOOST_TEST(output_of(listing().isolate(pid_and_mount).with<spaces_spec_set_init>(0)) == "1\n");
}

BOOST_AUTO_TEST_CASE(is_the_hosts_without_a_mount_namespace) {
    const std::string processes = output_of(listing().isolate(SPACES_NAMESPACE_PID));
    BOOST_TEST((" " + processes).find(" " + std::to_string(::getpid()) + " ") != std::string::npos,
               processes);
}

BOOST_AUTO_TEST_CASE(is_the_hosts_where_it_was_refused) {
    const std::string processes =
        output_of(listing().isolate(pid_and_mount).with<spaces_spec_set_mount_proc>(0));
    BOOST_TEST((" " + processes).find(" " + std::to_string(::getpid()) + " ") != std::string::npos,
               processes);
}

BOOST_AUTO_TEST_CASE(can_be_asked_for_without_a_pid_namespace, *needs(root)) {
    const Rootfs rootfs;
    Spec spec({"/bin/probe", "link", "/proc/self/ns/pid"});
    spec.isolate(SPACES_NAMESPACE_MOUNT)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .with<spaces_spec_set_mount_proc>(1);
    char ours[64] = {};
    BOOST_TEST(::readlink("/proc/self/ns/pid", ours, sizeof ours - 1) > 0);
    BOOST_TEST(output_of(spec) == std::string(ours) + "\n");
}

BOOST_AUTO_TEST_CASE(is_mounted_with_the_usual_flags) {
    Spec spec({"/bin/sh", "-c", "grep ' /proc ' /proc/self/mountinfo"});
    const std::string line = output_of(spec.isolate(pid_and_mount));
    BOOST_TEST(line.find(" /proc rw,nosuid,nodev,noexec") != std::string::npos, line);
}

BOOST_AUTO_TEST_CASE(the_hosts_is_not_touched) {
    BOOST_TEST(output_of(listing().isolate(pid_and_mount)) == "1 2\n");
    BOOST_TEST(::access(("/proc/" + std::to_string(::getpid())).c_str(), F_OK) == 0);
}

BOOST_AUTO_TEST_CASE(a_root_directory_without_proc_gets_one) {
    const Rootfs rootfs;
    BOOST_TEST_REQUIRE(::rmdir((rootfs.path() + "/proc").c_str()) == 0);
    Spec spec({"/bin/probe", "link", "/proc/self"});
    spec.isolate(pid_and_mount | SPACES_NAMESPACE_USER).with<spaces_spec_set_root>(rootfs.path().c_str(), 0);
    BOOST_TEST(output_of(spec) == "2\n");
}

BOOST_AUTO_TEST_CASE(that_would_show_what_is_covered_outside_is_refused_with_the_way_out, *needs(root)) {
    // The kernel calls it "mount too revealing".
    in_mount_namespace([] {
        must(::mount("none", "/proc/sys", "tmpfs", MS_RDONLY, nullptr), "mount");
        as_user(nobody_special, [] {
            const uint32_t namespaces = pid_and_mount | SPACES_NAMESPACE_USER;
            const Failure failure = start_fails(listing().unshare(namespaces));
            BOOST_TEST(failure.error_number == EPERM, failure.text);
            BOOST_TEST(failure.message == "cannot mount \"proc\" on \"/proc\": Operation not permitted");
            BOOST_TEST(failure.hint.find("covered (/proc/sys)") != std::string::npos, failure.text);
            BOOST_TEST(failure.hint.find("--no-mount-proc") != std::string::npos, failure.text);
            // Both ways that it names.
            const std::string without =
                output_of(listing().unshare(namespaces).with<spaces_spec_set_mount_proc>(0));
            BOOST_TEST((" " + without).find(" " + std::to_string(::getpid()) + " ") != std::string::npos,
                       without);
            const Rootfs rootfs;
            Spec bound = listing().unshare(namespaces);
            bound.with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
                .with<spaces_spec_add_mount>("/proc", "/proc", "bind", "rbind");
            const std::string with = output_of(bound);
            BOOST_TEST((" " + with).find(" " + std::to_string(::getpid()) + " ") != std::string::npos, with);
        });
    });
}

BOOST_AUTO_TEST_CASE(of_a_user_namespace_without_a_pid_namespace_is_told_to_need_one) {
    Spec spec = listing();
    spec.unshare(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_USER)
        .with<spaces_spec_add_mount>("proc", "/proc", "proc", nullptr);
    const Failure failure = start_fails(spec);
    BOOST_TEST(failure.error_number == EPERM, failure.text);
    BOOST_TEST(failure.hint.find("needs a new pid namespace") != std::string::npos, failure.text);
}

BOOST_AUTO_TEST_SUITE_END()
