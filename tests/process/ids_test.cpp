// User, group and supplementary groups of the program, as it and as the host see them.
#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <array>
#include <boost/test/unit_test.hpp>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace support;

namespace {

Spec ids_spec() {
    return Spec({probe(), "ids"});
}

} // namespace

BOOST_AUTO_TEST_SUITE(ids_test)

BOOST_AUTO_TEST_CASE(are_the_callers_by_default, *needs(root)) {
    in_child([] {
        const gid_t groups[] = {4, 20};
        must(::setgroups(2, groups), "setgroups");
        BOOST_TEST(output_of(ids_spec()) == "uid 0 0 0 gid 0 0 0 groups 4 20\n");
    });
    as_user(nobody_special, [] {
        BOOST_TEST(output_of(ids_spec()) == "uid 54321 54321 54321 gid 54321 54321 54321 groups\n");
    });
}

BOOST_AUTO_TEST_CASE(change_together_and_for_good, *needs(root)) {
    Spec spec = ids_spec();
    spec.with<spaces_spec_set_uid>(4711u).with<spaces_spec_set_gid>(4712u);
    BOOST_TEST(output_of(spec) == "uid 4711 4711 4711 gid 4712 4712 4712 groups\n");
}

BOOST_AUTO_TEST_CASE(drop_the_callers_groups_when_the_user_changes, *needs(root)) {
    in_child([] {
        const gid_t groups[] = {4, 20};
        must(::setgroups(2, groups), "setgroups");
        Spec spec = ids_spec();
        spec.with<spaces_spec_set_uid>(4711u);
        BOOST_TEST(output_of(spec) == "uid 4711 4711 4711 gid 0 0 0 groups\n");
    });
}

BOOST_AUTO_TEST_CASE(include_the_groups_that_were_set, *needs(root)) {
    Spec spec = ids_spec();
    const std::array<uint32_t, 3> groups{100, 200, 300};
    spec.with<spaces_spec_set_uid>(4711u).with<spaces_spec_set_gid>(4711u);
    spec.with<spaces_spec_set_groups>(groups.data(), groups.size());
    BOOST_TEST(output_of(spec) == "uid 4711 4711 4711 gid 4711 4711 4711 groups 100 200 300\n");
    spec.with<spaces_spec_set_groups>(nullptr, size_t{0});
    BOOST_TEST(output_of(spec) == "uid 4711 4711 4711 gid 4711 4711 4711 groups\n");
}

BOOST_AUTO_TEST_CASE(leave_no_capabilities_to_an_ordinary_user, *needs(root)) {
    Spec spec({probe(), "caps"});
    spec.with<spaces_spec_set_uid>(4711u).with<spaces_spec_set_gid>(4711u);
    BOOST_TEST(output_of(spec) == "effective 0000000000000000\n");
}

BOOST_AUTO_TEST_CASE(leave_no_capabilities_to_an_ordinary_user_of_a_new_namespace, *needs(root)) {
    Spec spec({probe(), "cat", "/proc/self/status"});
    spec.unshare(SPACES_NAMESPACE_USER);
    spec.with<spaces_spec_set_uid_map>("0 100000 10000").with<spaces_spec_set_gid_map>("0 100000 10000");
    spec.with<spaces_spec_set_uid>(4711u).with<spaces_spec_set_gid>(4711u);
    const std::string status = output_of(spec);
    for (const char *set : {"CapInh:", "CapPrm:", "CapEff:", "CapAmb:"}) {
        BOOST_TEST(status.find(set + std::string("\t0000000000000000\n")) != std::string::npos, status);
    }
}

BOOST_AUTO_TEST_CASE(are_root_in_a_new_user_namespace_by_default, *needs(user_namespaces)) {
    Spec spec = ids_spec();
    spec.unshare(SPACES_NAMESPACE_USER);
    BOOST_TEST(output_of(spec).starts_with("uid 0 0 0 gid 0 0 0 groups"));
}

BOOST_AUTO_TEST_CASE(are_the_first_mapped_id_where_zero_is_not_mapped, *needs(root)) {
    Spec spec = ids_spec();
    spec.unshare(SPACES_NAMESPACE_USER);
    spec.with<spaces_spec_set_uid_map>("7 100000 10").with<spaces_spec_set_gid_map>("9 100000 10");
    BOOST_TEST(output_of(spec) == "uid 7 7 7 gid 9 9 9 groups\n");
}

BOOST_AUTO_TEST_CASE(are_named_as_inside_the_user_namespace, *needs(root)) {
    const TempDir dir;
    const std::string open = dir.directory("open", 0777);
    Spec spec({probe(), "make", open + "/file"});
    spec.unshare(SPACES_NAMESPACE_USER);
    spec.with<spaces_spec_set_uid_map>("0 100000 1000").with<spaces_spec_set_gid_map>("0 200000 1000");
    spec.with<spaces_spec_set_uid>(5u).with<spaces_spec_set_gid>(6u);
    BOOST_TEST(output_of(spec) == "made\n");
    struct stat status;
    must(::stat((open + "/file").c_str(), &status), "stat");
    BOOST_TEST(status.st_uid == 100005u);
    BOOST_TEST(status.st_gid == 200006u);
}

BOOST_AUTO_TEST_CASE(have_all_capabilities_as_root_of_a_new_user_namespace, *needs(user_namespaces)) {
    Spec spec({probe(), "caps"});
    spec.unshare(SPACES_NAMESPACE_USER);
    const std::string capabilities = output_of(spec);
    // CAP_SYS_ADMIN (21) and its neighbours; which is the last one depends on the kernel.
    BOOST_TEST(capabilities.ends_with("ffffffff\n"), capabilities);
}

BOOST_AUTO_TEST_CASE(leave_no_capabilities_to_another_user_of_a_user_namespace, *needs(root)) {
    Spec spec({probe(), "caps"});
    spec.unshare(SPACES_NAMESPACE_USER).with<spaces_spec_set_uid_map>("0 100000 1000");
    spec.with<spaces_spec_set_gid_map>("0 100000 1000").with<spaces_spec_set_uid>(5u);
    BOOST_TEST(output_of(spec) == "effective 0000000000000000\n");
}

BOOST_AUTO_TEST_CASE(that_are_not_mapped_are_an_error, *needs(user_namespaces)) {
    Spec spec = ids_spec();
    spec.unshare(SPACES_NAMESPACE_USER).with<spaces_spec_set_uid>(5u);
    const Failure failure = start_fails(spec);
    BOOST_TEST(failure.message.find("5 is not mapped") != std::string::npos, failure.text);
    BOOST_TEST(!failure.hint.empty(), failure.text);
}

BOOST_AUTO_TEST_SUITE_END()
