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

BOOST_AUTO_TEST_SUITE_END()
