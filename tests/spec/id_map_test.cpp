// The text form of id maps.
#include "spec/id_map.hpp"

#include "support/thrown.hpp"

#include <spaces/base.h>

using namespace spaces;
using namespace std::string_view_literals;
using support::thrown_by;
using Kind = IdMapSpec::Kind;

namespace {

std::vector<IdMapping> ranges_of(std::string_view text) {
    const IdMapSpec map = parse_id_map(text, "uid_map");
    BOOST_TEST((map.kind == Kind::ranges));
    return map.ranges;
}

void expect(std::string_view text, const std::vector<IdMapping> &expected) {
    BOOST_TEST_CONTEXT(text) {
        BOOST_TEST((ranges_of(text) == expected));
    }
}

void expect_refused(std::string_view text, std::string_view object, std::string_view message) {
    BOOST_TEST_CONTEXT(text) {
        const Error error = thrown_by([&] { parse_id_map(text, "uid_map"); });
        BOOST_TEST(error.code == SPACES_EINVALID);
        BOOST_TEST(error.step == "spec");
        BOOST_TEST(error.object == object);
        BOOST_TEST(error.message == message);
    }
}

} // namespace

BOOST_AUTO_TEST_SUITE(id_map_test)

BOOST_AUTO_TEST_CASE(words_are_kinds) {
    BOOST_TEST((parse_id_map("root", "uid_map").kind == Kind::root));
    BOOST_TEST((parse_id_map("self", "uid_map").kind == Kind::self));
    BOOST_TEST((parse_id_map("auto", "uid_map").kind == Kind::automatic));
    BOOST_TEST((parse_id_map(" none\n", "uid_map").kind == Kind::none));
    BOOST_TEST(parse_id_map("auto", "uid_map").ranges.empty());
}

BOOST_AUTO_TEST_CASE(a_range_is_inside_outside_count) {
    expect("0 1000 1", {{0, 1000, 1}});
    expect("0 0 4294967295", {{0, 0, 4294967295}});
    expect("4294967294 4294967294 1", {{4294967294, 4294967294, 1}});
}

BOOST_AUTO_TEST_CASE(ranges_are_separated_by_commas_or_newlines) {
    const std::vector<IdMapping> two{{0, 1000, 1}, {1, 100000, 65536}};
    expect("0 1000 1,1 100000 65536", two);
    expect("0 1000 1\n1 100000 65536\n", two);
    expect(" 0\t1000  1 , 1 100000\t65536 ,\r\n", two);
    // As /proc/PID/uid_map shows it.
    expect("         0       1000          1\n         1     100000      65536\n", two);
}

BOOST_AUTO_TEST_CASE(a_single_id_is_0_inside) {
    expect("1000", {{0, 1000, 1}});
    expect(" 1000\n", {{0, 1000, 1}});
}

BOOST_AUTO_TEST_CASE(listed_ids_are_numbered_from_0) {
    expect("1000,1001", {{0, 1000, 1}, {1, 1001, 1}});
    expect("1000, 5, 7,", {{0, 1000, 1}, {1, 5, 1}, {2, 7, 1}});
}

BOOST_AUTO_TEST_CASE(ranges_may_touch) {
    expect("0 100 10,10 110 10", {{0, 100, 10}, {10, 110, 10}});
}

BOOST_AUTO_TEST_CASE(what_is_no_number_is_refused) {
    expect_refused("-1", "uid_map", "uid_map: \"-1\" is no number of an id");
    expect_refused("0 -1000 1", "uid_map", "uid_map: \"-1000\" is no number of an id");
    expect_refused("+5", "uid_map", "uid_map: \"+5\" is no number of an id");
    expect_refused("0x10", "uid_map", "uid_map: \"0x10\" is no number of an id");
    expect_refused("1000:1", "uid_map", "uid_map: \"1000:1\" is no number of an id");
    expect_refused("Root", "uid_map", "uid_map: \"Root\" is no number of an id");
    expect_refused("0 1000 1;", "uid_map", "uid_map: \"1;\" is no number of an id");
    expect_refused("10\0"sv, "uid_map", "uid_map: \"10\\x00\" is no number of an id");
}

BOOST_AUTO_TEST_CASE(numbers_beyond_32_bits_are_refused) {
    expect_refused("4294967296", "uid_map", "uid_map: \"4294967296\" is larger than 4294967295");
    expect_refused("0 1000 99999999999999999999", "uid_map",
                   "uid_map: \"99999999999999999999\" is larger than 4294967295");
}

BOOST_AUTO_TEST_CASE(the_id_minus_1_is_refused) {
    expect_refused("4294967295", "uid_map[0]", "uid_map[0]: runs past the last id, 4294967294");
    expect_refused("4294967295 0 1", "uid_map[0]", "uid_map[0]: runs past the last id, 4294967294");
    expect_refused("0 4294967290 6", "uid_map[0]", "uid_map[0]: runs past the last id, 4294967294");
    expect_refused("0 1 4294967295", "uid_map[0]", "uid_map[0]: runs past the last id, 4294967294");
}

BOOST_AUTO_TEST_CASE(incomplete_and_mixed_entries_are_refused) {
    expect_refused("0 1000", "uid_map", "uid_map: \"0 1000\" lacks its count");
    expect_refused("0 1000 1 7", "uid_map", "uid_map: \"0 1000 1 7\" has more than three numbers");
    expect_refused("1000,1 100000 10", "uid_map", "uid_map: single ids and ranges are mixed");
    expect_refused("0 1000 1,1001", "uid_map", "uid_map: single ids and ranges are mixed");
    expect_refused("0 1000 0", "uid_map[0]", "uid_map[0]: a range of no ids");
}

BOOST_AUTO_TEST_CASE(an_empty_map_is_refused) {
    expect_refused("", "uid_map", "uid_map: no ids");
    expect_refused(" ,\n, ", "uid_map", "uid_map: no ids");
}

BOOST_AUTO_TEST_CASE(overlaps_are_refused_on_either_side) {
    expect_refused("0 100 10,9 200 1", "uid_map[1]", "uid_map[1]: overlaps uid_map[0] inside the namespace");
    expect_refused("0 100 10,20 50 10,10 109 1", "uid_map[2]",
                   "uid_map[2]: overlaps uid_map[0] outside the namespace");
    expect_refused("1000,1000", "uid_map[1]", "uid_map[1]: overlaps uid_map[0] outside the namespace");
    // A range around another.
    expect_refused("5 5 1,0 100 10", "uid_map[1]", "uid_map[1]: overlaps uid_map[0] inside the namespace");
}

BOOST_AUTO_TEST_CASE(the_kernel_takes_340_ranges) {
    std::string text;
    for (int id = 0; id < 340; ++id) {
        text += std::to_string(id) + ',';
    }
    BOOST_TEST(ranges_of(text).size() == 340U);
    expect_refused(text + "340", "uid_map", "uid_map: 341 ranges, and the kernel takes 340");
}

BOOST_AUTO_TEST_CASE(the_kernel_reads_less_than_a_page) {
    std::string text;
    for (int index = 0; index < 340; ++index) {
        const std::string id = std::to_string(1'000'000'000 + index);
        text += id + ' ' + id + " 1,";
    }
    const Error error = thrown_by([&] { parse_id_map(text, "gid_map"); });
    BOOST_TEST(error.object == "gid_map");
    BOOST_TEST(error.message.starts_with("gid_map: longer as text than the page that the kernel reads"));
    BOOST_TEST(error.hint == "join ranges that follow each other");
}

BOOST_AUTO_TEST_CASE(a_map_knows_what_it_maps) {
    const std::vector<IdMapping> ranges{{0, 1000, 1}, {10, 2000, 5}};
    BOOST_TEST(maps_id(ranges, 0));
    BOOST_TEST(!maps_id(ranges, 1));
    BOOST_TEST(!maps_id(ranges, 9));
    BOOST_TEST(maps_id(ranges, 10));
    BOOST_TEST(maps_id(ranges, 14));
    BOOST_TEST(!maps_id(ranges, 15));
    BOOST_TEST(maps_id({{0, 0, 4294967295}}, 4294967294));
}

BOOST_AUTO_TEST_CASE(long_text_is_cut_in_messages) {
    const Error error = thrown_by([&] { parse_id_map(std::string(100'000, 'x'), "uid_map"); });
    BOOST_TEST(error.message.size() < 200U);
}

BOOST_AUTO_TEST_SUITE_END()
