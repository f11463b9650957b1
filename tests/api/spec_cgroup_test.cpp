// The setters of control groups.
#include "api/written.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace support;
using nlohmann::json;

BOOST_AUTO_TEST_SUITE(spec_cgroup_test)

BOOST_AUTO_TEST_CASE(keys_are_the_kernels) {
    Spec spec;
    spec.with<spaces_spec_set_cgroup>("memory.max", "64M").with<spaces_spec_set_cgroup>("memory.max", "32M");
    spec.with<spaces_spec_set_cgroup>("pids.max", "10");
    BOOST_TEST(member(spec, "/linux/resources/unified") ==
               json::parse(R"({"memory.max": "32M", "pids.max": "10"})"));
    const Failure failure = failure_of<spaces_spec_set_cgroup>(spec, "memory.limit_in_bytes/x", "1");
    BOOST_TEST(failure.code == SPACES_EINVALID);
    BOOST_TEST(failure.object == "linux.resources.unified");
    BOOST_TEST(failure_of<spaces_spec_set_cgroup>(spec, "memory.max", "").code == SPACES_EINVALID);
    BOOST_TEST(failure_of<spaces_spec_set_cgroup>(spec, nullptr, "1").object == "key");
    BOOST_TEST(failure_of<spaces_spec_set_cgroup>(spec, "memory.max", nullptr).object == "value");
}

BOOST_AUTO_TEST_CASE(a_path_or_a_name_that_is_chosen) {
    Spec spec;
    spec.with<spaces_spec_set_cgroup_path>("/machines/one");
    BOOST_TEST(member(spec, "/linux/cgroupsPath") == "/machines/one");
    spec.with<spaces_spec_set_cgroup_path>(static_cast<const char *>(nullptr));
    BOOST_TEST(member(spec, "/spaces/cgroup") == json::parse(R"({"own": true})"));
    BOOST_TEST(failure_of<spaces_spec_set_cgroup_path>(spec, "/machines/../one").object ==
               "linux.cgroupsPath");
    BOOST_TEST(failure_of<spaces_spec_set_cgroup_path>(spec, "/").code == SPACES_EINVALID);
}

BOOST_AUTO_TEST_CASE(device_rules_add_up) {
    Spec spec;
    spec.with<spaces_spec_add_device_rule>(0, "a").with<spaces_spec_add_device_rule>(1, "c 1:3 rw");
    BOOST_TEST(member(spec, "/linux/resources/devices") ==
               json::parse(R"([{"allow": false, "type": "a", "access": "rwm"},
                               {"allow": true, "type": "c", "major": 1, "minor": 3, "access": "rw"}])"));
    BOOST_TEST(failure_of<spaces_spec_add_device_rule>(spec, 1, "c 1 3").object == "linux.resources.devices");
}

BOOST_AUTO_TEST_CASE(joining_and_falling_back) {
    Spec spec({"true"});
    spec.with<spaces_spec_join_cgroup>(7).with<spaces_spec_set_cgroup_fallback>(1);
    BOOST_TEST(member(spec, "/spaces/cgroup") == json::parse(R"({"joinPid": 7, "fallback": true})"));
    BOOST_TEST(failure_of<spaces_spec_join_cgroup>(spec, 0).code == SPACES_EINVALID);
    spec.with<spaces_spec_set_cgroup_manager>("systemd");
    BOOST_TEST(member(spec, "/spaces/cgroup/manager") == "systemd");
    BOOST_TEST(failure_of<spaces_spec_set_cgroup_manager>(spec, "docker").object == "spaces.cgroup.manager");
    const Failure both = start_fails(spec.with<spaces_spec_set_cgroup>("pids.max", "1"));
    BOOST_TEST(both.object == "spaces.cgroup.joinPid");
}

BOOST_AUTO_TEST_SUITE_END()
