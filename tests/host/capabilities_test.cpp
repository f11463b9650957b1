// Capabilities by number and name.
#include "host/capabilities.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
#include <linux/capability.h>
#include <string>

using namespace spaces;

BOOST_AUTO_TEST_SUITE(capabilities_test)

BOOST_AUTO_TEST_CASE(the_effective_set_is_the_kernels) {
    std::ifstream status("/proc/thread-self/status");
    std::string line;
    while (std::getline(status, line) && !line.starts_with("CapEff:")) {
    }
    BOOST_TEST(effective_capabilities() == std::stoull(line.substr(line.find('\t')), nullptr, 16));
}

BOOST_AUTO_TEST_CASE(names_are_those_of_the_kernel) {
    BOOST_TEST(capability_name(CAP_CHOWN) == "CAP_CHOWN");
    BOOST_TEST(capability_name(CAP_SYS_ADMIN) == "CAP_SYS_ADMIN");
    BOOST_TEST(capability_name(CAP_CHECKPOINT_RESTORE) == "CAP_CHECKPOINT_RESTORE");
    BOOST_TEST(capability_name(63) == "CAP_63");
}

BOOST_AUTO_TEST_CASE(a_set_is_listed_in_the_kernels_order) {
    const uint64_t set = uint64_t{1} << CAP_SYS_ADMIN | uint64_t{1} << CAP_KILL | uint64_t{1} << 62U;
    BOOST_TEST((capability_names(set) == std::vector<std::string>{"CAP_KILL", "CAP_SYS_ADMIN", "CAP_62"}));
    BOOST_TEST(capability_names(0).empty());
}

BOOST_AUTO_TEST_SUITE_END()
