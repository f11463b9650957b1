// The five sets of capabilities and the security flags of the program.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <ostream>
#include <sstream>
#include <sys/prctl.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

constexpr uint64_t bit(int capability) {
    return uint64_t{1} << static_cast<unsigned>(capability);
}

constexpr uint64_t net_raw = bit(CAP_NET_RAW);
constexpr uint64_t kill_ = bit(CAP_KILL);

struct Sets {
    uint64_t inheritable = 0;
    uint64_t permitted = 0;
    uint64_t effective = 0;
    uint64_t bounding = 0;
    uint64_t ambient = 0;

    bool operator==(const Sets &) const = default;
};

std::ostream &operator<<(std::ostream &stream, const Sets &sets) {
    return stream << std::hex << "inheritable " << sets.inheritable << " permitted " << sets.permitted
                  << " effective " << sets.effective << " bounding " << sets.bounding << " ambient "
                  << sets.ambient;
}

// From proc_pid_status(5).
Sets sets_in(const std::string &status) {
    const auto set = [&](const char *name) {
        const size_t at = status.find(name);
        BOOST_TEST_REQUIRE(at != std::string::npos, status);
        return std::stoull(status.substr(at + 7), nullptr, 16);
    };
    return {set("CapInh:"), set("CapPrm:"), set("CapEff:"), set("CapBnd:"), set("CapAmb:")};
}

Sets sets_of_program(const Spec &base) {
    Spec spec(base);
    spec.args({probe(), "cat", "/proc/self/status"});
    return sets_in(output_of(spec));
}

Sets own_sets() {
    return sets_in(read_file("/proc/self/status"));
}

Spec dropped(const std::vector<const char *> &names) {
    Spec spec;
    for (const char *name : names) {
        spec.with<spaces_spec_drop_capability>(name);
    }
    return spec;
}

Spec as_4711(Spec spec) {
    spec.with<spaces_spec_set_uid>(4711u).with<spaces_spec_set_gid>(4711u);
    return spec;
}

Spec in_user_namespace(Spec spec) {
    spec.unshare(SPACES_NAMESPACE_USER);
    return spec;
}

using Place = Spec (*)(Spec);
struct NamedPlace {
    const char *name;
    Place put;
};
std::ostream &operator<<(std::ostream &stream, const NamedPlace &place) {
    return stream << place.name;
}

Spec in_container(Spec spec) {
    spec.isolate(SPACES_NAMESPACE_ALL).with<spaces_spec_set_mount_proc>(1);
    return spec;
}

const NamedPlace places[] = {{"the host", [](Spec spec) { return spec; }},
                             {"a user namespace", in_user_namespace},
                             {"a container", in_container}};

} // namespace

BOOST_AUTO_TEST_SUITE(capabilities_test, *needs(root) * needs(user_namespaces))

BOOST_AUTO_TEST_CASE(are_the_callers_by_default) {
    BOOST_TEST(sets_of_program(Spec()) == own_sets());
}

BOOST_DATA_TEST_CASE(all_can_be_dropped, data::make(places), place) {
    BOOST_TEST(sets_of_program(place.put(dropped({"ALL"}))) == Sets());
}

BOOST_DATA_TEST_CASE(one_can_be_dropped_from_every_set, data::make(places), place) {
    const Sets before = sets_of_program(place.put(Spec()));
    BOOST_TEST_REQUIRE((before.bounding & net_raw) != 0u);
    const Sets after = sets_of_program(place.put(dropped({"net_raw"})));
    BOOST_TEST(after == (Sets{0, before.permitted & ~net_raw, before.effective & ~net_raw,
                              before.bounding & ~net_raw, 0}));
}

BOOST_DATA_TEST_CASE(what_is_added_is_there_though_all_is_dropped, data::make(places), place) {
    Spec spec = place.put(dropped({"ALL"}));
    spec.with<spaces_spec_add_capability>("CAP_NET_RAW").with<spaces_spec_add_capability>("Kill");
    const uint64_t both = net_raw | kill_;
    BOOST_TEST(sets_of_program(spec) == (Sets{both, both, both, both, both}));
}

BOOST_AUTO_TEST_CASE(what_is_added_survives_the_change_of_the_user) {
    Spec spec = as_4711(Spec());
    spec.with<spaces_spec_add_capability>("net_raw");
    BOOST_TEST(sets_of_program(spec) == (Sets{net_raw, net_raw, net_raw, own_sets().bounding, net_raw}));
}

BOOST_AUTO_TEST_CASE(nothing_but_what_is_added_survives_it) {
    BOOST_TEST(sets_of_program(as_4711(dropped({"net_raw"}))) ==
               (Sets{0, 0, 0, own_sets().bounding & ~net_raw, 0}));
}

BOOST_AUTO_TEST_CASE(all_that_is_to_be_had_can_be_added) {
    Spec spec = as_4711(Spec());
    spec.with<spaces_spec_add_capability>("all");
    const uint64_t all = own_sets().permitted;
    BOOST_TEST(sets_of_program(spec) == (Sets{all, all, all, own_sets().bounding, all}));
}

BOOST_AUTO_TEST_CASE(the_sets_are_those_of_a_config) {
    Spec spec = as_4711(Spec());
    spec.json(R"({"process": {"capabilities": {
        "bounding": ["CAP_NET_RAW", "CAP_KILL"], "effective": ["CAP_KILL"], "permitted": ["CAP_NET_RAW", "CAP_KILL"],
        "inheritable": ["CAP_KILL"], "ambient": ["CAP_KILL"]}}})");
    // By execve(2) an ordinary user keeps what is ambient.
    BOOST_TEST(sets_of_program(spec) == (Sets{kill_, kill_, kill_, net_raw | kill_, kill_}));
}

BOOST_AUTO_TEST_CASE(a_set_that_is_not_told_is_empty_where_another_is) {
    const char *const names[] = {"NET_RAW", nullptr};
    Spec spec;
    spec.with<spaces_spec_set_capabilities>(SPACES_CAPABILITIES_BOUNDING, names);
    // Root gets all of its bounding set by execve(2).
    BOOST_TEST(sets_of_program(spec) == (Sets{0, net_raw, net_raw, net_raw, 0}));
}

BOOST_AUTO_TEST_CASE(they_are_the_same_seen_from_outside) {
    Spec spec = as_4711(dropped({"ALL"}));
    spec.with<spaces_spec_add_capability>("KILL")
        .args({probe(), "wait"})
        .with<spaces_spec_set_stdio>(SPACES_STDOUT, SPACES_STDIO_NULL);
    Process process = start(spec);
    BOOST_TEST(sets_in(read_file("/proc/" + std::to_string(process.pid()) + "/status")) ==
               (Sets{kill_, kill_, kill_, kill_, kill_}));
    process.kill(SIGKILL);
    process.wait();
}

BOOST_AUTO_TEST_CASE(a_function_has_them_too, *needs(forks_of_one_thread)) {
    for (const bool in_user_namespace : {false, true}) {
        Spec spec = as_4711(dropped({"ALL"}));
        spec.with<spaces_spec_add_capability>("KILL");
        if (in_user_namespace) {
            spec.unshare(SPACES_NAMESPACE_USER)
                .with<spaces_spec_set_uid_map>("0 0 5000")
                .with<spaces_spec_set_gid_map>("0 0 5000");
        }
        Process process = start_fork_of(spec, [] {
            const bool flagged = ::prctl(PR_GET_KEEPCAPS) != 0;
            return own_sets() == Sets{kill_, kill_, kill_, kill_, kill_} && !flagged ? 0 : 1;
        });
        BOOST_TEST(process.wait().exit_code() == 0);
    }
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_drops_its_own_in_a_user_namespace) {
    as_user(nobody_special,
            [] { BOOST_TEST(sets_of_program(in_user_namespace(dropped({"ALL"}))) == Sets()); });
}

BOOST_AUTO_TEST_CASE(one_that_the_caller_lacks_cannot_be_added) {
    without_capability(CAP_SYS_TIME, [] {
        Spec spec({"/bin/true"});
        spec.with<spaces_spec_add_capability>("SYS_TIME");
        const Failure failure = start_fails(spec);
        BOOST_TEST(failure.code == SPACES_ESETUP, failure.text);
        BOOST_TEST(failure.step == "capabilities");
        BOOST_TEST(failure.error_number == EPERM);
        BOOST_TEST(failure.message.find("CAP_SYS_TIME cannot be had") != std::string::npos, failure.text);
    });
}

BOOST_AUTO_TEST_CASE(security_flags_are_set_and_hold) {
    Spec spec({"/bin/sh", "-c", "exit 0"});
    spec.with<spaces_spec_add_securebit>("noroot").with<spaces_spec_add_securebit>("noroot_locked");
    // Root is nobody special to execve(2) any more.
    BOOST_TEST(sets_of_program(spec) == (Sets{0, 0, 0, own_sets().bounding, 0}));
    in_child([] {
        Spec no_ambient;
        no_ambient.with<spaces_spec_add_securebit>("no_cap_ambient_raise");
        Process process = start_fork_of(
            no_ambient, [] { return ::prctl(PR_GET_SECUREBITS) == SECBIT_NO_CAP_AMBIENT_RAISE ? 0 : 1; });
        BOOST_TEST(process.wait().exit_code() == 0);
        BOOST_TEST(::prctl(PR_GET_SECUREBITS) == 0); // the caller's own are as they were
    });
}

BOOST_AUTO_TEST_CASE(what_is_ambient_is_raised_before_that_is_forbidden) {
    Spec spec = as_4711(Spec());
    spec.with<spaces_spec_add_capability>("KILL").with<spaces_spec_add_securebit>("no_cap_ambient_raise");
    BOOST_TEST(sets_of_program(spec).ambient == kill_);
}

BOOST_AUTO_TEST_SUITE_END()
