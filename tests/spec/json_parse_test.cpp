// JSON text that is no JSON, or that two readers would read differently.
#include "spec/json_parse.hpp"

#include "support/thrown.hpp"

#include <spaces/base.h>

using namespace spaces;
using namespace std::string_view_literals;
using support::thrown_by;

namespace {

void expect_refused(std::string_view text, std::string_view message) {
    BOOST_TEST_CONTEXT(text.substr(0, 100)) {
        const Error error = thrown_by([&] { parse_json(text); });
        BOOST_TEST(error.code == SPACES_EINVALID);
        BOOST_TEST(error.object == "config.json");
        BOOST_TEST(error.message == message);
    }
}

std::string nested(size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

} // namespace

BOOST_AUTO_TEST_SUITE(json_parse_test)

BOOST_AUTO_TEST_CASE(the_place_of_an_error_is_told) {
    expect_refused(
        "",
        "config.json: no JSON at line 1, column 1: unexpected end of input; expected '[', '{', or a literal");
    expect_refused("{\n  \"a\": tru\n}", "config.json: no JSON at line 2, column 11: invalid literal");
    expect_refused("{\"a\":1,}",
                   "config.json: no JSON at line 1, column 8: unexpected '}'; expected string literal");
    expect_refused("{} {}",
                   "config.json: no JSON at line 1, column 4: unexpected '{'; expected end of input");
}

BOOST_AUTO_TEST_CASE(values_keep_their_types_and_members_their_order) {
    const Json json =
        parse_json(R"({"z": [null, true, -1, 1, 18446744073709551615, 0.5, "é\u0000"], "a": {}})");
    const auto &members = json.members();
    BOOST_TEST_REQUIRE(members.size() == 2U);
    BOOST_TEST(members[0].first == "z");
    BOOST_TEST(members[1].second.is(Json::Type::object));
    const auto &items = members[0].second.items();
    BOOST_TEST_REQUIRE(items.size() == 7U);
    BOOST_TEST(items[0].is(Json::Type::null));
    BOOST_TEST(items[1].boolean());
    BOOST_TEST(items[2].integer() == -1);
    BOOST_TEST(items[3].natural() == 1U);
    BOOST_TEST(items[4].natural() == UINT64_MAX);
    BOOST_TEST(items[5].fraction() == 0.5);
    BOOST_TEST(items[6].text() == std::string("\xc3\xa9\0", 3));
}

BOOST_AUTO_TEST_CASE(a_nul_byte_ends_nothing) {
    expect_refused("{}\n\0{"sv, "config.json: no JSON at line 2, column 1: a NUL byte");
}

BOOST_AUTO_TEST_CASE(comments_are_no_json) {
    const Error error = thrown_by([] { parse_json("{} // mine"); });
    BOOST_TEST(error.message.starts_with("config.json: no JSON at line 1, column 4: "));
}

BOOST_AUTO_TEST_CASE(strings_are_utf8) {
    const Error error = thrown_by([] { parse_json("{\"a\": \"\xff\"}"); });
    BOOST_TEST(error.message ==
               "config.json: no JSON at line 1, column 8: invalid string: ill-formed UTF-8 byte");
}

BOOST_AUTO_TEST_CASE(a_member_twice_is_refused) {
    expect_refused(R"({"a": 1, "b": {"a": 2}, "a": 3})", "config.json: the member \"a\" is there twice");
    expect_refused(R"([{"x": {}}, {"y": {"n": 1, "n": 1}}])", "config.json: the member \"n\" is there twice");
    BOOST_TEST(parse_json(R"({"a": {"a": [{"a": 1}, {"a": 2}]}})").find("a") != nullptr);
}

BOOST_AUTO_TEST_CASE(deep_nesting_is_refused_without_using_the_stack_for_it) {
    BOOST_TEST(parse_json(nested(64)).is(Json::Type::array));
    expect_refused(nested(65), "config.json: nested deeper than 64 levels");
    expect_refused(std::string(5'000'000, '['), "config.json: nested deeper than 64 levels");
    std::string objects;
    for (int depth = 0; depth < 100'000; ++depth) {
        objects += "{\"a\":";
    }
    expect_refused(objects, "config.json: nested deeper than 64 levels");
}

BOOST_AUTO_TEST_CASE(numbers_beyond_a_double_are_refused) {
    expect_refused("[1e999]", "config.json: a number that is too large at line 1, column 6");
    expect_refused("[" + std::string(1000, '9') + "]",
                   "config.json: a number that is too large at line 1, column 1001");
}

BOOST_AUTO_TEST_CASE(a_long_token_does_not_make_a_long_message) {
    const Error error = thrown_by([] { parse_json("{\"" + std::string(1'000'000, 'x')); });
    BOOST_TEST(error.message.size() < 300U);
    const Error twice = thrown_by([] {
        const std::string name(1'000'000, 'x');
        parse_json("{\"" + name + "\":1,\"" + name + "\":1}");
    });
    BOOST_TEST(twice.message.size() < 300U);
}

BOOST_AUTO_TEST_SUITE_END()
