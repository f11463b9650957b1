// Namespaces joined by pid, by path and by descriptor.
#include "support/capture.hpp"
#include "support/namespace_file.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/waiting.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

constexpr uint32_t all = SPACES_NAMESPACE_ALL;

// A program that shows its namespaces. To join the mount namespace of the target is to see its files, which
// are the host's where the target has no root directory of its own.
Spec showing(const NamespaceKind &kind) {
    return Spec({probe(), "link", namespace_path("self", kind)});
}

// The user namespace of the target comes first for who has no rights over the others otherwise.
uint32_t with_rights(uint32_t bits) {
    return bits | (::geteuid() == 0 ? 0 : SPACES_NAMESPACE_USER);
}

// The /proc of the target's mount namespace shows its pid namespace: /proc/self needs both.
bool is_for_proc(uint32_t bit, uint32_t wanted) {
    constexpr uint32_t both = SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID;
    return (bit & both) != 0 && (wanted & both) != 0;
}

std::string pid_of(const Process &process) {
    return std::to_string(process.pid());
}

} // namespace

BOOST_AUTO_TEST_SUITE(join_test, *needs(user_namespaces))

BOOST_DATA_TEST_CASE(one_by_pid, data::make(namespace_kinds), kind) {
    Waiting target(all | SPACES_NAMESPACE_USER);
    Spec spec = showing(kind);
    uint32_t bits = with_rights(kind.bit);
    for (const NamespaceKind &other : namespace_kinds) {
        bits |= is_for_proc(other.bit, kind.bit) ? other.bit : 0;
    }
    spec.with<spaces_spec_join_pid>(target.process().pid(), bits);
    BOOST_TEST(output_of(spec) == namespace_of(pid_of(target.process()), kind) + "\n");
}

BOOST_DATA_TEST_CASE(one_by_path, data::make(namespace_kinds), kind) {
    Waiting target(all);
    Spec spec = showing(kind);
    const std::string pid = pid_of(target.process());
    for (const NamespaceKind &other : namespace_kinds) {
        const bool for_rights = other.bit == SPACES_NAMESPACE_USER && ::geteuid() != 0;
        const bool for_proc = is_for_proc(other.bit, kind.bit);
        if (other.bit == kind.bit || for_rights || for_proc) {
            spec.with<spaces_spec_join_path>(other.bit, namespace_path(pid, other).c_str());
        }
    }
    BOOST_TEST(output_of(spec) == namespace_of(pid, kind) + "\n");
}

BOOST_DATA_TEST_CASE(one_by_descriptor, data::make(namespace_kinds), kind) {
    Waiting target(all);
    Spec spec = showing(kind);
    const std::string pid = pid_of(target.process());
    for (const NamespaceKind &other : namespace_kinds) {
        const bool for_rights = other.bit == SPACES_NAMESPACE_USER && ::geteuid() != 0;
        const bool for_proc = is_for_proc(other.bit, kind.bit);
        if (other.bit == kind.bit || for_rights || for_proc) {
            const Fd file = open_file(namespace_path(pid, other), O_RDONLY);
            spec.with<spaces_spec_join_fd>(other.bit, file.get());
        }
    }
    BOOST_TEST(output_of(spec) == namespace_of(pid, kind) + "\n");
}

BOOST_AUTO_TEST_CASE(all_that_differ_where_none_is_named) {
    Waiting target(all);
    Spec spec({"/bin/sh", "-c", "readlink /proc/self/ns/*"});
    spec.with<spaces_spec_join_pid>(target.process().pid(), 0u);
    const std::string inside = output_of(spec);
    for (const NamespaceKind &kind : namespace_kinds) {
        BOOST_TEST(inside.find(namespace_of(pid_of(target.process()), kind)) != std::string::npos,
                   kind.file << " of the target is not among " << inside);
    }
}

BOOST_AUTO_TEST_CASE(all_that_differ_of_a_process_that_shares_some) {
    Waiting target(SPACES_NAMESPACE_UTS | SPACES_NAMESPACE_IPC);
    Spec spec({probe(), "link", "/proc/self/ns/uts"});
    spec.with<spaces_spec_join_pid>(target.process().pid(), 0u);
    BOOST_TEST(output_of(spec) == read_link("/proc/" + pid_of(target.process()) + "/ns/uts") + "\n");
    spec.args({probe(), "link", "/proc/self/ns/net"});
    BOOST_TEST(output_of(spec) == read_link("/proc/self/ns/net") + "\n");
}

BOOST_AUTO_TEST_CASE(oneself_joins_nothing) {
    Spec spec({probe(), "link", "/proc/self/ns/uts"});
    spec.with<spaces_spec_join_pid>(::getpid(), 0u);
    BOOST_TEST(output_of(spec) == read_link("/proc/self/ns/uts") + "\n");
}

BOOST_AUTO_TEST_CASE(beside_new_ones, *needs(root)) {
    // The network of one, everything else of its own.
    Waiting target(SPACES_NAMESPACE_NETWORK);
    Spec spec({"/bin/sh", "-c", "readlink /proc/self/ns/net /proc/self/ns/uts"});
    spec.unshare(SPACES_NAMESPACE_UTS | SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT);
    spec.with<spaces_spec_join_pid>(target.process().pid(), SPACES_NAMESPACE_NETWORK);
    const std::string inside = output_of(spec);
    BOOST_TEST(inside.starts_with(read_link("/proc/" + pid_of(target.process()) + "/ns/net") + "\n"), inside);
    BOOST_TEST(inside.find(read_link("/proc/self/ns/uts")) == std::string::npos, inside);
}

BOOST_AUTO_TEST_CASE(of_a_process_that_has_gone_is_an_error) {
    Spec spec({probe(), "pid"});
    {
        Waiting target(SPACES_NAMESPACE_UTS);
        spec.with<spaces_spec_join_pid>(target.process().pid(), SPACES_NAMESPACE_UTS);
    }
    const Failure failure = start_fails(spec);
    BOOST_TEST(failure.code == SPACES_ENOTFOUND, failure.text);
}

BOOST_AUTO_TEST_CASE(of_a_process_that_has_ended_but_was_not_reaped_is_an_error) {
    const pid_t zombie = ::fork();
    if (zombie == 0) {
        ::_exit(0);
    }
    siginfo_t ended;
    ::waitid(P_PID, static_cast<id_t>(zombie), &ended, WEXITED | WNOWAIT);
    Spec spec({probe(), "pid"});
    spec.with<spaces_spec_join_pid>(zombie, SPACES_NAMESPACE_UTS);
    const Failure failure = start_fails(spec);
    BOOST_TEST(failure.code == SPACES_ENOTFOUND, failure.text);
    ::waitpid(zombie, nullptr, 0);
}

BOOST_AUTO_TEST_SUITE_END()
