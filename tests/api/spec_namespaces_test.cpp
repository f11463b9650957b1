// The setters of namespaces and of what belongs to them.
#include "api/written.hpp"
#include "support/fd.hpp"

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <string>

using namespace support;
using nlohmann::json;

namespace {

json types_of(const Spec &spec) {
    json types = json::array();
    for (const json &entry : member(spec, "/linux/namespaces")) {
        types.push_back(entry.at("type"));
    }
    return types;
}

} // namespace

BOOST_AUTO_TEST_SUITE(spec_namespaces_test)

BOOST_AUTO_TEST_CASE(bits_are_those_of_clone) {
    BOOST_TEST(SPACES_NAMESPACE_ALL == (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
                                        CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | SPACES_NAMESPACE_TIME));
}

BOOST_AUTO_TEST_CASE(new_namespaces_add_up_and_can_be_withdrawn) {
    Spec spec;
    spec.unshare(SPACES_NAMESPACE_PID).unshare(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_UTS);
    BOOST_TEST(types_of(spec) == json({"uts", "pid", "mount"}));
    spec.with<spaces_spec_share>(SPACES_NAMESPACE_UTS);
    BOOST_TEST(types_of(spec) == json({"pid", "mount"}));
    BOOST_TEST(member(spec, "/spaces/share") == json({"uts"}));
    spec.unshare(SPACES_NAMESPACE_ALL);
    BOOST_TEST(types_of(spec).size() == 8U);
    BOOST_TEST(member(spec, "/spaces").is_null());
}

BOOST_AUTO_TEST_CASE(namespaces_are_joined_by_pid_and_by_path) {
    Spec spec;
    spec.with<spaces_spec_join_pid>(7, SPACES_NAMESPACE_NETWORK | SPACES_NAMESPACE_IPC);
    spec.with<spaces_spec_join_path>(SPACES_NAMESPACE_UTS, "/run/utsns/x");
    spec.with<spaces_spec_join_pid>(8, 0U);
    BOOST_TEST(member(spec, "/linux/namespaces") ==
               json::parse(R"([{"type": "uts", "path": "/run/utsns/x"}])"));
    BOOST_TEST(member(spec, "/spaces/joinPid") ==
               json::parse(R"([{"pid": 7, "namespaces": ["ipc", "network"]}, {"pid": 8}])"));
    spec.unshare(SPACES_NAMESPACE_NETWORK);
    BOOST_TEST(member(spec, "/spaces/joinPid/0/namespaces") == json({"ipc"}));
}

BOOST_AUTO_TEST_CASE(bad_namespaces_are_refused) {
    const Spec spec;
    BOOST_TEST(failure_of<spaces_spec_unshare>(spec, 0U).message ==
               "linux.namespaces: no namespace is named");
    BOOST_TEST(failure_of<spaces_spec_unshare>(spec, 1U).message ==
               "linux.namespaces: 1 is no bit of a namespace");
    BOOST_TEST(failure_of<spaces_spec_share>(spec, 0U).object == "linux.namespaces");
    BOOST_TEST(failure_of<spaces_spec_join_pid>(spec, 0, 0U).message == "spaces.joinPid: 0 is no process");
    BOOST_TEST(failure_of<spaces_spec_join_pid>(spec, 1, 0x100U).object == "linux.namespaces");
    const uint32_t two = SPACES_NAMESPACE_UTS | SPACES_NAMESPACE_IPC;
    BOOST_TEST(failure_of<spaces_spec_join_path>(spec, two, "/x").message ==
               "linux.namespaces: 201326592 is more than one namespace");
    BOOST_TEST(failure_of<spaces_spec_join_path>(spec, SPACES_NAMESPACE_UTS, "").message ==
               "linux.namespaces: an empty path");
    BOOST_TEST(written(spec) == written(Spec()));
}

BOOST_AUTO_TEST_CASE(a_joined_descriptor_is_of_the_namespaces_type) {
    Spec spec;
    const Fd uts = open_file("/proc/self/ns/uts", O_RDONLY);
    const Fd directory = open_file("/", O_RDONLY);
    spec.with<spaces_spec_join_fd>(SPACES_NAMESPACE_UTS, uts.get());
    BOOST_TEST(failure_of<spaces_spec_to_json>(spec, static_cast<char **>(nullptr)).object == "ret_json");
    const Failure other = failure_of<spaces_spec_join_fd>(spec, SPACES_NAMESPACE_IPC, uts.get());
    BOOST_TEST(other.status == SPACES_EINVALID);
    BOOST_TEST(other.message == "linux.namespaces: descriptor " + std::to_string(uts.get()) +
                                    " is a namespace of the type uts, not ipc");
    const Failure none = failure_of<spaces_spec_join_fd>(spec, SPACES_NAMESPACE_MOUNT, directory.get());
    BOOST_TEST(none.message ==
               "linux.namespaces: descriptor " + std::to_string(directory.get()) + " is no namespace");
    BOOST_TEST(none.hint == "open a file such as /proc/PID/ns/mnt");
}

BOOST_AUTO_TEST_CASE(id_maps_are_read_from_text) {
    Spec spec;
    spec.with<spaces_spec_set_uid_map>("0 1000 1, 1 100000 65536").with<spaces_spec_set_gid_map>("auto");
    spec.with<spaces_spec_set_setgroups>(0);
    BOOST_TEST(member(spec, "/linux/uidMappings") ==
               json::parse(R"([{"containerID": 0, "hostID": 1000, "size": 1},
                               {"containerID": 1, "hostID": 100000, "size": 65536}])"));
    BOOST_TEST(member(spec, "/spaces") == json::parse(R"({"gidMap": "auto", "setgroups": false})"));
    const Failure failure = failure_of<spaces_spec_set_gid_map>(spec, "0 5 2, 1 9 1");
    BOOST_TEST(failure.object == "linux.gidMappings[1]");
    BOOST_TEST(failure.message == "linux.gidMappings[1]: overlaps linux.gidMappings[0] inside the namespace");
    BOOST_TEST(member(spec, "/spaces/gidMap") == "auto");
}

BOOST_AUTO_TEST_CASE(clocks_and_names) {
    Spec spec;
    spec.with<spaces_spec_set_time_offset>("boottime", int64_t{-5}, 6U);
    spec.with<spaces_spec_set_hostname>("box").with<spaces_spec_set_domainname>("example");
    BOOST_TEST(member(spec, "/linux/timeOffsets") ==
               json::parse(R"({"boottime": {"secs": -5, "nanosecs": 6}})"));
    BOOST_TEST(member(spec, "/hostname") == "box");
    BOOST_TEST(member(spec, "/domainname") == "example");
    BOOST_TEST(failure_of<spaces_spec_set_time_offset>(spec, "realtime", int64_t{1}, 0U).object ==
               "linux.timeOffsets");
    BOOST_TEST(failure_of<spaces_spec_set_hostname>(spec, std::string(65, 'h').c_str()).object == "hostname");
}

BOOST_AUTO_TEST_SUITE_END()
