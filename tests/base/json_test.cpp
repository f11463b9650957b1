// JSON as a tree, and as text.
#include "base/json.hpp"

#include "support/thrown.hpp"

#include <spaces/base.h>

using namespace spaces;
using support::thrown_by;
using Object = Json::Object;
using Array = Json::Array;

namespace {

std::string text_of(const Json &json) {
    return to_text(json, BadUtf8::refuse);
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_test)

BOOST_AUTO_TEST_CASE(scalars) {
    BOOST_TEST(text_of(Json()) == "null");
    BOOST_TEST(text_of(true) == "true");
    BOOST_TEST(text_of(false) == "false");
    BOOST_TEST(text_of(0) == "0");
    BOOST_TEST(text_of(INT64_MIN) == "-9223372036854775808");
    BOOST_TEST(text_of(UINT64_MAX) == "18446744073709551615");
    BOOST_TEST(text_of(0.5) == "0.5");
    BOOST_TEST(text_of("text") == "\"text\"");
}

BOOST_AUTO_TEST_CASE(integers_that_are_not_negative_are_of_one_type) {
    BOOST_TEST(Json(5).is(Json::Type::natural));
    BOOST_TEST(Json(int64_t{5}).is(Json::Type::natural));
    BOOST_TEST(Json(uint32_t{5}).is(Json::Type::natural));
    BOOST_TEST(Json(-5).is(Json::Type::integer));
}

BOOST_AUTO_TEST_CASE(strings_are_escaped) {
    BOOST_TEST(text_of(std::string("\"\\\n\x01\0\x7f\xc3\xa9/", 9)) ==
               "\"\\\"\\\\\\n\\u0001\\u0000\x7f\xc3\xa9/\"");
}

BOOST_AUTO_TEST_CASE(members_stand_on_lines_of_their_own_and_in_order) {
    const Json json = Object{{"z", 1}, {"a", Array{1, "two", Object{}}}, {"empty", Array{}}};
    BOOST_TEST(text_of(json) == "{\n"
                                "  \"z\": 1,\n"
                                "  \"a\": [\n"
                                "    1,\n"
                                "    \"two\",\n"
                                "    {}\n"
                                "  ],\n"
                                "  \"empty\": []\n"
                                "}");
}

BOOST_AUTO_TEST_CASE(members_are_found_by_name) {
    const Json json = Object{{"a", 1}, {"b", Json()}};
    BOOST_TEST_REQUIRE(json.find("a") != nullptr);
    BOOST_TEST(json.find("a")->natural() == 1U);
    BOOST_TEST(json.find("b")->is(Json::Type::null));
    BOOST_TEST(json.find("c") == nullptr);
    BOOST_TEST(Json(Array{}).find("a") == nullptr);
}

BOOST_AUTO_TEST_CASE(bytes_that_are_not_utf8_are_refused_or_replaced) {
    const Json json = Object{{"a", Array{"fine", Object{{"b", "caf\xe9"}}}}};
    const Error error = thrown_by([&] { text_of(json); });
    BOOST_TEST(error.code == SPACES_EINVALID);
    BOOST_TEST(error.object == "a[1].b");
    BOOST_TEST(error.message == "a[1].b: is not UTF-8, which JSON cannot carry");
    BOOST_TEST(to_text("caf\xe9", BadUtf8::replace) == "\"caf\xef\xbf\xbd\"");
}

BOOST_AUTO_TEST_SUITE_END()
