// The directory of compiled filters: a hit is the very filter of the key, and nothing wrong with it is an
// error.
#include "security/filter.hpp"
#include "security/seccomp.hpp"
#include "spec/json_seccomp.hpp"
#include "support/child.hpp"
#include "support/fd.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace spaces;
namespace fs = std::filesystem;

namespace {

Filter filter_of(uint32_t size) {
    Filter filter;
    for (uint32_t i = 0; i < size; ++i) {
        filter.program.push_back({BPF_RET | BPF_K, 0, 0, i});
    }
    filter.ignored = {"one", "two"};
    return filter;
}

bool is(const std::optional<Filter> &found, const Filter &wanted) {
    return found && found->ignored == wanted.ignored && found->program.size() == wanted.program.size() &&
           std::equal(
               found->program.begin(), found->program.end(), wanted.program.begin(),
               [](const sock_filter &a, const sock_filter &b) { return a.k == b.k && a.code == b.code; });
}

size_t files_in(const std::string &path) {
    return static_cast<size_t>(std::distance(fs::directory_iterator(path), fs::directory_iterator()));
}

struct Fixture {
    support::TempDir dir;
    std::string path = dir.path() + "/spaces/seccomp";
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(filter_directory_test, Fixture)

BOOST_AUTO_TEST_CASE(is_made_for_the_user_alone) {
    const FilterDirectory directory(path);
    directory.keep("key", filter_of(3));
    struct stat status {};
    BOOST_TEST(::stat(path.c_str(), &status) == 0);
    BOOST_TEST((status.st_mode & 07777U) == 0700U);
    BOOST_TEST(files_in(path) == 1u);
    for (const fs::directory_entry &file : fs::directory_iterator(path)) {
        BOOST_TEST(::stat(file.path().c_str(), &status) == 0);
        BOOST_TEST((status.st_mode & 07777U) == 0600U);
    }
}

BOOST_AUTO_TEST_CASE(gives_back_what_was_kept_by_its_whole_key) {
    const FilterDirectory directory(path);
    directory.keep("key", filter_of(3));
    BOOST_TEST(is(FilterDirectory(path).find("key"), filter_of(3)));
    BOOST_TEST(!directory.find("other").has_value());
    directory.keep("key", filter_of(5));
    BOOST_TEST(is(directory.find("key"), filter_of(5)));
    BOOST_TEST(files_in(path) == 1u);
}

BOOST_AUTO_TEST_CASE(keeps_no_more_than_it_may_and_nothing_of_others_is_removed) {
    const FilterDirectory directory(path);
    std::ofstream(path + "/precious") << "x";
    for (size_t i = 0; i < FilterDirectory::most + 20; ++i) {
        directory.keep("key " + std::to_string(i), filter_of(3));
    }
    BOOST_TEST(files_in(path) <= FilterDirectory::most + 1);
    BOOST_TEST(fs::exists(path + "/precious"));
    BOOST_TEST(directory.find("key " + std::to_string(FilterDirectory::most + 19)).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_damaged_is_not_there) {
    const FilterDirectory directory(path);
    directory.keep("key", filter_of(30));
    const fs::path file = fs::directory_iterator(path)->path();
    const auto size = fs::file_size(file);
    for (const uintmax_t cut : {size - 1, size / 2, uintmax_t{7}, uintmax_t{0}}) {
        fs::resize_file(file, cut);
        BOOST_TEST(!directory.find("key").has_value());
    }
    directory.keep("key", filter_of(30)); // and is replaced
    BOOST_TEST(is(directory.find("key"), filter_of(30)));
    ::chmod(file.c_str(), 0620);
    BOOST_TEST(!directory.find("key").has_value());
}

BOOST_AUTO_TEST_CASE(a_directory_that_others_can_write_to_is_not_used) {
    { const FilterDirectory made(path); }
    ::chmod(path.c_str(), 0770);
    const FilterDirectory directory(path);
    directory.keep("key", filter_of(3));
    BOOST_TEST(files_in(path) == 0u);
}

BOOST_AUTO_TEST_CASE(a_link_is_not_followed) {
    { const FilterDirectory made(path); }
    const std::string link = dir.path() + "/link";
    fs::create_directory_symlink(path, link);
    const FilterDirectory directory(link);
    directory.keep("key", filter_of(3));
    BOOST_TEST(files_in(path) == 0u);
}

BOOST_AUTO_TEST_CASE(another_users_directory_is_not_used, *support::needs(support::root)) {
    { const FilterDirectory made(path); }
    BOOST_TEST(::chown(path.c_str(), support::nobody_special, support::nobody_special) == 0);
    const FilterDirectory directory(path);
    directory.keep("key", filter_of(3));
    BOOST_TEST(files_in(path) == 0u);
}

BOOST_AUTO_TEST_CASE(a_place_that_is_none_is_no_error) {
    for (const std::string &place :
         {dir.path() + "/no/such/place", std::string("/proc/self/x/y"), std::string("relative")}) {
        SeccompSpec spec;
        spec.kind = SeccompSpec::Kind::profile;
        spec.profile = parse_seccomp(R"({"defaultAction": "SCMP_ACT_ALLOW"})");
        spec.cache = place == "relative" ? dir.path() + "/file" : place;
        std::ofstream(dir.path() + "/file") << "x";
        BOOST_TEST((find_filter(spec, {}).source == FilterSource::libseccomp));
    }
}

BOOST_AUTO_TEST_CASE(a_limit_of_the_size_of_files_ends_nobody) {
    support::in_child([&] {
        const rlimit limit{16, 16};
        support::must(::setrlimit(RLIMIT_FSIZE, &limit), "setrlimit");
        const FilterDirectory directory(path);
        directory.keep("key", filter_of(3));
        BOOST_TEST(!directory.find("key").has_value());
        // Nor where there is no cache at all.
        BOOST_TEST(compile_filter(parse_seccomp(R"({"defaultAction": "SCMP_ACT_ALLOW"})")).program.size() >
                   0u);
    });
}

BOOST_AUTO_TEST_CASE(a_profile_is_found_by_what_it_says) {
    SeccompSpec spec;
    spec.kind = SeccompSpec::Kind::profile;
    spec.profile = parse_seccomp(
        R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]})");
    spec.cache = path;
    const FoundFilter compiled = find_filter(spec, {});
    BOOST_TEST((compiled.source == FilterSource::libseccomp));
    const FoundFilter stored = find_filter(spec, {});
    BOOST_TEST((stored.source == FilterSource::directory));
    BOOST_TEST(is(stored.filter, compiled.filter));
    spec.profile.syscalls.front().errno_ret = 5;
    BOOST_TEST((find_filter(spec, {}).source == FilterSource::libseccomp));
}

BOOST_AUTO_TEST_SUITE_END()
