// Versions and features of the library.
#include <boost/test/unit_test.hpp>
#include <spaces/spaces.h>
#include <string>

BOOST_AUTO_TEST_SUITE(base_test)

BOOST_AUTO_TEST_CASE(the_library_is_of_its_headers_version) {
    BOOST_TEST(spaces_version() == SPACES_VERSION);
    BOOST_TEST(std::string(spaces_version_string()) == std::to_string(SPACES_VERSION_MAJOR) + '.' +
                                                           std::to_string(SPACES_VERSION_MINOR) + '.' +
                                                           std::to_string(SPACES_VERSION_PATCH));
}

BOOST_AUTO_TEST_CASE(features_are_words) {
    for (const char *const feature : {"fork", "terminal", "init", "newuidmap", "seccomp"}) {
        BOOST_TEST(spaces_has(feature) == 1);
    }
    BOOST_TEST(spaces_has("Fork") == 0);
    BOOST_TEST(spaces_has("") == 0);
    BOOST_TEST(spaces_has(nullptr) == 0);
}

BOOST_AUTO_TEST_CASE(nothing_can_be_given_back) {
    spaces_free(nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
