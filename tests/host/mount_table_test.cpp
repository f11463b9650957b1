// The lines of /proc/self/mountinfo.
#include "host/mount_table.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

using namespace spaces;

BOOST_AUTO_TEST_SUITE(mount_table_test)

BOOST_AUTO_TEST_CASE(a_line_is_one_mount) {
    const auto mounts = parse_mount_table(
        "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:7 - ext3 /dev/root rw,errors=continue\n"
        "40 30 0:28 / /sys/fs/cgroup/memory rw,nosuid - cgroup cgroup rw,memory\n");
    BOOST_TEST_REQUIRE(mounts.size() == 2U);
    BOOST_TEST(mounts[0].root == "/mnt1");
    BOOST_TEST(mounts[0].point == "/mnt2");
    BOOST_TEST(mounts[0].type == "ext3");
    BOOST_TEST(mounts[0].super_options == "rw,errors=continue");
    BOOST_TEST(mounts[1].point == "/sys/fs/cgroup/memory");
    BOOST_TEST(mounts[1].super_options == "rw,memory");
}

BOOST_AUTO_TEST_CASE(escapes_are_characters) {
    const auto mounts = parse_mount_table("1 2 0:3 /a\\134b /with\\040blank\\012 rw - tmpfs none rw\n"
                                          "1 2 0:3 / /end\\04 rw - tmpfs none rw\n"
                                          "1 2 0:3 / /end\\ rw - tmpfs none rw\n");
    BOOST_TEST_REQUIRE(mounts.size() == 3U);
    BOOST_TEST(mounts[0].root == "/a\\b");
    BOOST_TEST(mounts[0].point == "/with blank\n");
    BOOST_TEST(mounts[1].point == "/end\\04");
    BOOST_TEST(mounts[2].point == "/end\\");
}

BOOST_AUTO_TEST_CASE(what_is_no_line_of_it_is_left_out) {
    BOOST_TEST(parse_mount_table("").empty());
    BOOST_TEST(parse_mount_table("nonsense\n\n1 2 3\n").empty());
}

BOOST_AUTO_TEST_CASE(this_process_has_a_root_and_a_proc) {
    const auto mounts = mount_table();
    const auto is_at = [&](const std::string &point) {
        return std::any_of(mounts.begin(), mounts.end(),
                           [&](const MountEntry &mount) { return mount.point == point; });
    };
    BOOST_TEST(is_at("/"));
    BOOST_TEST(is_at("/proc"));
}

BOOST_AUTO_TEST_SUITE_END()
