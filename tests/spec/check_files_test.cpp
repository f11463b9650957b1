// The checks of files, devices and covered paths.
#include "spec/check_files.hpp"

#include "support/thrown.hpp"

#include <boost/test/unit_test.hpp>
#include <spaces/base.h>

using namespace spaces;
using support::thrown_by;

namespace {

template <class Call> void expect_refused(const std::string &message, Call &&call) {
    const Error error = thrown_by(call);
    BOOST_TEST(error.code == SPACES_EINVALID);
    BOOST_TEST(error.message == message);
    BOOST_TEST(message.starts_with(error.object + ": "));
}

} // namespace

BOOST_AUTO_TEST_SUITE(check_files_test)

BOOST_AUTO_TEST_CASE(a_file_has_a_name_and_a_mode) {
    check_file({.path = "/etc/motd", .content = std::string("\0", 1), .mode = 07777}, "spaces.files[0]");
    check_file({.path = "relative"}, "spaces.files[0]");
    for (const char *path : {"/", "//", "/a/..", "/a/.", "."}) {
        expect_refused("spaces.files[0].path: \"" + std::string(path) + "\" does not end with a name",
                       [&] { check_file({.path = path}, "spaces.files[0]"); });
    }
    expect_refused("spaces.files[0].path: \"/a/\" ends with a slash",
                   [] { check_file({.path = "/a/"}, "spaces.files[0]"); });
    expect_refused("spaces.files[0].path: an empty path",
                   [] { check_file({.path = ""}, "spaces.files[0]"); });
    expect_refused("spaces.files[0].mode: 4096 has more bits than 07777",
                   [] { check_file({.path = "/a", .mode = 010000}, "spaces.files[0]"); });
}

BOOST_AUTO_TEST_CASE(a_link_says_something) {
    using Kind = FileSpec::Kind;
    check_file({.kind = Kind::symlink, .path = "/a", .content = "../b"}, "spaces.files[0]");
    expect_refused("spaces.files[0].target: an empty path",
                   [] { check_file({.kind = Kind::symlink, .path = "/a"}, "spaces.files[0]"); });
}

BOOST_AUTO_TEST_CASE(a_device_has_numbers_of_the_kernel) {
    check_device({.path = "/dev/x", .major = 4095, .minor = 1048575}, "linux.devices[1]");
    expect_refused("linux.devices[1].major: 4096 is above 4095",
                   [] { check_device({.path = "/dev/x", .major = 4096}, "linux.devices[1]"); });
    expect_refused("linux.devices[1].minor: 1048576 is above 1048575",
                   [] { check_device({.path = "/dev/x", .minor = 1048576}, "linux.devices[1]"); });
    expect_refused("linux.devices[1].uid: 4294967295 is no id",
                   [] { check_device({.path = "/dev/x", .uid = 4294967295U}, "linux.devices[1]"); });
    BOOST_TEST(device_type("u", "type") == 'c');
    BOOST_TEST(device_type("p", "type") == 'p');
    expect_refused("type: \"d\" is no type of device", [] { device_type("d", "type"); });
}

BOOST_AUTO_TEST_CASE(a_covered_path_is_absolute_and_not_the_root) {
    check_covered_path("/proc/kcore", "linux.maskedPaths[0]");
    expect_refused("linux.maskedPaths[0]: \"proc\" is not absolute",
                   [] { check_covered_path("proc", "linux.maskedPaths[0]"); });
    expect_refused("linux.maskedPaths[0]: is the root directory itself",
                   [] { check_covered_path("//", "linux.maskedPaths[0]"); });
}

BOOST_AUTO_TEST_CASE(a_mount_maps_users_and_groups) {
    MountSpec mount{.source = "/a", .destination = "/b", .type = "bind", .options = {}};
    mount.uid_mappings = {{0, 1000, 1}};
    expect_refused("mounts[0].gidMappings: an id-mapped mount needs the mappings of both users and groups",
                   [&] { check_mount_mappings(mount, "mounts[0]"); });
    mount.gid_mappings = {{0, 1000, 1}, {0, 2000, 1}};
    expect_refused("mounts[0].gidMappings[1]: overlaps mounts[0].gidMappings[0] inside the namespace",
                   [&] { check_mount_mappings(mount, "mounts[0]"); });
    mount.gid_mappings = {{0, 1000, 1}};
    check_mount_mappings(mount, "mounts[0]");
    mount.type = "tmpfs";
    expect_refused("mounts[0].uidMappings: only bind mounts can be id-mapped",
                   [&] { check_mount_mappings(mount, "mounts[0]"); });
}

BOOST_AUTO_TEST_SUITE_END()
