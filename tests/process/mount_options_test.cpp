// The options of bind mounts: they take from a mount what it has, as they give it what it has not.
#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <fcntl.h>
#include <sched.h>
#include <sstream>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

struct Lack {
    const char *name;
    int answer;
    std::vector<long> system_calls;
};

std::ostream &operator<<(std::ostream &stream, const Lack &lack) {
    return stream << lack.name;
}

const std::vector<long> all_new = {SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_mount_setattr};

const Lack lacks[] = {
    {"nothing", ENOSYS, {}},
    {"mount_setattr: missing", ENOSYS, {SYS_mount_setattr}},
    {"mount_setattr: forbidden", EPERM, {SYS_mount_setattr}},
    {"the new mount API: missing", ENOSYS, all_new},
    {"the new mount API: forbidden", EPERM, all_new},
};

// In a mount namespace of the test's own, a mount with these flags and one like it below.
void with_mounts(unsigned long flags, const std::function<void(const std::string &path)> &body) {
    const TempDir dir;
    in_mount_namespace([&] {
        const std::string path = dir.directory("source", 0777);
        must(::mount("tmpfs", path.c_str(), "tmpfs", 0, "mode=777"), "mount");
        const std::string below = path + "/below";
        must(::mkdir(below.c_str(), 0777), "mkdir");
        must(::mount("tmpfs", below.c_str(), "tmpfs", 0, "mode=777"), "mount");
        for (const std::string &each : {path, below}) {
            must(::mount(nullptr, each.c_str(), nullptr, MS_REMOUNT | MS_BIND | flags, nullptr), "remount");
        }
        body(path);
    });
}

// "ro,nosuid": the options of the mount itself, after a bind with `options`.
Spec showing(const Rootfs &rootfs, const std::string &source, const std::string &options, uint32_t more = 0) {
    Spec spec({"/bin/cat", "/proc/self/mountinfo"});
    spec.unshare(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID | more)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .with<spaces_spec_add_mount>(source.c_str(), "/mnt", "bind", options.c_str());
    return spec;
}

std::string options_of(const std::string &mountinfo, const std::string &target) {
    std::istringstream lines(mountinfo);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string ids[3];
        std::string root;
        std::string point;
        std::string options;
        words >> ids[0] >> ids[1] >> ids[2] >> root >> point >> options;
        if (point == target) {
            return options;
        }
    }
    return "(not mounted)";
}

constexpr unsigned long restricted =
    MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_NOSYMFOLLOW;

struct Change {
    const char *options;
    const char *becomes;
};

std::ostream &operator<<(std::ostream &stream, const Change &change) {
    return stream << change.options;
}

// Of a mount with all of these.
const Change changes[] = {
    {"bind", "ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow"},
    {"rw", "rw,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow"},
    {"suid", "ro,nodev,noexec,noatime,nodiratime,nosymfollow"},
    {"dev,exec", "ro,nosuid,noatime,nodiratime,nosymfollow"},
    {"atime", "ro,nosuid,nodev,noexec,nodiratime,relatime,nosymfollow"},
    {"relatime", "ro,nosuid,nodev,noexec,nodiratime,relatime,nosymfollow"},
    {"norelatime,nostrictatime", "ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow"},
    {"strictatime", "ro,nosuid,nodev,noexec,nodiratime,nosymfollow"},
    {"diratime,symfollow", "ro,nosuid,nodev,noexec,noatime"},
    {"ro,rw", "rw,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow"},
    {"rw,ro", "ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow"},
    {"rw,suid,dev,exec,atime,diratime,symfollow", "rw,relatime"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(mount_options_test, *needs(root))

BOOST_DATA_TEST_CASE(change_what_they_name_and_nothing_else, data::make(lacks) * data::make(changes), lack,
                     change) {
    const Rootfs rootfs;
    with_mounts(restricted, [&](const std::string &path) {
        with_seccomp(lack.answer, lack.system_calls, [&] {
            const std::string seen = output_of(showing(rootfs, path, change.options));
            BOOST_TEST(options_of(seen, "/mnt") == change.becomes);
        });
    });
}

BOOST_AUTO_TEST_CASE(atime_and_nostrictatime_each_take_back_their_own_only) {
    const Rootfs rootfs;
    with_mounts(MS_STRICTATIME, [&](const std::string &path) {
        BOOST_TEST(options_of(output_of(showing(rootfs, path, "atime")), "/mnt") == "rw");
        BOOST_TEST(options_of(output_of(showing(rootfs, path, "nostrictatime")), "/mnt") == "rw,relatime");
    });
}

BOOST_AUTO_TEST_CASE(leave_what_is_below_alone_where_they_are_not_recursive) {
    const Rootfs rootfs;
    with_mounts(restricted, [&](const std::string &path) {
        const std::string seen = output_of(showing(rootfs, path, "rbind,rw,suid,dev,exec"));
        BOOST_TEST(options_of(seen, "/mnt") == "rw,noatime,nodiratime,nosymfollow");
        BOOST_TEST(options_of(seen, "/mnt/below") == changes[0].becomes);
    });
}

BOOST_AUTO_TEST_CASE(clear_all_that_is_below_where_they_are_recursive) {
    const Rootfs rootfs;
    with_mounts(restricted, [&](const std::string &path) {
        for (const Change &change : {
                 Change{"rbind,rrw", "rw,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow"},
                 Change{"rbind,rsuid,rdev,rexec", "ro,noatime,nodiratime,nosymfollow"},
                 Change{"rbind,ratime,rdiratime,rsymfollow", "ro,nosuid,nodev,noexec,relatime"},
                 Change{"rbind,rrelatime", "ro,nosuid,nodev,noexec,nodiratime,relatime,nosymfollow"},
                 Change{"rbind,rstrictatime", "ro,nosuid,nodev,noexec,nodiratime,nosymfollow"},
                 Change{"rbind,rrw,rro", "ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow"},
             }) {
            const std::string seen = output_of(showing(rootfs, path, change.options));
            BOOST_TEST(options_of(seen, "/mnt") == change.becomes, change.options);
            BOOST_TEST(options_of(seen, "/mnt/below") == change.becomes, change.options);
        }
    });
}

BOOST_AUTO_TEST_CASE(cannot_be_recursive_without_mount_setattr) {
    const Rootfs rootfs;
    with_mounts(restricted, [&](const std::string &path) {
        for (const int answer : {ENOSYS, EPERM}) {
            with_seccomp(answer, {SYS_mount_setattr}, [&] {
                const Failure failure = start_fails(showing(rootfs, path, "rbind,rrw"));
                BOOST_TEST(failure.step == "mount_setattr", failure.text);
                BOOST_TEST(failure.error_number == answer, failure.text);
                BOOST_TEST(failure.message.find("locked") == std::string::npos, failure.text);
            });
        }
    });
}

BOOST_DATA_TEST_CASE(are_locked_for_a_new_user_namespace, data::make(lacks), lack) {
    const Rootfs rootfs;
    with_mounts(MS_RDONLY | MS_NODEV | MS_NOATIME, [&](const std::string &path) {
        with_seccomp(lack.answer, lack.system_calls, [&] {
            for (const auto &[options, names] : {std::pair{"rbind,rw", "ro"},
                                                 {"rbind,rw,suid,dev", "ro,nodev"},
                                                 {"rbind,atime", "access times"},
                                                 {"rbind,strictatime", "access times"}}) {
                const Failure failure = start_fails(showing(rootfs, path, options, SPACES_NAMESPACE_USER));
                BOOST_TEST(failure.error_number == EPERM, failure.text);
                BOOST_TEST(failure.step == "mount", failure.text);
                BOOST_TEST(failure.message == "cannot bind \"" + path +
                                                  "\" on \"/mnt\": the mount's options are locked (" + names +
                                                  "): Operation not permitted");
                BOOST_TEST(failure.hint.starts_with("a user namespace cannot"), failure.text);
            }
        });
    });
}

BOOST_AUTO_TEST_CASE(are_locked_below_too) {
    const Rootfs rootfs;
    with_mounts(MS_RDONLY, [&](const std::string &path) {
        const Failure failure = start_fails(showing(rootfs, path, "rbind,rrw", SPACES_NAMESPACE_USER));
        BOOST_TEST(failure.error_number == EPERM, failure.text);
        BOOST_TEST(failure.message ==
                   "cannot lift the restrictions of \"/mnt\" and all mounts below it: the mount's options "
                   "are locked (ro): Operation not permitted");
        BOOST_TEST(failure.hint.starts_with("a user namespace cannot"), failure.text);
    });
}

BOOST_DATA_TEST_CASE(that_clear_nothing_are_fine_with_locks, data::make(lacks), lack) {
    const Rootfs rootfs;
    for (const unsigned long flags : {MS_RELATIME | MS_NODEV, MS_STRICTATIME | MS_NODEV}) {
        with_mounts(flags, [&](const std::string &path) {
            with_seccomp(lack.answer, lack.system_calls, [&] {
                const std::string seen = output_of(
                    showing(rootfs, path, "rbind,rw,suid,exec,atime,diratime", SPACES_NAMESPACE_USER));
                BOOST_TEST(options_of(seen, "/mnt") ==
                           (flags == (MS_RELATIME | MS_NODEV) ? "rw,nodev,relatime" : "rw,nodev"));
            });
        });
    }
}

BOOST_DATA_TEST_CASE(clear_a_mount_of_the_same_user_namespace, data::make(lacks), lack) {
    // Its root is no less privileged than who has made the mount.
    const Rootfs rootfs;
    const TempDir dir;
    const std::string path = dir.directory("source", 0777);
    in_user_namespace([&] {
        for (const auto &[file, text] :
             {std::pair{"setgroups", "deny"}, {"uid_map", "0 0 1"}, {"gid_map", "0 0 1"}}) {
            write_all(open_file(std::string("/proc/self/") + file, O_WRONLY).get(), text);
        }
        must(::unshare(CLONE_NEWNS), "unshare");
        must(::mount("tmpfs", path.c_str(), "tmpfs", MS_RDONLY | MS_NODEV, nullptr), "mount");
        must(::mount(nullptr, path.c_str(), nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NODEV, nullptr),
             "remount");
        with_seccomp(lack.answer, lack.system_calls, [&] {
            const std::string seen = output_of(showing(rootfs, path, "rbind,rw"));
            BOOST_TEST(options_of(seen, "/mnt") == "rw,nodev,relatime");
        });
    });
}

BOOST_AUTO_TEST_CASE(that_clear_make_a_read_only_source_writable) {
    const Rootfs rootfs;
    with_mounts(MS_RDONLY, [&](const std::string &path) {
        Spec spec = showing(rootfs, path, "rw");
        BOOST_TEST(output_of(spec.args({"/bin/probe", "make", "/mnt/file"})) == "made\n");
    });
}

BOOST_AUTO_TEST_SUITE_END()
