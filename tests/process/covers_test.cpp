// Masked and read-only paths: covered in the program's view, and as they were in everybody else's.
#include "support/capture.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

Spec shell_in(const Rootfs &rootfs, const std::string &script, uint32_t more = 0) {
    Spec spec({"/bin/sh", "-c", script});
    spec.isolate(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID | more)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0);
    return spec;
}

const std::vector<long> new_mount_api = {SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_mount_setattr};

} // namespace

BOOST_AUTO_TEST_SUITE(covers_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(a_masked_file_is_empty_and_a_masked_directory_too) {
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        rootfs.file("etc/secret", "secret\n");
        rootfs.file("home/secret", "secret\n");
        Spec spec = shell_in(rootfs, "cat /etc/secret; ls -A /home; probe make /home/x; [ -c /etc/secret ] "
                                     "&& echo null; echo x >/etc/secret; cat /etc/secret");
        spec.with<spaces_spec_add_masked_path>("/etc/secret").with<spaces_spec_add_masked_path>("/home");
        expect_unchanged(who, [&] { BOOST_TEST(output_of(spec) == "Read-only file system\nnull\n", who); });
        BOOST_TEST(read_file(rootfs.path() + "/etc/secret") == "secret\n");
        BOOST_TEST(::access((rootfs.path() + "/home/secret").c_str(), F_OK) == 0);
    });
}

BOOST_AUTO_TEST_CASE(what_is_in_proc_can_be_covered) {
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        Spec spec =
            shell_in(rootfs, "cat /proc/version /proc/uptime; ls -A /proc/tty; "
                             "(echo 1 >/proc/sys/vm/swappiness) 2>&1 | grep -o 'Read-only file system'");
        spec.with<spaces_spec_add_masked_path>("/proc/version")
            .with<spaces_spec_add_masked_path>("/proc/uptime")
            .with<spaces_spec_add_masked_path>("/proc/tty")
            .with<spaces_spec_add_readonly_path>("/proc/sys");
        BOOST_TEST(output_of(spec) == "Read-only file system\n", who);
    });
}

BOOST_AUTO_TEST_CASE(what_is_missing_is_fine_and_is_not_made) {
    as_everybody([](const std::string &) {
        const Rootfs rootfs;
        Spec spec = shell_in(rootfs, "ls /nowhere /etc/passwd/x 2>/dev/null; echo ran");
        spec.with<spaces_spec_add_masked_path>("/nowhere/at/all")
            .with<spaces_spec_add_masked_path>("/etc/passwd/x")
            .with<spaces_spec_add_readonly_path>("/nowhere");
        BOOST_TEST(output_of(spec) == "ran\n");
        BOOST_TEST(::access((rootfs.path() + "/nowhere").c_str(), F_OK) != 0);
    });
}

BOOST_AUTO_TEST_CASE(a_read_only_path_is_so_for_root_and_all_else_is_not) {
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        Spec spec = shell_in(rootfs, "probe make /etc/x; probe make /home/x; cat /etc/passwd | wc -l");
        spec.with<spaces_spec_add_readonly_path>("/etc");
        expect_unchanged(who, [&] { BOOST_TEST(output_of(spec) == "Read-only file system\nmade\n1\n"); });
    });
}

BOOST_AUTO_TEST_CASE(a_read_only_path_is_so_with_all_that_is_mounted_below) {
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        Spec spec = shell_in(rootfs, "probe make /mnt/x; probe make /mnt/below/x");
        spec.with<spaces_spec_add_mount>("tmpfs", "/mnt", "tmpfs", nullptr)
            .with<spaces_spec_add_mount>("tmpfs", "/mnt/below", "tmpfs", nullptr)
            .with<spaces_spec_add_readonly_path>("/mnt");
        BOOST_TEST(output_of(spec) == "Read-only file system\nRead-only file system\n", who);
    });
}

BOOST_AUTO_TEST_CASE(paths_without_a_root_directory_are_the_callers) {
    as_everybody([](const std::string &who) {
        const TempDir dir;
        const std::string file = dir.file("file", "seen\n");
        Spec spec({probe(), "cat", file});
        spec.isolate(SPACES_NAMESPACE_MOUNT).with<spaces_spec_add_masked_path>(file.c_str());
        expect_unchanged(who, [&] { BOOST_TEST(output_of(spec) == "", who); });
        BOOST_TEST(read_file(file) == "seen\n");
    });
}

BOOST_AUTO_TEST_CASE(a_link_in_the_root_leads_to_what_it_means_inside) {
    as_everybody([](const std::string &who) {
        const TempDir outside;
        outside.file("file", "of the host\n");
        const Rootfs rootfs;
        must(::symlink(outside.path().c_str(), (rootfs.path() + "/etc/trap").c_str()), "symlink");
        must(::symlink("/home", (rootfs.path() + "/etc/inside").c_str()), "symlink");
        rootfs.file("home/file", "x");
        Spec spec = shell_in(rootfs, "ls -A /home; grep -c trap /proc/self/mountinfo");
        spec.with<spaces_spec_add_masked_path>("/etc/inside").with<spaces_spec_add_masked_path>("/etc/trap");
        const Captured captured = capture(spec);
        BOOST_TEST(captured.out == "0\n", who);
        BOOST_TEST(read_file(outside.path() + "/file") == "of the host\n");
    });
}

BOOST_AUTO_TEST_CASE(a_mask_is_not_what_the_image_calls_dev_null) {
    // CVE-2025-31133: an image whose /dev/null is a link to what shall be bound instead.
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        rootfs.file("etc/secret", "secret\n");
        must(::symlink("/etc/passwd", (rootfs.path() + "/dev/null").c_str()), "symlink");
        Spec spec = shell_in(rootfs, "stat -c %t:%T /etc/secret; cat /etc/secret");
        spec.with<spaces_spec_add_masked_path>("/etc/secret");
        BOOST_TEST(output_of(spec) == "1:3\n", who);
    });
}

BOOST_DATA_TEST_CASE(are_the_same_without_the_new_mount_api, data::make({ENOSYS, EPERM}), answer) {
    const Rootfs rootfs;
    rootfs.file("etc/secret", "secret\n");
    with_seccomp(answer, new_mount_api, [&] {
        Spec spec = shell_in(rootfs, "cat /etc/secret; ls -A /home; probe make /root/x; probe make /home/x");
        rootfs.file("home/secret", "x");
        spec.with<spaces_spec_add_masked_path>("/etc/secret")
            .with<spaces_spec_add_masked_path>("/home")
            .with<spaces_spec_add_readonly_path>("/root");
        BOOST_TEST(output_of(spec) == "Read-only file system\nRead-only file system\n");
    });
}

BOOST_AUTO_TEST_CASE(leave_no_descriptor_to_a_function) {
    const Rootfs rootfs;
    Spec spec;
    spec.isolate(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .with<spaces_spec_add_masked_path>("/etc/passwd")
        .with<spaces_spec_add_masked_path>("/etc/group");
    const int highest = ::dup(0);
    must(::close(highest), "close");
    Process process = start_fork_of(spec, [highest] { return ::fcntl(highest + 8, F_GETFD) == -1 ? 0 : 1; });
    BOOST_TEST(process.wait().exit_code() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
