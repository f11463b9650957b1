// The environment of the program: inherited, changed, or only what was set.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/temp_dir.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <sstream>

using namespace support;

namespace {

std::vector<std::string> environment_of(const Spec &spec) {
    std::istringstream lines(output_of(spec));
    std::vector<std::string> variables;
    for (std::string line; std::getline(lines, line);) {
        variables.push_back(line);
    }
    return variables;
}

bool contains(const std::vector<std::string> &variables, const std::string &variable) {
    return std::ranges::find(variables, variable) != variables.end();
}

} // namespace

BOOST_AUTO_TEST_SUITE(env_test)

BOOST_AUTO_TEST_CASE(inherits_the_callers_as_it_is_at_the_start) {
    in_child([] {
        Spec spec({probe(), "env"});
        ::setenv("SPACES_TEST_LATE", "set after the Spec was made", 1);
        BOOST_TEST(contains(environment_of(spec), "SPACES_TEST_LATE=set after the Spec was made"));
    });
}

BOOST_AUTO_TEST_CASE(sets_one_variable_over_the_inherited_one) {
    in_child([] {
        ::setenv("SPACES_TEST", "outer", 1);
        Spec spec({probe(), "env"});
        spec.with<spaces_spec_set_env>("SPACES_TEST", "inner = x");
        const auto variables = environment_of(spec);
        BOOST_TEST(contains(variables, "SPACES_TEST=inner = x"));
        BOOST_TEST(!contains(variables, "SPACES_TEST=outer"));
        BOOST_TEST(::getenv("SPACES_TEST") == std::string("outer"));
    });
}

BOOST_AUTO_TEST_CASE(takes_one_variable_out) {
    in_child([] {
        ::setenv("SPACES_TEST", "outer", 1);
        Spec spec({probe(), "env"});
        spec.with<spaces_spec_unset_env>("SPACES_TEST");
        BOOST_TEST(!contains(environment_of(spec), "SPACES_TEST=outer"));
    });
}

BOOST_AUTO_TEST_CASE(starts_empty_after_clear) {
    Spec spec({probe(), "env"});
    spec.with<spaces_spec_set_env>("FORGOTTEN", "1").with<spaces_spec_clear_env>();
    BOOST_TEST(output_of(spec).empty());
    spec.with<spaces_spec_set_env>("A", "1").with<spaces_spec_set_env>("EMPTY", "");
    BOOST_TEST(output_of(spec) == "A=1\nEMPTY=\n");
}

BOOST_AUTO_TEST_CASE(keeps_the_last_value_that_was_set) {
    Spec spec({probe(), "env"});
    spec.with<spaces_spec_clear_env>()
        .with<spaces_spec_set_env>("A", "1")
        .with<spaces_spec_set_env>("B", "2")
        .with<spaces_spec_set_env>("A", "3");
    auto variables = environment_of(spec);
    std::ranges::sort(variables);
    BOOST_TEST(variables == (std::vector<std::string>{"A=3", "B=2"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_variable_that_was_unset_can_be_set_again) {
    Spec spec({probe(), "env"});
    spec.with<spaces_spec_unset_env>("SPACES_TEST").with<spaces_spec_set_env>("SPACES_TEST", "back");
    BOOST_TEST(contains(environment_of(spec), "SPACES_TEST=back"));
}

BOOST_AUTO_TEST_CASE(refuses_names_that_the_environment_cannot_hold) {
    Spec spec({probe(), "env"});
    for (const char *name : {"", "A=B"}) {
        const Failure failure = failure_of<spaces_spec_set_env>(spec, name, "x");
        BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
