// The error object.
#include "support/api.hpp"

#include <boost/test/unit_test.hpp>
#include <string>

using namespace support;

BOOST_AUTO_TEST_SUITE(error_test)

BOOST_AUTO_TEST_CASE(tells_all_of_a_failure) {
    const Failure failure = failure_of<spaces_spec_set_uid_map>(Spec(), "0 1000");
    BOOST_TEST(failure.status == SPACES_EINVALID);
    BOOST_TEST(failure.code == SPACES_EINVALID);
    BOOST_TEST(failure.error_number == 0);
    BOOST_TEST(failure.step == "spec");
    BOOST_TEST(failure.index == -1);
    BOOST_TEST(failure.object == "linux.uidMappings");
    BOOST_TEST(failure.system_call == "");
    BOOST_TEST(failure.message == "linux.uidMappings: \"0 1000\" lacks its count");
    BOOST_TEST(failure.hint == "a range is inside-id outside-id count: \"0 1000 1\"");
}

BOOST_AUTO_TEST_CASE(is_null_after_a_success) {
    Spec spec;
    spaces_error *error = nullptr;
    BOOST_TEST_REQUIRE(spaces_spec_set_umask(spec, 01000, &error) == SPACES_EINVALID);
    BOOST_TEST_REQUIRE(error != nullptr);
    spaces_error_free(error);
    BOOST_TEST(spaces_spec_set_umask(spec, 022, &error) == SPACES_OK);
    BOOST_TEST(error == nullptr);
}

BOOST_AUTO_TEST_CASE(need_not_be_asked_for) {
    Spec spec;
    BOOST_TEST(spaces_spec_set_umask(spec, 01000, nullptr) == SPACES_EINVALID);
    BOOST_TEST(spaces_spec_set_umask(spec, 022, nullptr) == SPACES_OK);
}

BOOST_AUTO_TEST_CASE(no_error_says_nothing) {
    BOOST_TEST(spaces_error_code(nullptr) == SPACES_OK);
    BOOST_TEST(spaces_error_errno(nullptr) == 0);
    BOOST_TEST(spaces_error_index(nullptr) == -1);
    for (const auto text : {spaces_error_step, spaces_error_object, spaces_error_system_call,
                            spaces_error_message, spaces_error_hint}) {
        BOOST_TEST(std::string(text(nullptr)) == "");
    }
    spaces_error_free(nullptr);
}

BOOST_AUTO_TEST_SUITE_END()
