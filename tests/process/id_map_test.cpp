// The id maps of a new user namespace, as the kernel has them in the end.
#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/unit_test.hpp>
#include <sstream>
#include <unistd.h>

using namespace support;

namespace {

// "0 1000 1, 1 100000 65536", without the kernel's columns.
std::string compact(const std::string &map) {
    std::istringstream numbers(map);
    std::string result;
    for (std::string inside, outside, count; numbers >> inside >> outside >> count;) {
        result += (result.empty() ? "" : ", ") + inside + " " + outside + " " + count;
    }
    return result;
}

Spec map_spec(const std::string &which) {
    Spec spec({probe(), "cat", "/proc/self/" + which});
    spec.unshare(SPACES_NAMESPACE_USER);
    return spec;
}

std::string uid_map_for(const char *map) {
    Spec spec = map_spec("uid_map");
    spec.with<spaces_spec_set_uid_map>(map);
    return compact(output_of(spec));
}

std::string gid_map_for(const char *map) {
    Spec spec = map_spec("gid_map");
    spec.with<spaces_spec_set_gid_map>(map);
    return compact(output_of(spec));
}

std::string setgroups_of(const Spec &base) {
    Spec spec(base);
    spec.args({probe(), "cat", "/proc/self/setgroups"});
    return output_of(spec);
}

const std::string own_uid() {
    return std::to_string(::geteuid());
}
const std::string own_gid() {
    return std::to_string(::getegid());
}

} // namespace

BOOST_AUTO_TEST_SUITE(id_map_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(maps_the_caller_to_root_by_default) {
    const auto claim = [] {
        BOOST_TEST(compact(output_of(map_spec("uid_map"))) == "0 " + own_uid() + " 1");
        BOOST_TEST(compact(output_of(map_spec("gid_map"))) == "0 " + own_gid() + " 1");
    };
    claim();
    if (root()) {
        as_user(nobody_special, claim);
    }
}

BOOST_AUTO_TEST_CASE(root_and_self_are_the_callers_id) {
    const auto claim = [] {
        BOOST_TEST(uid_map_for("root") == "0 " + own_uid() + " 1");
        BOOST_TEST(gid_map_for("root") == "0 " + own_gid() + " 1");
        BOOST_TEST(uid_map_for("self") == own_uid() + " " + own_uid() + " 1");
        BOOST_TEST(gid_map_for("self") == own_gid() + " " + own_gid() + " 1");
    };
    claim();
    if (root()) {
        as_user(nobody_special, claim);
    }
}

BOOST_AUTO_TEST_CASE(takes_one_range, *needs(root)) {
    BOOST_TEST(uid_map_for("0 100000 65536") == "0 100000 65536");
    BOOST_TEST(gid_map_for("0 1000 1") == "0 1000 1");
}

BOOST_AUTO_TEST_CASE(takes_many_ranges, *needs(root)) {
    BOOST_TEST(uid_map_for("0 1000 1, 1 100000 1000, 5000 300000 10") ==
               "0 1000 1, 1 100000 1000, 5000 300000 10");
    BOOST_TEST(gid_map_for("0 1000 1\n1 100000 1000\n") == "0 1000 1, 1 100000 1000");
    // More than the five that the kernel keeps in place, up to the 340 that it takes, in one page of text.
    std::string text;
    for (int i = 0; i < 340; ++i) {
        text += (i == 0 ? "" : ", ") + std::to_string(2 * i) + " " + std::to_string(1'000 + 2 * i) + " 1";
    }
    BOOST_TEST(uid_map_for(text.c_str()) == text);
}

BOOST_AUTO_TEST_CASE(takes_outside_ids_alone, *needs(root)) {
    BOOST_TEST(uid_map_for("1000") == "0 1000 1");
    const std::string two = uid_map_for("1000,2001");
    BOOST_TEST(two == "0 1000 1, 1 2001 1");
}

BOOST_AUTO_TEST_CASE(takes_the_users_own_id_by_number) {
    const auto claim = [] {
        BOOST_TEST(uid_map_for(own_uid().c_str()) == "0 " + own_uid() + " 1");
        BOOST_TEST(gid_map_for(("7 " + own_gid() + " 1").c_str()) == "7 " + own_gid() + " 1");
    };
    claim();
    if (root()) {
        as_user(nobody_special, claim);
    }
}

BOOST_AUTO_TEST_CASE(none_is_no_map_and_the_overflow_id) {
    Spec spec = map_spec("uid_map");
    spec.with<spaces_spec_set_uid_map>("none").with<spaces_spec_set_gid_map>("none");
    BOOST_TEST(output_of(spec).empty());
    spec.args({probe(), "ids"});
    BOOST_TEST(output_of(spec).starts_with("uid 65534 65534 65534 gid 65534 65534 65534"));
}

BOOST_AUTO_TEST_CASE(one_map_may_be_given_without_the_other) {
    Spec spec = map_spec("gid_map");
    spec.with<spaces_spec_set_uid_map>("self");
    BOOST_TEST(compact(output_of(spec)) == "0 " + own_gid() + " 1");
}

BOOST_AUTO_TEST_CASE(setgroups_is_denied_where_the_kernel_asks_for_it) {
    const auto claim = [] { BOOST_TEST(setgroups_of(map_spec("gid_map")) == "deny\n"); };
    if (root()) {
        as_user(nobody_special, claim);
    } else {
        claim();
    }
}

BOOST_AUTO_TEST_CASE(setgroups_stays_allowed_to_root_and_can_be_denied, *needs(root)) {
    Spec spec = map_spec("gid_map");
    BOOST_TEST(setgroups_of(spec) == "allow\n");
    spec.with<spaces_spec_set_setgroups>(1);
    BOOST_TEST(setgroups_of(spec) == "allow\n");
    spec.with<spaces_spec_set_setgroups>(0);
    BOOST_TEST(setgroups_of(spec) == "deny\n");
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_may_not_map_the_ids_of_others, *needs(root)) {
    as_user(nobody_special, [] {
        Spec spec = map_spec("uid_map");
        spec.with<spaces_spec_set_uid_map>("0 1000 1");
        const Failure failure = start_fails(spec);
        BOOST_TEST(failure.step == "uid_map", failure.text);
        BOOST_TEST(!failure.hint.empty(), failure.text);
    });
}

BOOST_AUTO_TEST_SUITE_END()
