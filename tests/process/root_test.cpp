// The root directory of the program, by pivot_root(2) and by chroot(2).
#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <sstream>
#include <sys/mount.h>
#include <unistd.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

Spec in_root(const std::string &path, const std::vector<std::string> &args, bool readonly = false) {
    Spec spec(args);
    spec.isolate(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID | SPACES_NAMESPACE_USER)
        .with<spaces_spec_set_root>(path.c_str(), readonly ? 1 : 0);
    return spec;
}

} // namespace

BOOST_AUTO_TEST_SUITE(root_test, *needs(user_namespaces))

BOOST_DATA_TEST_CASE(is_the_new_directory, data::make({0, 1}), chroot) {
    const Rootfs rootfs;
    rootfs.file("etc/only-inside", "yes\n");
    Spec spec = in_root(rootfs.path(), {"/bin/sh", "-c", "cat /etc/only-inside && ls / && ls /.."});
    spec.with<spaces_spec_set_chroot>(chroot);
    const std::string listing = "bin\ndev\netc\nhome\nmnt\nproc\nroot\nsys\ntmp\nusr\n";
    BOOST_TEST(output_of(spec) == "yes\n" + listing + listing);
}

BOOST_AUTO_TEST_CASE(leaves_nothing_of_the_hosts_mounts_behind) {
    const Rootfs rootfs;
    const std::string table = output_of(in_root(rootfs.path(), {"/bin/cat", "/proc/self/mountinfo"}));
    std::istringstream lines(table);
    std::string mounts;
    for (std::string id, parent, device, root, point, line;
         lines >> id >> parent >> device >> root >> point;) {
        std::getline(lines, line);
        mounts += point + " ";
    }
    BOOST_TEST(mounts == "/ /proc ", table);
}

BOOST_AUTO_TEST_CASE(cannot_be_left_by_a_privileged_program) {
    // The classic way out of a chroot: keep a descriptor, chroot deeper, walk up. Not out of a pivoted root.
    const Rootfs rootfs;
    Spec spec = in_root(rootfs.path(), {"/bin/busybox", "chroot", "/tmp/../..", "/bin/ls", "/"});
    BOOST_TEST(output_of(spec).starts_with("bin\ndev\netc\n"));
}

BOOST_AUTO_TEST_CASE(by_chroot_needs_no_namespace, *needs(root)) {
    const Rootfs rootfs;
    Spec spec({"/bin/probe", "cwd"});
    spec.with<spaces_spec_set_root>(rootfs.path().c_str(), 0).with<spaces_spec_set_chroot>(1);
    BOOST_TEST(output_of(spec) == "/\n");
}

BOOST_AUTO_TEST_CASE(by_pivot_root_needs_a_mount_namespace) {
    const Rootfs rootfs;
    Spec spec({"/bin/probe", "cwd"});
    spec.with<spaces_spec_set_root>(rootfs.path().c_str(), 0);
    const Failure failure = start_fails(spec);
    BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
}

BOOST_AUTO_TEST_CASE(may_be_read_only) {
    const Rootfs rootfs;
    BOOST_TEST(output_of(in_root(rootfs.path(), {"/bin/probe", "make", "/tmp/file"}, true)) ==
               "Read-only file system\n");
    BOOST_TEST(output_of(in_root(rootfs.path(), {"/bin/probe", "make", "/tmp/file"})) == "made\n");
}

BOOST_AUTO_TEST_CASE(read_only_leaves_mounts_in_it_writable) {
    const Rootfs rootfs;
    Spec spec = in_root(rootfs.path(), {"/bin/probe", "make", "/tmp/file"}, true);
    spec.with<spaces_spec_add_mount>("tmpfs", "/tmp", "tmpfs", nullptr);
    BOOST_TEST(output_of(spec) == "made\n");
}

BOOST_AUTO_TEST_CASE(read_only_is_only_the_programs_view) {
    const Rootfs rootfs;
    Spec spec = in_root(rootfs.path(), {"/bin/true"}, true);
    BOOST_TEST(start(spec).wait().exit_code() == 0);
    rootfs.file("tmp/written-by-the-host", "x");
}

BOOST_AUTO_TEST_CASE(may_be_a_relative_path_or_a_link) {
    const Rootfs rootfs;
    const TempDir dir;
    must(::symlink(rootfs.path().c_str(), (dir.path() + "/link").c_str()), "symlink");
    in_child([&] {
        must(::chdir(dir.path().c_str()), "chdir");
        BOOST_TEST(output_of(in_root("link", {"/bin/probe", "cwd"})) == "/\n");
    });
}

BOOST_AUTO_TEST_CASE(may_be_the_hosts_own_root) {
    const TempDir dir;
    dir.file("seen", "yes\n");
    Spec spec = in_root("/", {probe(), "cat", dir.path() + "/seen"});
    BOOST_TEST(output_of(spec) == "yes\n");
}

BOOST_AUTO_TEST_CASE(works_below_a_shared_mount, *needs(root)) {
    // pivot_root(2) refuses a new root whose parent mount is shared, and systemd shares everything.
    const Rootfs rootfs;
    in_mount_namespace([&] {
        must(::mount(nullptr, "/", nullptr, MS_REC | MS_SHARED, nullptr), "mount");
        BOOST_TEST(output_of(in_root(rootfs.path(), {"/bin/probe", "cwd"})) == "/\n");
    });
}

BOOST_AUTO_TEST_SUITE_END()
