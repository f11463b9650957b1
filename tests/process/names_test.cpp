// Host name and domain name of a new uts namespace.
#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/utsname.h>

using namespace support;

namespace {

std::string own_names() {
    utsname name;
    ::uname(&name);
    return std::string(name.nodename) + " " + name.domainname + "\n";
}

} // namespace

BOOST_AUTO_TEST_SUITE(names_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(are_the_callers_by_default) {
    Spec spec({probe(), "names"});
    spec.isolate(SPACES_NAMESPACE_UTS);
    BOOST_TEST(output_of(spec) == own_names());
}

BOOST_AUTO_TEST_CASE(are_what_was_set_and_the_hosts_stay) {
    const std::string before = own_names();
    Spec spec({probe(), "names"});
    spec.isolate(SPACES_NAMESPACE_UTS)
        .with<spaces_spec_set_hostname>("guest")
        .with<spaces_spec_set_domainname>("example.org");
    BOOST_TEST(output_of(spec) == "guest example.org\n");
    BOOST_TEST(own_names() == before);
}

BOOST_AUTO_TEST_CASE(may_be_as_long_as_the_kernel_allows) {
    const std::string longest(64, 'h');
    Spec spec({probe(), "names"});
    spec.isolate(SPACES_NAMESPACE_UTS)
        .with<spaces_spec_set_hostname>(longest.c_str())
        .with<spaces_spec_set_domainname>(longest.c_str());
    BOOST_TEST(output_of(spec) == longest + " " + longest + "\n");
}

BOOST_AUTO_TEST_CASE(are_refused_without_a_namespace_of_the_programs_own) {
    // Else the host would be renamed.
    const std::string before = own_names();
    Spec spec({probe(), "names"});
    spec.with<spaces_spec_set_hostname>("guest");
    const Failure failure = start_fails(spec);
    BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
    BOOST_TEST(failure.object == "hostname", failure.text);
    BOOST_TEST(own_names() == before);
}

BOOST_AUTO_TEST_SUITE_END()
