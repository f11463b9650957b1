// Subordinate ids, from files that are right and from files that are not.
#include "host/subid.hpp"

#include "support/thrown.hpp"

#include <cstdio>
#include <pwd.h>
#include <spaces/base.h>
#include <stdlib.h>
#include <unistd.h>

using namespace spaces;
using namespace std::string_view_literals;
using support::thrown_by;

namespace {

constexpr uid_t uid = 1000;

class File {
  public:
    explicit File(std::string_view text, const char *name = "subuid") {
        char pattern[] = "/tmp/spaces-test-XXXXXX";
        directory_ = ::mkdtemp(pattern);
        path_ = directory_ + '/' + name;
        FILE *const file = std::fopen(path_.c_str(), "w");
        BOOST_TEST_REQUIRE(file != nullptr);
        std::fwrite(text.data(), 1, text.size(), file);
        std::fclose(file);
    }
    File(const File &) = delete;
    File &operator=(const File &) = delete;
    ~File() {
        ::unlink(path_.c_str());
        ::rmdir(directory_.c_str());
    }

    const std::string &path() const { return path_; }

  private:
    std::string directory_;
    std::string path_;
};

void expect(std::string_view text, const std::vector<SubidRange> &expected) {
    const File file(text);
    BOOST_TEST_CONTEXT(text) {
        BOOST_TEST((subordinate_ids(file.path(), uid, "alice") == expected));
    }
}

void expect_none(std::string_view text, std::string_view why, std::string_view range = "100000-165535") {
    const File file(text);
    BOOST_TEST_CONTEXT(text) {
        const Error error = thrown_by([&] { subordinate_ids(file.path(), uid, "alice"); });
        BOOST_TEST(error.code == SPACES_EUNSUPPORTED);
        BOOST_TEST(error.step == "uid_map");
        BOOST_TEST(error.object == file.path());
        BOOST_TEST(error.message == "cannot find subordinate ids of user \"alice\" in \"" + file.path() +
                                        "\": " + std::string(why));
        BOOST_TEST(error.hint == "as root: usermod --add-subuids " + std::string(range) + " alice");
    }
}

constexpr const char *no_entry = "it has no entry there";

} // namespace

BOOST_AUTO_TEST_SUITE(subid_test)

BOOST_AUTO_TEST_CASE(a_user_is_named_or_numbered) {
    expect("alice:100000:65536\n", {{100000, 65536}});
    expect("1000:100000:65536\n", {{100000, 65536}});
    expect("alice:100000:65536", {{100000, 65536}});
    expect("bob:100000:65536\nalice:165536:65536\ncarol:231072:65536\n", {{165536, 65536}});
}

BOOST_AUTO_TEST_CASE(several_ranges_come_in_their_order) {
    expect("alice:300000:10\nbob:1:1\n1000:200000:20\nalice:100000:30\n",
           {{300000, 10}, {200000, 20}, {100000, 30}});
}

BOOST_AUTO_TEST_CASE(the_same_ids_are_taken_once) {
    expect("alice:100000:65536\n1000:100000:65536\n", {{100000, 65536}});
    expect("alice:100000:10\nalice:100005:10\nalice:100010:10\n", {{100000, 10}, {100010, 10}});
}

BOOST_AUTO_TEST_CASE(ids_go_up_to_the_last) {
    expect("alice:4294967294:1\n", {{4294967294, 1}});
    expect("alice:0:4294967295\n", {{0, 4294967295}});
}

BOOST_AUTO_TEST_CASE(lines_that_are_wrong_are_left_out) {
    for (const char *const line : {"",
                                   "alice",
                                   "alice:",
                                   "alice:100000",
                                   "alice:100000:",
                                   "alice::65536",
                                   ":100000:65536",
                                   "alice:-1:10",
                                   "alice:100000:-5",
                                   "alice:0x10:10",
                                   "alice:1e5:10",
                                   "alice: 100000:10",
                                   "alice:100000:10 ",
                                   "alice:100000:10\r",
                                   "alice:100000:10:20",
                                   "alice:4294967295:1",
                                   "alice:4294967290:6",
                                   "alice:4294967296:1",
                                   "alice:100000:99999999999999999999",
                                   "# alice:1:1",
                                   "alice 100000 65536",
                                   " alice:100000:10"}) {
        expect(std::string(line) + "\nalice:200000:7\n", {{200000, 7}});
    }
    expect_none("alice:100000\n", no_entry);
}

BOOST_AUTO_TEST_CASE(names_are_compared_as_a_whole) {
    expect_none("alic:100000:10\nalice2:100010:10\nAlice:100020:10\n", no_entry, "100030-165565");
    expect_none("10000:100000:10\n100:100010:10\n01000:100020:10\n", no_entry, "100030-165565");
}

BOOST_AUTO_TEST_CASE(the_hint_offers_ids_that_nobody_has) {
    expect_none("", no_entry);
    expect_none("bob:100000:65536\n", no_entry, "165536-231071");
    expect_none("bob:500000:100\ncarol:100000:65536\n", no_entry, "500100-565635");
    expect_none("bob:100000:4294867295\n", no_entry, "65536-131071");
}

BOOST_AUTO_TEST_CASE(a_range_of_no_ids_is_none) {
    expect_none("alice:100000:0\n", "its range is of no ids");
    expect("alice:100000:0\nalice:200000:1\n", {{200000, 1}});
}

BOOST_AUTO_TEST_CASE(bytes_of_any_kind_do_no_harm) {
    expect("\0\xff\n:::\nalice:1\0:5\nalice:200000:7\n"sv, {{200000, 7}});
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_named_with_the_cure) {
    const Error error = thrown_by([] { subordinate_ids("/nonexistent/subgid", uid, "alice"); });
    BOOST_TEST(error.code == SPACES_EUNSUPPORTED);
    BOOST_TEST(error.step == "gid_map");
    BOOST_TEST(error.object == "/nonexistent/subgid");
    BOOST_TEST(
        error.message ==
        "cannot find subordinate ids of user \"alice\" in \"/nonexistent/subgid\": there is no such file");
    BOOST_TEST(error.hint == "as root: usermod --add-subgids 100000-165535 alice");
}

BOOST_AUTO_TEST_CASE(an_unreadable_file_is_a_system_error) {
    const Error error = thrown_by([] { subordinate_ids("/proc", uid, "alice"); });
    BOOST_TEST(error.code == SPACES_ESYSTEM);
    BOOST_TEST(error.error_number == EISDIR);
    BOOST_TEST(error.message == "cannot read the subordinate ids in \"/proc\": Is a directory");
}

BOOST_AUTO_TEST_CASE(a_user_without_a_name_goes_by_number) {
    const File file("1000:100000:10\n:5:5\n");
    BOOST_TEST((subordinate_ids(file.path(), uid, "") == std::vector<SubidRange>{{100000, 10}}));
    const Error error = thrown_by([&] { subordinate_ids(file.path(), 1001, ""); });
    BOOST_TEST(error.message == "cannot find subordinate ids of user \"1001\" in \"" + file.path() +
                                    "\": it has no entry there");
    BOOST_TEST(error.hint == "as root: echo 1001:100010:65536 >>" + file.path());
}

BOOST_AUTO_TEST_CASE(the_login_name_is_that_of_the_user_database) {
    BOOST_TEST(login_name(0) == ::getpwuid(0)->pw_name);
    BOOST_TEST(login_name(4'294'967'000) == "");
}

BOOST_AUTO_TEST_SUITE_END()
