// Callers of every rank: what works for root works, as far as the kernel lets it, for others too.
#include "support/capture.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"
#include "support/waiting.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <linux/capability.h>
#include <unistd.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

struct Caller {
    const char *name;
    void (*be)(const Body &body);
    bool is_admin; // may make namespaces without a user namespace
    bool has_user_namespaces;
};

std::ostream &operator<<(std::ostream &stream, const Caller &caller) {
    return stream << caller.name;
}

void as_root(const Body &body) {
    in_child(body);
}
void as_one_without_account(const Body &body) {
    as_user(nobody_special, body);
}
void as_one_with_subids(const Body &body) {
    as_account({}, body);
}
void as_root_without_admin(const Body &body) {
    without_capability(CAP_SYS_ADMIN, body);
}

// As in a container whose engine keeps CAP_SYS_ADMIN and user namespaces to itself.
void as_confined_root(const Body &body) {
    with_no_more_namespaces("user", [&] { without_capability(CAP_SYS_ADMIN, body); });
}

const Caller callers[] = {
    {"root", as_root, true, true},
    {"an ordinary user without account", as_one_without_account, false, true},
    {"an ordinary user with subordinate ids", as_one_with_subids, false, true},
    {"root without CAP_SYS_ADMIN", as_root_without_admin, false, true},
    {"root without CAP_SYS_ADMIN and without user namespaces", as_confined_root, false, false},
};

std::vector<Caller> callers_with_user_namespaces() {
    std::vector<Caller> result;
    for (const Caller &caller : callers) {
        if (caller.has_user_namespaces) {
            result.push_back(caller);
        }
    }
    return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(privilege_test, *needs(root))

BOOST_DATA_TEST_CASE(a_program_can_be_started_by, data::make(callers), caller) {
    caller.be([] {
        expect_unchanged("a plain start", [] {
            Spec spec({"/bin/sh", "-c", "exit 7"});
            spec.with<spaces_spec_set_umask>(0077u)
                .with<spaces_spec_set_cwd>("/")
                .with<spaces_spec_set_no_new_privs>(1)
                .with<spaces_spec_set_new_session>(1)
                .with<spaces_spec_set_die_with_parent>(1)
                .with<spaces_spec_set_time_limit>(uint64_t{60'000}, uint64_t{0})
                .with<spaces_spec_set_rlimit>("RLIMIT_NOFILE", uint64_t{64}, uint64_t{64});
            BOOST_TEST(start(spec).wait().exit_code() == 7);
        });
    });
}

BOOST_DATA_TEST_CASE(a_callable_can_be_started_by, data::make(callers), caller) {
    caller.be([] { BOOST_TEST(start_fork_of(Spec(), [] { return 7; }).wait().exit_code() == 7); });
}

BOOST_DATA_TEST_CASE(a_whole_container_can_be_started_by, data::make(callers_with_user_namespaces()),
                     caller) {
    const Rootfs rootfs;
    caller.be([&] {
        for (const int init : {1, 0}) {
            Spec spec({"/bin/sh", "-c",
                       "set -e; [ $(stat -c %u /proc/$$) = 0 ]; echo x >/tmp/x; cd /proc; echo [0-9]*"});
            spec.unshare(SPACES_NAMESPACE_ALL)
                .with<spaces_spec_set_root>(rootfs.path().c_str(), 1)
                .with<spaces_spec_set_default_mounts>(1)
                .with<spaces_spec_set_hostname>("container")
                .with<spaces_spec_set_init>(init);
            expect_unchanged("a container",
                             [&] { BOOST_TEST(output_of(spec) == (init != 0 ? "1 2\n" : "1\n")); });
        }
    });
}

BOOST_DATA_TEST_CASE(a_callable_in_a_container_can_be_started_by, data::make(callers_with_user_namespaces()),
                     caller) {
    caller.be([] {
        Spec spec;
        spec.unshare(SPACES_NAMESPACE_ALL);
        BOOST_TEST(start_fork_of(spec, [] { return ::getpid() == 2 && ::getuid() == 0 ? 7 : 1; })
                       .wait()
                       .exit_code() == 7);
    });
}

BOOST_DATA_TEST_CASE(a_container_can_be_joined_and_killed_by, data::make(callers_with_user_namespaces()),
                     caller) {
    caller.be([] {
        const Waiting container([] {
            Spec spec({"/bin/sh", "-c", "echo up; exec cat"});
            spec.unshare(SPACES_NAMESPACE_ALL).with<spaces_spec_set_hostname>("joined");
            return spec;
        }());
        Spec spec({probe(), "names"});
        spec.with<spaces_spec_join_pid>(container.pid(), 0u);
        BOOST_TEST(output_of(spec).starts_with("joined "));
        spec.args({probe(), "stubborn"});
        Process process = start(spec.pipe(SPACES_STDOUT));
        BOOST_TEST(read_line(process.take(SPACES_STDOUT).get()) == "ready");
        process.kill_all();
        BOOST_TEST(process.wait().signal() == SIGKILL);
    });
}

BOOST_DATA_TEST_CASE(namespaces_without_a_user_namespace_are_for_admins, data::make(callers), caller) {
    caller.be([&caller] {
        Spec spec({probe(), "exit", "0"});
        spec.unshare(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID | SPACES_NAMESPACE_IPC);
        if (caller.is_admin) {
            BOOST_TEST(start(spec).wait().exit_code() == 0);
            return;
        }
        expect_unchanged("a start that is not allowed", [&] {
            const Failure failure = start_fails(spec);
            BOOST_TEST(failure.step == "clone", failure.text);
            BOOST_TEST(failure.error_number == EPERM, failure.text);
            BOOST_TEST(failure.hint.find("user namespace") != std::string::npos, failure.text);
        });
    });
}

BOOST_AUTO_TEST_CASE(where_nothing_is_allowed_the_error_says_what_would_help) {
    as_confined_root([] {
        Spec spec({probe(), "exit", "0"});
        spec.unshare(SPACES_NAMESPACE_ALL);
        const Failure failure = start_fails(spec);
        BOOST_TEST(failure.error_number == ENOSPC, failure.text);
        BOOST_TEST(failure.hint.find("user.max_user_namespaces is 0") != std::string::npos, failure.text);
    });
}

BOOST_AUTO_TEST_SUITE_END()
