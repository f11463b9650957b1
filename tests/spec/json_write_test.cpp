// The Spec as text, and back.
#include "spec/json.hpp"

#include "spec/specs.hpp"
#include "support/thrown.hpp"

#include <nlohmann/json.hpp>
#include <random>
#include <spaces/spec.h>

using namespace spaces;
using namespace std::string_view_literals;
using support::spec_of_chance;
using support::thrown_by;

namespace {

SharedFd some_descriptor() {
    return std::make_shared<const Fd>();
}

void expect_refused(const Spec &spec, std::string_view object, std::string_view message) {
    const Error error = thrown_by([&] { to_json(spec); });
    BOOST_TEST(error.code == SPACES_EINVALID);
    BOOST_TEST(error.object == object);
    BOOST_TEST(error.message == message);
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_write_test)

BOOST_AUTO_TEST_CASE(a_new_spec_is_only_a_version) {
    BOOST_TEST(to_json(Spec()) == "{\n  \"ociVersion\": \"1.2.0\"\n}");
}

BOOST_AUTO_TEST_CASE(members_are_those_of_oci) {
    Spec spec;
    spec.process.args = {"sh"};
    spec.process.uid = 7;
    spec.process.env_inherit = false;
    spec.process.console_size = TerminalSize{.rows = 25, .columns = 80};
    spec.namespaces[SPACES_NAMESPACE_MOUNT] = {};
    spec.namespaces[SPACES_NAMESPACE_NETWORK] = {.kind = NamespaceSpec::Kind::join_path,
                                                 .path = "/run/netns/x"};
    spec.uid_map = {.kind = IdMapSpec::Kind::ranges, .ranges = {{0, 1000, 1}}};
    spec.process.stdio[SPACES_STDERR].kind = StdioSpec::Kind::merge_stdout;
    const auto expected = nlohmann::json::parse(R"({
        "ociVersion": "1.2.0",
        "process": {"consoleSize": {"height": 25, "width": 80}, "user": {"uid": 7}, "args": ["sh"], "env": []},
        "linux": {
            "namespaces": [{"type": "network", "path": "/run/netns/x"}, {"type": "mount"}],
            "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 1}]
        },
        "spaces": {"stdio": {"stderr": {"type": "stdout"}}}
    })");
    BOOST_TEST((nlohmann::json::parse(to_json(spec)) == expected));
}

BOOST_AUTO_TEST_CASE(what_is_written_reads_as_the_same_spec) {
    for (uint32_t seed = 0; seed < 3000; ++seed) {
        const Spec spec = spec_of_chance(seed);
        Spec read;
        const std::string text = to_json(spec);
        load_json(read, text);
        BOOST_TEST_CONTEXT("seed " << seed << ": " << text) {
            BOOST_TEST_REQUIRE((read == spec));
        }
    }
}

BOOST_AUTO_TEST_CASE(descriptors_are_refused_by_their_member) {
    Spec spec;
    spec.process.fds[5] = some_descriptor();
    expect_refused(spec, "spaces.fds", "spaces.fds: descriptor 5 is to be passed on, which has no text form");
    spec = Spec();
    spec.process.stdio[SPACES_STDOUT] = {.kind = StdioSpec::Kind::fd, .fd = some_descriptor()};
    expect_refused(spec, "spaces.stdio.stdout",
                   "spaces.stdio.stdout: is a descriptor, which has no text form");
    spec = Spec();
    spec.namespaces[SPACES_NAMESPACE_IPC] = {.kind = NamespaceSpec::Kind::join_fd, .fd = some_descriptor()};
    expect_refused(spec, "linux.namespaces",
                   "linux.namespaces: the ipc namespace is a descriptor, which has no text form");
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_refused_by_their_member) {
    constexpr const char *reason = ": is not UTF-8, which JSON cannot carry";
    // A lone byte, an overlong slash, a surrogate, and one beyond Unicode.
    for (const char *const bytes : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "caf\xe9"}) {
        Spec spec;
        spec.process.args = {"echo", bytes};
        expect_refused(spec, "process.args[1]", std::string("process.args[1]") + reason);
    }
    Spec spec;
    spec.root = RootSpec{.path = "/srv/\xe9", .readonly = false, .chroot = false};
    expect_refused(spec, "root.path", std::string("root.path") + reason);
    spec = Spec();
    spec.annotations["\xe9"] = "x";
    expect_refused(spec, "annotations", "annotations: has a key that is not UTF-8, which JSON cannot carry");
}

// What comes out of this is a Spec or an Error; any other exception ends the test.
BOOST_AUTO_TEST_CASE(no_text_does_harm) {
    const std::string text = to_json(spec_of_chance(1));
    for (size_t length = 0; length < text.size(); ++length) {
        Spec spec;
        const Error error = thrown_by([&] { load_json(spec, std::string_view(text).substr(0, length)); });
        BOOST_TEST(error.code == SPACES_EINVALID);
    }
    std::mt19937 chance(1);
    constexpr std::string_view bytes = "{}[]\":,\\0-9eE.ntf\0\xff\xc3 u"sv;
    size_t refused = 0;
    for (int round = 0; round < 5'000; ++round) {
        std::string changed = text;
        for (size_t changes = 1 + chance() % 3; changes > 0; --changes) {
            changed[chance() % changed.size()] = bytes[chance() % bytes.size()];
        }
        Spec spec;
        try {
            load_json(spec, changed);
        } catch (const Error &error) {
            ++refused;
            BOOST_TEST_REQUIRE((error.code == SPACES_EINVALID || error.code == SPACES_EUNSUPPORTED));
        }
    }
    BOOST_TEST(refused > 2'500U);
}

BOOST_AUTO_TEST_SUITE_END()
