// Mounts where the newer system calls are missing (ENOSYS) or filtered (EPERM): they are the same mounts.
#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <vector>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

struct Lack {
    const char *name;
    std::vector<long> system_calls;
};

std::ostream &operator<<(std::ostream &stream, const Lack &lack) {
    return stream << lack.name;
}

const Lack lacks[] = {
    {"nothing", {}},
    {"open_tree", {SYS_open_tree}},
    {"move_mount", {SYS_move_mount}},
    {"fsopen", {SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick}},
    {"mount_setattr", {SYS_mount_setattr}},
    {"openat2", {SYS_openat2}},
    {"the new mount API",
     {SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_mount_setattr}},
};

const int answers[] = {ENOSYS, EPERM};

Spec in_root(const Rootfs &rootfs, const std::string &script) {
    Spec spec({"/bin/sh", "-c", script});
    spec.isolate(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0);
    return spec;
}

// A directory with a mount in it that holds a file, in a mount namespace of the test's own.
void with_a_mount_below(const std::function<void(const std::string &path)> &body) {
    const TempDir dir;
    in_mount_namespace([&] {
        const std::string below = dir.directory("below");
        must(::mount("tmpfs", below.c_str(), "tmpfs", 0, nullptr), "mount");
        write_file(below + "/deep", "x");
        body(dir.path());
    });
}

} // namespace

BOOST_AUTO_TEST_SUITE(mount_fallback_test, *needs(user_namespaces))

BOOST_DATA_TEST_CASE(a_bind_brings_what_is_below_only_where_it_is_recursive,
                     data::make(lacks) * data::make(answers), lack, answer) {
    if (!root()) {
        BOOST_TEST(true, "a user namespace is not let have a mount without what is below");
        return;
    }
    const Rootfs rootfs;
    with_a_mount_below([&](const std::string &path) {
        with_seccomp(answer, lack.system_calls, [&] {
            for (const char *option : {"bind", "rbind"}) {
                Spec spec = in_root(rootfs, "ls /mnt/below");
                spec.with<spaces_spec_add_mount>(path.c_str(), "/mnt", "bind", option);
                BOOST_TEST(output_of(spec) == (*option == 'r' ? "deep\n" : ""), option);
            }
        });
    });
}

BOOST_DATA_TEST_CASE(each_flag_of_a_mount_is_set, data::make(lacks) * data::make(answers), lack, answer) {
    const Rootfs rootfs;
    with_seccomp(answer, lack.system_calls, [&] {
        Spec spec = in_root(rootfs, "grep ' /mnt ' /proc/self/mountinfo");
        spec.with<spaces_spec_add_mount>("tmpfs", "/mnt", "tmpfs",
                                         "ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow,size=64k");
        const std::string seen = output_of(spec);
        BOOST_TEST(seen.find(" /mnt ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow - tmpfs tmpfs ") !=
                       std::string::npos,
                   seen);
        BOOST_TEST(seen.find("size=64k") != std::string::npos, seen);
    });
}

BOOST_DATA_TEST_CASE(an_option_may_be_longer_than_fsconfig_takes, data::make(lacks) * data::make(answers),
                     lack, answer) {
    // As the list of an overlay's layers can be.
    const Rootfs rootfs;
    with_seccomp(answer, lack.system_calls, [&] {
        Spec spec = in_root(rootfs, "stat -c %a /mnt");
        const std::string options = "mode=" + std::string(300, '0') + "750,size=64k";
        spec.with<spaces_spec_add_mount>("tmpfs", "/mnt", "tmpfs", options.c_str());
        BOOST_TEST(output_of(spec) == "750\n");
    });
}

BOOST_DATA_TEST_CASE(a_name_that_no_file_can_have_is_called_too_long, data::make(lacks) * data::make(answers),
                     lack, answer) {
    const Rootfs rootfs;
    rootfs.directory("mnt/" + std::string(255, 'n')); // nor is it taken for this one
    rootfs.directory("mnt/" + std::string(255, 'n') + "/n");
    const std::string target = "/mnt/" + std::string(256, 'n') + "/below";
    with_seccomp(answer, lack.system_calls, [&] {
        Spec spec = in_root(rootfs, "true");
        spec.with<spaces_spec_add_mount>("tmpfs", target.c_str(), "tmpfs", nullptr);
        const Failure failure = start_fails(spec);
        BOOST_TEST(failure.error_number == ENAMETOOLONG, failure.text);
        BOOST_TEST(failure.step == "mount", failure.text);
        BOOST_TEST(failure.message == "cannot mount \"tmpfs\" on \"" + target + "\": File name too long");
    });
}

BOOST_AUTO_TEST_SUITE_END()
