// The capabilities of the calling thread.
#include "host/capabilities.hpp"

#include <boost/test/unit_test.hpp>
#include <fstream>
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

BOOST_AUTO_TEST_SUITE_END()
