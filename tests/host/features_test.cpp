// What works here, as different users and under different restrictions.
#include "support/api.hpp"
#include "support/child.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <set>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace support;
using nlohmann::json;

namespace {

json features() {
    char *text = nullptr;
    call<spaces_host_features>(&text);
    json result = json::parse(text);
    spaces_free(text);
    return result;
}

json check_in(const json &features, const std::string &name) {
    for (const json &check : features.at("checks")) {
        if (check.at("name") == name) {
            return check;
        }
    }
    BOOST_FAIL("there is no check " << name);
    return {};
}

bool works(const json &features, const std::string &name) {
    return check_in(features, name).at("works");
}

std::string reason(const json &features, const std::string &name) {
    const json check = check_in(features, name);
    BOOST_TEST(check.at("works") == false, name);
    return check.value("reason", "");
}

const std::vector<std::string> namespaces{"user", "cgroup", "ipc", "uts", "network", "pid", "mount", "time"};

} // namespace

BOOST_AUTO_TEST_SUITE(features_test)

BOOST_AUTO_TEST_CASE(tells_who_and_what_was_asked) {
    utsname kernel{};
    ::uname(&kernel);
    const json found = features();
    BOOST_TEST(found.at("version") == spaces_version_string());
    BOOST_TEST(found.at("kernel") == kernel.release);
    BOOST_TEST(found.at("machine") == kernel.machine);
    BOOST_TEST(found.at("uid") == ::geteuid());
    BOOST_TEST(found.at("gid") == ::getegid());
    BOOST_TEST(found.at("capabilities").is_array());
}

BOOST_AUTO_TEST_CASE(each_check_has_an_answer_and_each_failure_a_reason_and_a_cure) {
    std::set<std::string> names;
    const json found = features();
    for (const json &check : found.at("checks")) {
        const std::string name = check.at("name");
        BOOST_TEST_CONTEXT(name) {
            BOOST_TEST(names.insert(name).second);
            BOOST_TEST(check.at("value").is_string());
            const bool failed = !check.at("works").get<bool>();
            BOOST_TEST(!check.value("reason", "").empty() == failed);
            BOOST_TEST(!check.value("hint", "").empty() == failed);
        }
    }
    for (const char *const name :
         {"namespace.user", "id_map.newuidmap", "id_map.subgid", "clone3", "pidfd.exit_info", "mount_setattr",
          "mount.proc", "memfd_exec", "cgroup.layout", "seccomp", "seccomp.notify", "apparmor", "selinux",
          "landlock", "capability.sys_resource", "sysctl.user.max_user_namespaces",
          "sysctl.kernel.apparmor_restrict_unprivileged_userns"}) {
        BOOST_TEST(names.contains(name), name);
    }
}

BOOST_AUTO_TEST_CASE(leaves_nothing_behind) {
    expect_unchanged("spaces_host_features", [] { features(); });
}

BOOST_AUTO_TEST_CASE(may_run_in_many_threads_at_once) {
    std::thread([] {}).join(); // libc installs a signal handler with its first thread
    expect_unchanged("spaces_host_features in threads", [] {
        std::vector<std::thread> threads;
        std::vector<json> found(4);
        for (json &one : found) {
            threads.emplace_back([&one] { one = features(); });
        }
        for (std::thread &thread : threads) {
            thread.join();
        }
        for (const json &one : found) {
            BOOST_TEST(one == found.front());
        }
    });
}

BOOST_AUTO_TEST_CASE(root_makes_namespaces_directly, *needs(root)) {
    const json found = features();
    for (const std::string &name : namespaces) {
        BOOST_TEST(works(found, "namespace." + name), name);
        BOOST_TEST(check_in(found, "namespace." + name).at("value") == "", name);
    }
    BOOST_TEST(works(found, "capability.sys_admin"));
}

BOOST_AUTO_TEST_CASE(a_user_makes_them_in_a_user_namespace, *needs(root) * needs(user_namespaces)) {
    as_user(nobody_special, [] {
        const json found = features();
        BOOST_TEST(found.at("uid") == nobody_special);
        BOOST_TEST(found.at("capabilities").empty());
        BOOST_TEST(works(found, "namespace.user"));
        for (const std::string &name : namespaces) {
            BOOST_TEST(works(found, "namespace." + name), name);
        }
        BOOST_TEST(check_in(found, "namespace.network").at("value") == "in a new user namespace");
        BOOST_TEST(works(found, "mount.proc"));
        BOOST_TEST(reason(found, "capability.setuid").starts_with("CAP_SETUID is missing"));
        BOOST_TEST(reason(found, "id_map.subuid").find("\"54321\" in \"/etc/subuid\"") != std::string::npos);
        expect_unchanged("spaces_host_features of a user", [] { features(); });
    });
}

BOOST_AUTO_TEST_CASE(a_user_with_subordinate_ids_sees_them, *needs(root)) {
    Account account;
    account.subuid = "spaces-tester:200000:65536\n54322:400000:10\n";
    as_account(account, [] {
        BOOST_TEST(check_in(features(), "id_map.subuid").at("value") == "200000:65536,400000:10");
    });
}

BOOST_AUTO_TEST_CASE(no_new_privs_disables_newuidmap, *needs(root) * needs(new_id_maps)) {
    as_user(nobody_special, [] {
        BOOST_TEST(works(features(), "id_map.newuidmap"));
        must(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
        const std::string why = reason(features(), "id_map.newuidmap");
        BOOST_TEST(why.starts_with("this process has no_new_privs set"), why);
    });
}

BOOST_AUTO_TEST_CASE(limits_of_the_kernel_are_named, *needs(user_namespaces)) {
    with_no_more_namespaces("net", [] {
        const json found = features();
        BOOST_TEST(reason(found, "namespace.network") == "user.max_net_namespaces is 0");
        BOOST_TEST(reason(found, "sysctl.user.max_net_namespaces") ==
                   "user.max_net_namespaces is 0: nobody may make network namespaces");
        BOOST_TEST(works(found, "namespace.uts"));
        BOOST_TEST(works(found, "mount.proc"));
    });
    with_no_more_namespaces(
        "user", [] { BOOST_TEST(reason(features(), "namespace.user") == "user.max_user_namespaces is 0"); });
    // The rest of what user namespaces are for still works.
    with_no_more_namespaces("mnt", [] {
        const json found = features();
        BOOST_TEST(works(found, "namespace.user"));
        BOOST_TEST(reason(found, "namespace.mount") == "user.max_mnt_namespaces is 0");
        BOOST_TEST(reason(found, "mount.proc") == "could not be tried: what comes before it does not work");
    });
}

BOOST_AUTO_TEST_CASE(system_calls_that_are_hidden_are_missed) {
    const std::vector<std::pair<const char *, long>> calls{
        {"clone3", SYS_clone3},         {"pidfd", SYS_pidfd_open},           {"close_range", SYS_close_range},
        {"openat2", SYS_openat2},       {"open_tree", SYS_open_tree},        {"fsopen", SYS_fsopen},
        {"move_mount", SYS_move_mount}, {"mount_setattr", SYS_mount_setattr}};
    for (const int error_number : {ENOSYS, EPERM}) {
        for (const auto &[name, number] : calls) {
            BOOST_TEST_CONTEXT(name << " with errno " << error_number) {
                with_seccomp(error_number, {number},
                             [&name = name] { BOOST_TEST(!works(features(), name)); });
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_filter_against_namespaces_is_named) {
    with_seccomp(EPERM, {SYS_unshare}, [] {
        BOOST_TEST(
            reason(features(), "namespace.user").starts_with("a seccomp filter of this process forbids it"));
    });
}

BOOST_AUTO_TEST_CASE(a_root_by_chroot_excludes_user_namespaces, *needs(root)) {
    const TempDir dir;
    in_child([&] {
        must(::chroot(dir.path().c_str()), "chroot");
        must(::chdir("/"), "chdir");
        BOOST_TEST(reason(features(), "namespace.user").find("chroot(2)") != std::string::npos);
    });
}

BOOST_AUTO_TEST_CASE(a_missing_proc_is_named, *needs(root)) {
    BOOST_TEST(works(features(), "proc"));
    in_mount_namespace([] {
        must(::mount("none", "/proc", "tmpfs", MS_RDONLY, nullptr), "mount");
        BOOST_TEST(reason(features(), "proc") == "/proc is not mounted, or is that of another pid namespace");
    });
}

BOOST_AUTO_TEST_CASE(hidden_parts_of_proc_are_named, *needs(root) * needs(user_namespaces)) {
    in_mount_namespace([] {
        must(::mount("none", "/proc/fs", "tmpfs", MS_RDONLY, nullptr), "mount");
        as_user(nobody_special, [] {
            const std::string why = reason(features(), "mount.proc");
            BOOST_TEST(why == "parts of this /proc are hidden, and a new one would show them: /proc/fs");
        });
    });
}

BOOST_AUTO_TEST_CASE(a_missing_argument_is_an_error) {
    const Failure failure = failure_of<spaces_host_features>(nullptr);
    BOOST_TEST(failure.status == SPACES_EINVALID);
    BOOST_TEST(failure.message == "ret_json: is NULL");
}

BOOST_AUTO_TEST_CASE(filters_are_told_as_ocis_features_have_them) {
    const json seccomp = features().at("seccomp");
    BOOST_TEST(seccomp.at("enabled") == true);
    const auto has = [&](const char *list, const char *word) {
        const json &words = seccomp.at(list);
        return std::find(words.begin(), words.end(), word) != words.end();
    };
    BOOST_TEST(has("actions", "SCMP_ACT_ERRNO"));
    BOOST_TEST(has("actions", "SCMP_ACT_KILL_PROCESS"));
    BOOST_TEST(seccomp.at("operators").size() == 7u);
    BOOST_TEST(has("archs", "SCMP_ARCH_X86_64"));
    for (const json &flag : seccomp.at("supportedFlags")) {
        BOOST_TEST(has("knownFlags", flag.get<std::string>().c_str()));
    }
    BOOST_TEST(has("supportedFlags", "SECCOMP_FILTER_FLAG_LOG"));
}

BOOST_AUTO_TEST_SUITE_END()
