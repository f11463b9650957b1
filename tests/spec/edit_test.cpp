// Changes to a Spec that are more than one assignment.
#include "spec/edit.hpp"

#include <boost/test/unit_test.hpp>
#include <spaces/spec.h>

using namespace spaces;
using Strings = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(edit_test)

BOOST_AUTO_TEST_CASE(each_variable_is_there_once) {
    ProcessSpec process;
    set_env(process, "A", "1");
    set_env(process, "AB", "2");
    set_env(process, "A", "3");
    BOOST_TEST((process.env == Strings{"A=3", "AB=2"}));
}

BOOST_AUTO_TEST_CASE(the_last_word_on_a_variable_counts) {
    ProcessSpec process;
    set_env(process, "A", "1");
    unset_env(process, "A");
    BOOST_TEST(process.env.empty());
    BOOST_TEST(process.env_unset.contains("A"));
    set_env(process, "A", "");
    BOOST_TEST((process.env == Strings{"A="}));
    BOOST_TEST(!process.env_unset.contains("A"));
}

BOOST_AUTO_TEST_CASE(clearing_forgets_what_was_set) {
    ProcessSpec process;
    set_env(process, "A", "1");
    unset_env(process, "B");
    clear_env(process);
    BOOST_TEST(!process.env_inherit);
    BOOST_TEST(process.env.empty());
    BOOST_TEST(process.env_unset.empty());
}

BOOST_AUTO_TEST_CASE(chroot_can_be_chosen_before_the_root) {
    Spec spec;
    set_chroot(spec, true);
    BOOST_TEST_REQUIRE(spec.root.has_value());
    BOOST_TEST(spec.root->chroot);
    set_chroot(spec, false);
    BOOST_TEST(!spec.root.has_value());
    set_chroot(spec, false);
    BOOST_TEST(!spec.root.has_value());
}

BOOST_AUTO_TEST_CASE(the_last_word_on_a_namespace_counts) {
    Spec spec;
    set_namespaces(spec, SPACES_NAMESPACE_PID | SPACES_NAMESPACE_UTS, {});
    set_namespaces(spec, SPACES_NAMESPACE_UTS, {.kind = NamespaceSpec::Kind::join_pid, .pid = 7});
    BOOST_TEST(spec.unshares(SPACES_NAMESPACE_PID));
    BOOST_TEST(spec.joins(SPACES_NAMESPACE_UTS));
    share_namespaces(spec, SPACES_NAMESPACE_PID | SPACES_NAMESPACE_NETWORK);
    BOOST_TEST(!spec.unshares(SPACES_NAMESPACE_PID));
    BOOST_TEST(spec.shared == (SPACES_NAMESPACE_PID | SPACES_NAMESPACE_NETWORK));
    set_namespaces(spec, SPACES_NAMESPACE_NETWORK, {});
    BOOST_TEST(spec.shared == SPACES_NAMESPACE_PID);
}

BOOST_AUTO_TEST_SUITE_END()
