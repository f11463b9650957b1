// Device rules as the program meets them.
#include "cgroup/groups.hpp"
#include "support/capture.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/stat.h>
#include <sys/sysmacros.h>

using namespace support;

namespace {

std::string reads(const Spec &rules, const std::string &device) {
    return output_of(Spec(rules).args(
        {"/bin/sh", "-c",
         "dd if=" + device + " of=/proc/self/fd/2 bs=1 count=1 2>/dev/null && echo yes || echo no"}));
}

std::string writes(const Spec &rules, const std::string &device) {
    return output_of(
        Spec(rules).args({"/bin/sh", "-c", "(echo x >" + device + ") 2>/dev/null && echo yes || echo no"}));
}

} // namespace

BOOST_AUTO_TEST_SUITE(devices_test, *needs(groups::devices))

BOOST_AUTO_TEST_CASE(what_is_denied_cannot_be_opened) {
    Spec spec;
    spec.with<spaces_spec_add_device_rule>(0, "c 1:5 r");
    BOOST_TEST(reads(spec, "/dev/zero") == "no\n");
    BOOST_TEST(writes(spec, "/dev/zero") == "yes\n");
    BOOST_TEST(reads(spec, "/dev/urandom") == "yes\n");
}

BOOST_AUTO_TEST_CASE(only_what_is_allowed_can_be_opened) {
    Spec spec;
    spec.with<spaces_spec_add_device_rule>(0, "a")
        .with<spaces_spec_add_device_rule>(1, "c 1:3 rwm")
        .with<spaces_spec_add_device_rule>(1, "c 1:5 r");
    BOOST_TEST(reads(spec, "/dev/zero") == "yes\n");
    BOOST_TEST(writes(spec, "/dev/zero") == "no\n");
    BOOST_TEST(writes(spec, "/dev/null") == "yes\n");
    BOOST_TEST(reads(spec, "/dev/urandom") == "no\n");
}

// By a BPF program as told; version 1 says that it cannot.
BOOST_AUTO_TEST_CASE(a_later_rule_takes_back_a_part_of_an_earlier_one) {
    Spec spec({"/bin/true"});
    spec.with<spaces_spec_add_device_rule>(0, "a")
        .with<spaces_spec_add_device_rule>(1, "c 1:* rwm")
        .with<spaces_spec_add_device_rule>(0, "c 1:5 r");
    if (groups::has_devices_of_version_1()) {
        const Failure failure = start_fails(spec);
        BOOST_TEST(failure.code == SPACES_EUNSUPPORTED);
        BOOST_TEST(failure.object == "linux.resources.devices");
        return;
    }
    BOOST_TEST(reads(spec, "/dev/zero") == "no\n");
    BOOST_TEST(reads(spec, "/dev/urandom") == "yes\n");
    BOOST_TEST(writes(spec, "/dev/null") == "yes\n");
}

BOOST_AUTO_TEST_CASE(rules_of_a_config_json) {
    Spec spec;
    spec.json(R"({"linux": {"resources": {"devices": [
        {"allow": false, "access": "rwm"},
        {"allow": true, "type": "c", "major": 1, "minor": 3, "access": "rw"}]}}})");
    BOOST_TEST(writes(spec, "/dev/null") == "yes\n");
    BOOST_TEST(writes(spec, "/dev/zero") == "no\n");
}

BOOST_AUTO_TEST_CASE(nodes_of_what_is_denied_cannot_be_made) {
    const TempDir directory;
    Spec spec;
    spec.with<spaces_spec_add_device_rule>(0, "c 1:5 m");
    const std::string made = output_of(spec.args(
        {"/bin/sh", "-c",
         "cd " + directory.path() +
             "; for minor in 5 3; do mknod $minor c 1 $minor 2>/dev/null && echo yes || echo no; done"}));
    BOOST_TEST(made == "no\nyes\n");
}

BOOST_AUTO_TEST_SUITE_END()
