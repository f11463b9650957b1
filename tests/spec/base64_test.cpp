// Base64, by the test vectors of RFC 4648 and what is none.
#include "spec/base64.hpp"

#include <boost/test/unit_test.hpp>

using namespace spaces;

BOOST_AUTO_TEST_SUITE(base64_test)

BOOST_AUTO_TEST_CASE(is_as_the_rfc_has_it) {
    const std::pair<const char *, const char *> vectors[] = {{"", ""},
                                                             {"f", "Zg=="},
                                                             {"fo", "Zm8="},
                                                             {"foo", "Zm9v"},
                                                             {"foob", "Zm9vYg=="},
                                                             {"fooba", "Zm9vYmE="},
                                                             {"foobar", "Zm9vYmFy"}};
    for (const auto &[bytes, text] : vectors) {
        BOOST_TEST(to_base64(bytes) == text);
        BOOST_TEST(from_base64(text).value() == bytes);
    }
}

BOOST_AUTO_TEST_CASE(holds_every_byte) {
    std::string bytes;
    for (int round = 0; round < 3; ++round) {
        for (int byte = 0; byte < 256; ++byte) {
            bytes += static_cast<char>(byte);
        }
        BOOST_TEST((from_base64(to_base64(bytes)) == bytes));
        bytes += 'x';
    }
}

BOOST_AUTO_TEST_CASE(lets_line_ends_pass_and_nothing_else) {
    BOOST_TEST(from_base64("Zm9v\n YmFy\r\n").value() == "foobar");
    for (const char *text : {"Z", "Zg", "Zg=", "Zg=a", "=g==", "Zm9v!", "Z===", "====", "Zg==Zg=="}) {
        BOOST_TEST(!from_base64(text).has_value(), text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
