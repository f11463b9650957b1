// The setters of the file system.
#include "api/written.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace support;
using nlohmann::json;

BOOST_AUTO_TEST_SUITE(spec_mounts_test)

BOOST_AUTO_TEST_CASE(root_and_chroot_come_in_any_order) {
    Spec one;
    one.with<spaces_spec_set_root>("/srv", 1).with<spaces_spec_set_chroot>(1);
    Spec other;
    other.with<spaces_spec_set_chroot>(1).with<spaces_spec_set_root>("/srv", 1);
    BOOST_TEST(written(one) == written(other));
    BOOST_TEST(member(one, "/root") == json::parse(R"({"path": "/srv", "readonly": true})"));
    BOOST_TEST(member(one, "/spaces/chroot") == true);
    one.with<spaces_spec_set_root>("/other", 0);
    BOOST_TEST(member(one, "/root") == json::parse(R"({"path": "/other"})"));
    BOOST_TEST(member(one, "/spaces/chroot") == true);
}

BOOST_AUTO_TEST_CASE(mounts_come_in_order_and_options_by_commas) {
    Spec spec;
    spec.with<spaces_spec_add_mount>("/srv", "/data", "bind", "ro,,nosuid,");
    spec.with<spaces_spec_add_mount>(nullptr, "/tmp", "tmpfs", nullptr);
    spec.with<spaces_spec_add_mount>("/srv", "/more", nullptr, "rbind");
    BOOST_TEST(
        member(spec, "/mounts") ==
        json::parse(
            R"([{"destination": "/data", "type": "bind", "source": "/srv", "options": ["ro", "nosuid"]},
                               {"destination": "/tmp", "type": "tmpfs"},
                               {"destination": "/more", "source": "/srv", "options": ["rbind"]}])"));
    const Failure failure = failure_of<spaces_spec_add_mount>(spec, nullptr, "/x", "bind", nullptr);
    BOOST_TEST(failure.message == "mounts[3].source: an empty path");
    BOOST_TEST(member(spec, "/mounts").size() == 3U);
}

BOOST_AUTO_TEST_CASE(the_rest_of_the_file_system) {
    Spec spec;
    spec.with<spaces_spec_set_propagation>("slave").with<spaces_spec_set_default_mounts>(1);
    spec.with<spaces_spec_set_mount_proc>(0);
    BOOST_TEST(member(spec, "/linux/rootfsPropagation") == "slave");
    BOOST_TEST(member(spec, "/spaces") == json::parse(R"({"defaultMounts": true, "mountProc": false})"));
    BOOST_TEST(failure_of<spaces_spec_set_propagation>(spec, "peer").object == "linux.rootfsPropagation");
    BOOST_TEST(failure_of<spaces_spec_set_root>(spec, "", 0).message == "root.path: an empty path");
}

BOOST_AUTO_TEST_CASE(a_comma_can_be_part_of_an_option) {
    Spec spec;
    spec.with<spaces_spec_add_mount>(nullptr, "/m", "overlay", "lowerdir=/a\\,b:/c,\"x=1,2\",index=on");
    BOOST_TEST(member(spec, "/mounts/0/options") ==
               json::parse(R"(["lowerdir=/a,b:/c", "x=1,2", "index=on"])"));
}

BOOST_AUTO_TEST_CASE(files_directories_and_links) {
    Spec spec;
    spec.with<spaces_spec_add_file>("/etc/motd", "hello", size_t{5}, 0644U)
        .with<spaces_spec_add_file>("/bin/x", "\0\1", size_t{2}, 0755U)
        .with<spaces_spec_add_file>("/empty", nullptr, size_t{0}, 0444U)
        .with<spaces_spec_add_directory>("/run", 0700U)
        .with<spaces_spec_add_symlink>("/run/l", "../etc/motd");
    BOOST_TEST(member(spec, "/spaces/files") == json::parse(R"([
        {"type": "file", "path": "/etc/motd", "mode": 420, "content": "hello"},
        {"type": "file", "path": "/bin/x", "mode": 493, "base64": "AAE="},
        {"type": "file", "path": "/empty", "mode": 292},
        {"type": "directory", "path": "/run", "mode": 448},
        {"type": "symlink", "path": "/run/l", "target": "../etc/motd"}])"));
    BOOST_TEST(failure_of<spaces_spec_add_file>(spec, "/x", nullptr, size_t{1}, 0644U).message ==
               "data: is NULL");
    BOOST_TEST(failure_of<spaces_spec_add_symlink>(spec, "/x", "").message ==
               "spaces.files[5].target: an empty path");
    BOOST_TEST(member(spec, "/spaces/files").size() == 5U);
}

BOOST_AUTO_TEST_CASE(devices_by_numbers_and_by_the_callers_node) {
    Spec spec;
    spec.with<spaces_spec_add_device>("/dev/x", "b", 7U, 1U, 0600U, 0U, 6U)
        .with<spaces_spec_add_host_device>("/dev/null", "/dev/zilch");
    BOOST_TEST(member(spec, "/linux/devices/0") ==
               json::parse(R"({"path": "/dev/x", "type": "b", "major": 7, "minor": 1, "fileMode": 384,
                               "uid": 0, "gid": 6})"));
    BOOST_TEST(member(spec, "/linux/devices/1/path") == "/dev/zilch");
    BOOST_TEST(member(spec, "/linux/devices/1/major") == 1);
    BOOST_TEST(member(spec, "/linux/devices/1/minor") == 3);
    BOOST_TEST(failure_of<spaces_spec_add_host_device>(spec, "/etc", nullptr).message ==
               "linux.devices[2]: \"/etc\" is no device of the caller's file system");
    BOOST_TEST(failure_of<spaces_spec_add_device>(spec, "/dev/x", "x", 0U, 0U, 0U, 0U, 0U).object ==
               "linux.devices[2].type");
}

BOOST_AUTO_TEST_CASE(covered_paths) {
    Spec spec;
    spec.with<spaces_spec_set_default_devices>(1);
    BOOST_TEST(member(spec, "/spaces/defaultDevices") == true);
    spec.with<spaces_spec_add_masked_path>("/proc/kcore").with<spaces_spec_add_readonly_path>("/proc/sys");
    BOOST_TEST(member(spec, "/linux") ==
               json::parse(R"({"maskedPaths": ["/proc/kcore"], "readonlyPaths": ["/proc/sys"]})"));
    BOOST_TEST(failure_of<spaces_spec_add_masked_path>(spec, "x").message ==
               "linux.maskedPaths[1]: \"x\" is not absolute");
}

BOOST_AUTO_TEST_SUITE_END()
