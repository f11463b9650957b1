// A config.json's mounts, devices, files and covered paths.
#include "spec/json.hpp"

#include "support/thrown.hpp"

#include <boost/test/unit_test.hpp>
#include <spaces/base.h>

using namespace spaces;
using support::thrown_by;

namespace {

Spec loaded(std::string_view text) {
    Spec spec;
    load_json(spec, text);
    return spec;
}

void expect_refused(const char *text, const std::string &message) {
    const Error error = thrown_by([&] { loaded(text); });
    BOOST_TEST(error.code == SPACES_EINVALID, text);
    BOOST_TEST(error.message == message);
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_read_mounts_test)

BOOST_AUTO_TEST_CASE(an_id_mapped_mount) {
    const Spec spec = loaded(R"({"mounts": [{"destination": "/d", "type": "bind", "source": "/s",
        "options": ["ridmap"],
        "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 2}],
        "gidMappings": [{"containerID": 1, "hostID": 5, "size": 1}]}]})");
    BOOST_TEST((spec.mounts[0].uid_mappings == std::vector<IdMapping>{{0, 1000, 2}}));
    BOOST_TEST((spec.mounts[0].gid_mappings == std::vector<IdMapping>{{1, 5, 1}}));
    expect_refused(R"({"mounts": [{"destination": "/d", "type": "tmpfs",
                       "uidMappings": [{"size": 1}], "gidMappings": [{"size": 1}]}]})",
                   "mounts[0].uidMappings: only bind mounts can be id-mapped");
}

BOOST_AUTO_TEST_CASE(devices) {
    const Spec spec = loaded(R"({"linux": {"devices": [
        {"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 8630, "uid": 1, "gid": 2},
        {"path": "/dev/loop0", "type": "b", "major": 7, "minor": 0},
        {"path": "/dev/u", "type": "u", "major": 1, "minor": 3},
        {"path": "/run/fifo", "type": "p"}]}})");
    BOOST_TEST((spec.devices[0] == DeviceSpec{"/dev/fuse", 'c', 10, 229, 0666, 1, 2}));
    BOOST_TEST((spec.devices[1] == DeviceSpec{"/dev/loop0", 'b', 7, 0, {}, {}, {}}));
    BOOST_TEST(spec.devices[2].type == 'c');
    BOOST_TEST((spec.devices[3] == DeviceSpec{"/run/fifo", 'p', 0, 0, {}, {}, {}}));
    expect_refused(R"({"linux": {"devices": [{"path": "/dev/x", "type": "c", "major": 1}]}})",
                   "linux.devices[0]: lacks the member \"minor\"");
    expect_refused(R"({"linux": {"devices": [{"type": "c", "major": 1, "minor": 2}]}})",
                   "linux.devices[0]: lacks the member \"path\"");
    expect_refused(R"({"linux": {"devices": [{"path": "/dev/x", "type": "z"}]}})",
                   "linux.devices[0].type: \"z\" is no type of device");
}

BOOST_AUTO_TEST_CASE(files) {
    using Kind = FileSpec::Kind;
    const Spec spec = loaded(R"({"spaces": {"files": [
        {"path": "/a", "content": "text\n"},
        {"type": "file", "path": "/b", "base64": "AAE=", "mode": 384},
        {"type": "directory", "path": "/c"},
        {"type": "symlink", "path": "/d", "target": "../e"}]}})");
    BOOST_TEST((spec.files[0] == FileSpec{Kind::file, "/a", "text\n", 0644}));
    BOOST_TEST((spec.files[1] == FileSpec{Kind::file, "/b", std::string("\0\x01", 2), 0600}));
    BOOST_TEST((spec.files[2] == FileSpec{Kind::directory, "/c", "", 0755}));
    BOOST_TEST((spec.files[3] == FileSpec{Kind::symlink, "/d", "../e", 0644}));
    expect_refused(R"({"spaces": {"files": [{"path": "/a", "base64": "A"}]}})",
                   "spaces.files[0].base64: is no base64");
    expect_refused(R"({"spaces": {"files": [{"path": "/a", "content": "x", "base64": "AAE="}]}})",
                   "spaces.files[0]: has its content twice, as \"content\" and as \"base64\"");
    expect_refused(R"({"spaces": {"files": [{"type": "directory", "path": "/a", "content": "x"}]}})",
                   "spaces.files[0]: has the member \"content\", which is for files");
    expect_refused(R"({"spaces": {"files": [{"type": "symlink", "path": "/a"}]}})",
                   "spaces.files[0].target: an empty path");
    expect_refused(R"({"spaces": {"files": [{"type": "socket", "path": "/a"}]}})",
                   "spaces.files[0].type: \"socket\" is no type of file");
}

BOOST_AUTO_TEST_CASE(covered_paths) {
    Spec spec = loaded(R"({"linux": {"maskedPaths": ["/proc/kcore", "/sys/firmware"],
                                     "readonlyPaths": ["/proc/sys"]}})");
    BOOST_TEST((spec.masked_paths == std::vector<std::string>{"/proc/kcore", "/sys/firmware"}));
    BOOST_TEST((spec.readonly_paths == std::vector<std::string>{"/proc/sys"}));
    load_json(spec, R"({"linux": {"maskedPaths": []}})");
    BOOST_TEST(spec.masked_paths.empty());
    BOOST_TEST(spec.readonly_paths.size() == 1U);
    expect_refused(R"({"linux": {"readonlyPaths": ["/a", "b"]}})",
                   "linux.readonlyPaths[1]: \"b\" is not absolute");
}

BOOST_AUTO_TEST_SUITE_END()
