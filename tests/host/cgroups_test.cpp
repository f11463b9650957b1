// Layouts of control groups, as different hosts have them.
#include "host/cgroups.hpp"

#include <boost/test/unit_test.hpp>

using namespace spaces;

namespace {

CgroupLayout layout_of(const char *mountinfo, const char *self_cgroup) {
    return parse_cgroup_layout(parse_mount_table(mountinfo), self_cgroup);
}

} // namespace

BOOST_AUTO_TEST_SUITE(cgroups_test)

BOOST_AUTO_TEST_CASE(unified) {
    const auto layout = layout_of("29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n",
                                  "0::/user.slice/user-1000.slice/session-2.scope\n");
    BOOST_TEST(layout.v1.empty());
    BOOST_TEST((layout.v2 == "/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope"));
}

BOOST_AUTO_TEST_CASE(unified_in_a_cgroup_namespace) {
    const auto layout = layout_of("29 23 0:26 / /sys/fs/cgroup ro - cgroup2 cgroup rw\n", "0::/\n");
    BOOST_TEST((layout.v2 == "/sys/fs/cgroup"));
}

BOOST_AUTO_TEST_CASE(legacy_with_controllers_that_share_a_hierarchy) {
    const auto layout =
        layout_of("30 29 0:27 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
                  "31 29 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                  "32 29 0:29 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n",
                  "11:memory:/box\n4:cpu,cpuacct:/\n1:name=systemd:/init.scope\n");
    BOOST_TEST(!layout.v2.has_value());
    BOOST_TEST(layout.v1.at("memory") == "/sys/fs/cgroup/memory/box");
    BOOST_TEST(layout.v1.at("cpu") == "/sys/fs/cgroup/cpu,cpuacct");
    BOOST_TEST(layout.v1.at("cpuacct") == "/sys/fs/cgroup/cpu,cpuacct");
    BOOST_TEST(layout.v1.at("name=systemd") == "/sys/fs/cgroup/systemd/init.scope");
}

BOOST_AUTO_TEST_CASE(hybrid) {
    const auto layout = layout_of("31 29 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                                  "33 29 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
                                  "11:memory:/a:b\n0::/a\n");
    BOOST_TEST(layout.v1.at("memory") == "/sys/fs/cgroup/memory/a:b");
    BOOST_TEST((layout.v2 == "/sys/fs/cgroup/unified/a"));
}

// A container engine without cgroup namespaces shows a container only its own part, and the whole path.
BOOST_AUTO_TEST_CASE(a_mount_of_a_part_of_the_hierarchy) {
    const auto layout =
        layout_of("31 29 0:28 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
                  "11:memory:/docker/abc/inner\n");
    BOOST_TEST(layout.v1.at("memory") == "/sys/fs/cgroup/memory/inner");
}

BOOST_AUTO_TEST_CASE(none) {
    const auto layout = layout_of("21 1 0:20 / / rw - ext4 /dev/sda rw\n", "");
    BOOST_TEST(layout.v1.empty());
    BOOST_TEST(!layout.v2.has_value());
}

BOOST_AUTO_TEST_SUITE_END()
