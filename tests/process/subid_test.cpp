// Id maps of an ordinary user from /etc/subuid and /etc/subgid, written by newuidmap and newgidmap.
#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sstream>
#include <sys/stat.h>

using namespace support;

namespace {

std::string compact(const std::string &map) {
    std::istringstream numbers(map);
    std::string result;
    for (std::string inside, outside, count; numbers >> inside >> outside >> count;) {
        result += (result.empty() ? "" : ", ") + inside + " " + outside + " " + count;
    }
    return result;
}

Spec automatic(const std::vector<std::string> &args) {
    Spec spec(args);
    spec.unshare(SPACES_NAMESPACE_USER)
        .with<spaces_spec_set_uid_map>("auto")
        .with<spaces_spec_set_gid_map>("auto");
    return spec;
}

} // namespace

BOOST_AUTO_TEST_SUITE(subid_test, *needs(root) * needs(new_id_maps))

BOOST_AUTO_TEST_CASE(auto_maps_the_user_to_root_and_the_range_from_one_up) {
    const Account account;
    as_account(account, [&] {
        const std::string id = std::to_string(account.uid);
        BOOST_TEST(compact(output_of(automatic({probe(), "cat", "/proc/self/uid_map"}))) ==
                   "0 " + id + " 1, 1 200000 65536");
        BOOST_TEST(compact(output_of(automatic({probe(), "cat", "/proc/self/gid_map"}))) ==
                   "0 " + id + " 1, 1 300000 65536");
    });
}

BOOST_AUTO_TEST_CASE(auto_takes_all_ranges_of_the_user_by_name_and_by_number) {
    Account account;
    account.subuid = "other:100000:65536\nspaces-tester:200000:1000\n54322:400000:500\n";
    as_account(account, [] {
        BOOST_TEST(compact(output_of(automatic({probe(), "cat", "/proc/self/uid_map"}))) ==
                   "0 54322 1, 1 200000 1000, 1001 400000 500");
    });
}

BOOST_AUTO_TEST_CASE(the_program_can_be_any_of_these_users) {
    as_account({}, [] {
        Spec spec = automatic({probe(), "ids"});
        const uint32_t group = 12;
        spec.with<spaces_spec_set_uid>(1000u).with<spaces_spec_set_gid>(1000u);
        spec.with<spaces_spec_set_groups>(&group, size_t{1});
        BOOST_TEST(output_of(spec) == "uid 1000 1000 1000 gid 1000 1000 1000 groups 12\n");
    });
}

BOOST_AUTO_TEST_CASE(ranges_of_ones_own_can_be_named) {
    as_account({}, [] {
        Spec spec({probe(), "cat", "/proc/self/uid_map"});
        spec.unshare(SPACES_NAMESPACE_USER).with<spaces_spec_set_uid_map>("0 200000 100, 100 54322 1");
        BOOST_TEST(compact(output_of(spec)) == "0 200000 100, 100 54322 1");
    });
}

BOOST_AUTO_TEST_CASE(works_with_all_namespaces_and_a_root_directory) {
    const Rootfs rootfs;
    as_account({}, [&] {
        Spec spec = automatic({"/bin/probe", "pid"});
        spec.unshare(SPACES_NAMESPACE_ALL)
            .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
            .with<spaces_spec_set_default_mounts>(1);
        BOOST_TEST(output_of(spec) == "2 1\n");
    });
}

BOOST_AUTO_TEST_CASE(a_single_id_needs_no_helper) {
    as_account({}, [] {
        Spec spec({probe(), "ids"});
        spec.unshare(SPACES_NAMESPACE_USER).with<spaces_spec_set_env>("PATH", "/nonexistent");
        BOOST_TEST(output_of(spec).starts_with("uid 0 0 0 gid 0 0 0"));
    });
}

BOOST_AUTO_TEST_CASE(auto_without_ranges_names_the_file_and_the_cure) {
    Account account;
    account.subuid = "other:100000:65536\n";
    as_account(account, [] {
        const Failure failure = start_fails(automatic({probe(), "ids"}));
        BOOST_TEST(failure.message.find("/etc/subuid") != std::string::npos, failure.text);
        BOOST_TEST(failure.hint.find("usermod") != std::string::npos, failure.text);
    });
}

BOOST_AUTO_TEST_CASE(a_map_beyond_the_range_names_what_there_is) {
    as_account({}, [] {
        Spec spec({probe(), "ids"});
        spec.unshare(SPACES_NAMESPACE_USER).with<spaces_spec_set_uid_map>("0 54322 1, 1 200000 70000");
        const Failure failure = start_fails(spec);
        BOOST_TEST(failure.step == "uid_map", failure.text);
        BOOST_TEST(failure.message.find("[200000-270000)") != std::string::npos, failure.text);
        BOOST_TEST(failure.hint.find("user \"spaces-tester\" has 200000-265535 in /etc/subuid") !=
                       std::string::npos,
                   failure.text);
        spec.with<spaces_spec_set_uid_map>("self").with<spaces_spec_set_gid_map>("0 1000 1");
        const Failure of_groups = start_fails(spec);
        BOOST_TEST(of_groups.step == "gid_map", of_groups.text);
        BOOST_TEST(of_groups.hint.find("user \"spaces-tester\" has 300000-365535 in /etc/subgid") !=
                       std::string::npos,
                   of_groups.text);
    });
}

BOOST_AUTO_TEST_CASE(a_map_of_who_has_no_range_says_so) {
    Account account;
    account.subuid = "other:100000:65536\n";
    as_account(account, [] {
        Spec spec({probe(), "ids"});
        spec.unshare(SPACES_NAMESPACE_USER).with<spaces_spec_set_uid_map>("0 54322 1, 1 100000 1");
        const Failure failure = start_fails(spec);
        BOOST_TEST(failure.step == "uid_map", failure.text);
        BOOST_TEST(failure.hint.find("user \"spaces-tester\" has none in /etc/subuid (as root: usermod "
                                     "--add-subuids 165536-231071 spaces-tester)") != std::string::npos,
                   failure.text);
    });
}

BOOST_AUTO_TEST_CASE(a_helper_need_not_be_the_last_to_close_its_output) {
    // As where a fork, made by another thread at that moment, has a copy of the pipe: here a program that the
    // helper leaves behind, until the test has got its answer.
    const TempDir dir;
    const std::string release = dir.path() + "/release";
    must(::mkfifo(release.c_str(), 0666), "mkfifo");
    must(::chmod(release.c_str(), 0666), "chmod");
    for (const std::string helper : {"newuidmap", "newgidmap"}) {
        dir.file(helper, "#!/bin/sh\ncat " + release + " &\nexec /usr/bin/" + helper + " \"$@\"\n", 0755);
    }
    as_account({}, [&] {
        const Fd held = open_file(release, O_RDWR);
        must(::setenv("PATH", (dir.path() + ":/usr/bin:/bin").c_str(), 1), "setenv");
        BOOST_TEST(compact(output_of(automatic({probe(), "cat", "/proc/self/uid_map"}))) ==
                   "0 54322 1, 1 200000 65536");
        Spec spec({probe(), "ids"});
        spec.unshare(SPACES_NAMESPACE_USER).with<spaces_spec_set_uid_map>("0 1000 1");
        BOOST_TEST(start_fails(spec).message.find("uid range [0-1) -> [1000-1001) not allowed") !=
                   std::string::npos);
    });
}

BOOST_AUTO_TEST_CASE(a_caller_may_ignore_its_children) {
    // Then nothing is left of the helper when it has ended, not even a status.
    as_account({}, [&] {
        ::signal(SIGCHLD, SIG_IGN);
        Spec spec({probe(), "cat", "/proc/self/uid_map"});
        spec.unshare(SPACES_NAMESPACE_USER).with<spaces_spec_set_uid_map>("auto");
        BOOST_TEST(compact(capture(spec).out) == "0 54322 1, 1 200000 65536");
        spec.with<spaces_spec_set_uid_map>("0 1000 1");
        BOOST_TEST(start_fails(spec).message.find("uid range [0-1) -> [1000-1001) not allowed") !=
                   std::string::npos);
    });
}

BOOST_AUTO_TEST_CASE(root_may_use_auto_too) {
    // Root's own ranges, if it has any: the caller is 0 in any case.
    Account account;
    account.subuid = "root:500000:1000\n";
    account.subgid = "root:600000:1000\n";
    account.uid = 0;
    as_account(account, [] {
        BOOST_TEST(compact(output_of(automatic({probe(), "cat", "/proc/self/uid_map"}))) ==
                   "0 0 1, 1 500000 1000");
    });
}

BOOST_AUTO_TEST_SUITE_END()
