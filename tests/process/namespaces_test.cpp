// New namespaces: each kind differs from the caller's, seen from inside and from outside.
#include "support/capture.hpp"
#include "support/namespace_file.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <unistd.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

// A running program with a new namespace of that kind. A pid namespace needs a /proc to be seen in.
Spec waiting_in_new(uint32_t namespaces) {
    Spec spec({"/bin/sh", "-c", "readlink /proc/self/ns/*; exec cat"});
    spec.isolate(namespaces | ((namespaces & SPACES_NAMESPACE_PID) != 0 ? SPACES_NAMESPACE_MOUNT : 0));
    return spec.pipe(SPACES_STDIN).pipe(SPACES_STDOUT);
}

} // namespace

BOOST_AUTO_TEST_SUITE(namespaces_test, *needs(user_namespaces))

BOOST_DATA_TEST_CASE(is_new_inside_and_outside, data::make(namespace_kinds), kind) {
    const std::string ours = namespace_of("self", kind);
    Process process = start(waiting_in_new(kind.bit));
    const Fd out = process.take(SPACES_STDOUT);
    std::string inside;
    for (std::string line; !line.starts_with("uts:");) { // the last one that the shell's pattern gives
        line = read_line(out.get());
        if (line.starts_with(std::string(kind.file) + ":")) {
            inside = line;
        }
    }
    BOOST_TEST(!inside.empty());
    BOOST_TEST(inside != ours);
    BOOST_TEST(namespace_of(std::to_string(process.pid()), kind) == inside);
    BOOST_TEST(namespace_of("self", kind) == ours);
    process.take(SPACES_STDIN);
    process.wait();
}

BOOST_DATA_TEST_CASE(leaves_the_others_as_they_are, data::make(namespace_kinds), kind) {
    Spec spec = waiting_in_new(kind.bit);
    Process process = start(spec);
    BOOST_TEST(!read_line(process.take(SPACES_STDOUT).get()).empty());
    for (const NamespaceKind &other : namespace_kinds) {
        const bool expected_new = other.bit == kind.bit ||
                                  (other.bit == SPACES_NAMESPACE_USER && ::geteuid() != 0) ||
                                  (other.bit == SPACES_NAMESPACE_MOUNT && kind.bit == SPACES_NAMESPACE_PID);
        const bool is_new = namespace_of(std::to_string(process.pid()), other) != namespace_of("self", other);
        BOOST_TEST(is_new == expected_new, other.file << " beside a new " << kind.file);
    }
    process.take(SPACES_STDIN);
    process.wait();
}

BOOST_AUTO_TEST_CASE(all_eight_at_once) {
    for (const int init : {1, 0}) {
        Spec spec = waiting_in_new(SPACES_NAMESPACE_ALL);
        spec.with<spaces_spec_set_init>(init);
        Process process = start(spec);
        BOOST_TEST(!read_line(process.take(SPACES_STDOUT).get()).empty());
        for (const NamespaceKind &kind : namespace_kinds) {
            BOOST_TEST(namespace_of(std::to_string(process.pid()), kind) != namespace_of("self", kind));
        }
        process.take(SPACES_STDIN);
        BOOST_TEST(process.wait().exit_code() == 0);
    }
}

BOOST_AUTO_TEST_CASE(none_by_default) {
    Spec spec({"/bin/sh", "-c", "echo up; exec cat"});
    Process process = start(spec.pipe(SPACES_STDIN).pipe(SPACES_STDOUT));
    BOOST_TEST(read_line(process.take(SPACES_STDOUT).get()) == "up");
    for (const NamespaceKind &kind : namespace_kinds) {
        BOOST_TEST(namespace_of(std::to_string(process.pid()), kind) == namespace_of("self", kind));
    }
    process.take(SPACES_STDIN);
    process.wait();
}

BOOST_AUTO_TEST_CASE(are_withdrawn_by_share) {
    Spec spec({probe(), "link", "/proc/self/ns/uts"});
    spec.isolate(SPACES_NAMESPACE_UTS | SPACES_NAMESPACE_IPC).with<spaces_spec_share>(SPACES_NAMESPACE_UTS);
    BOOST_TEST(output_of(spec) == read_link("/proc/self/ns/uts") + "\n");
    spec.args({probe(), "link", "/proc/self/ns/ipc"});
    BOOST_TEST(output_of(spec) != read_link("/proc/self/ns/ipc") + "\n");
}

BOOST_AUTO_TEST_CASE(a_new_network_namespace_has_a_loopback_only) {
    Spec spec({probe(), "cat", "/proc/self/net/dev"});
    spec.isolate(SPACES_NAMESPACE_NETWORK);
    const std::string devices = output_of(spec);
    // Two lines of headings and one of the loopback; kernels with fallback tunnels add those, all of them
    // idle.
    BOOST_TEST(devices.find("lo:") != std::string::npos, devices);
    BOOST_TEST(devices.find("eth") == std::string::npos, devices);
}

BOOST_AUTO_TEST_CASE(a_new_cgroup_namespace_begins_at_the_programs_own_cgroup) {
    Spec spec({probe(), "cat", "/proc/self/cgroup"});
    spec.isolate(SPACES_NAMESPACE_CGROUP);
    const std::string inside = output_of(spec);
    size_t start = 0;
    while (start < inside.size()) {
        const size_t end = inside.find('\n', start);
        BOOST_TEST(inside.substr(start, end - start).ends_with(":/"), inside);
        start = end + 1;
    }
}

BOOST_AUTO_TEST_CASE(refuses_bits_that_are_no_namespace) {
    const Spec spec;
    for (const uint32_t bits : {0u, 1u, 0x100u, ~0u}) {
        const Failure failure = failure_of<spaces_spec_unshare>(spec, bits);
        BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
