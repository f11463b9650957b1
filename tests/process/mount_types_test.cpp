// File systems by type, and the options that mount(8) and OCI have for them.
#include "support/capture.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <sys/syscall.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

Spec shell_in(const Rootfs &rootfs, const std::string &script, const char *type,
              const char *options = nullptr, uint32_t more = 0) {
    Spec spec({"/bin/sh", "-c", script});
    spec.isolate(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID | more)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .with<spaces_spec_add_mount>(type, "/mnt", type, options);
    return spec;
}

constexpr uint32_t network_and_ipc = SPACES_NAMESPACE_NETWORK | SPACES_NAMESPACE_IPC;
const char *const show = "grep -o ' /mnt .*' /proc/self/mountinfo";

struct Type {
    const char *name;
    const char *options;
    const char *contains;
};
std::ostream &operator<<(std::ostream &stream, const Type &type) {
    return stream << type.name;
}
const Type types[] = {
    {"tmpfs", "size=64k,nosuid", " /mnt rw,nosuid,relatime - tmpfs tmpfs rw,size=64k"},
    {"proc", "nodev,hidepid=2", " /mnt rw,nodev,relatime - proc proc rw,hidepid="},
    {"sysfs", "ro", " /mnt ro,relatime - sysfs sysfs rw"},
    {"devpts", "newinstance,ptmxmode=0666,mode=0620", " - devpts devpts rw,mode=620,ptmxmode=666"},
    {"mqueue", "noexec", " /mnt rw,noexec,relatime - mqueue mqueue rw"},
    {"ramfs", nullptr, " - ramfs ramfs rw"},
};

} // namespace

BOOST_AUTO_TEST_SUITE(mount_types_test, *needs(user_namespaces))

BOOST_DATA_TEST_CASE(are_mounted_by_everybody, data::make(types), type) {
    as_everybody([&](const std::string &who) {
        const Rootfs rootfs;
        const Spec spec = shell_in(rootfs, show, type.name, type.options, network_and_ipc);
        expect_unchanged(who, [&] {
            const std::string seen = output_of(spec);
            BOOST_TEST(seen.find(type.contains) != std::string::npos, who << ": " << seen);
        });
    });
}

BOOST_DATA_TEST_CASE(take_options_of_the_file_system_as_a_whole, data::make({0, ENOSYS, EPERM}), answer) {
    const Rootfs rootfs;
    const auto test = [&] {
        const std::string seen =
            output_of(shell_in(rootfs, show, "tmpfs", "sync,dirsync,mand,nomand,lazytime,async,size=64k"));
        BOOST_TEST(seen.find("dirsync") != std::string::npos, seen);
        BOOST_TEST(seen.find(",sync") == std::string::npos, seen);
        BOOST_TEST(seen.find("lazytime") != std::string::npos, seen);
        BOOST_TEST(seen.find("size=64k") != std::string::npos, seen);
    };
    if (answer == 0) {
        test();
    } else {
        with_seccomp(answer, {SYS_fsopen}, test);
    }
}

BOOST_AUTO_TEST_CASE(ignore_what_is_only_for_fstab_and_mount_itself) {
    const Rootfs rootfs;
    const std::string seen =
        output_of(shell_in(rootfs, show, "tmpfs",
                           "defaults,auto,noauto,nofail,_netdev,x-systemd.automount,silent,loud,noiversion"));
    BOOST_TEST(seen.starts_with(" /mnt rw,relatime - tmpfs tmpfs rw"), seen);
}

BOOST_AUTO_TEST_CASE(take_recursive_attributes_for_their_own) {
    const Rootfs rootfs;
    const std::string seen = output_of(shell_in(rootfs, show, "tmpfs", "rro,rnosuid,rnoexec"));
    BOOST_TEST(seen.starts_with(" /mnt ro,nosuid,noexec,relatime - tmpfs"), seen);
}

BOOST_AUTO_TEST_CASE(of_cgroups_show_the_own_one_and_are_read_only) {
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        // One directory where the host has the unified hierarchy only, else one of each in a tmpfs.
        const std::string script =
            "ls /mnt/*/cgroup.procs /mnt/cgroup.procs 2>/dev/null | head -1 | wc -l; "
            "for d in /mnt /mnt/*/; do [ -d $d ] && probe make $d/new; done | busybox sort -u";
        for (const uint32_t more : {0U, SPACES_NAMESPACE_CGROUP}) {
            const Spec spec = shell_in(rootfs, script, "cgroup", "ro,nosuid,nodev,noexec", more);
            expect_unchanged(who, [&] {
                const std::string seen = output_of(spec);
                BOOST_TEST(seen == "1\nRead-only file system\n", who << more << seen);
            });
        }
    });
}

// The container's own, not the caller's: its first process is there, and a limit that it was given.
BOOST_AUTO_TEST_CASE(of_cgroups_in_a_new_namespace_show_the_containers_own, *needs(root)) {
    const Rootfs rootfs;
    for (const char *access : {"ro", "rw"}) {
        Spec spec =
            shell_in(rootfs,
                     "cat /mnt/pids.max /mnt/pids/pids.max 2>/dev/null; "
                     "cat /mnt/cgroup.procs /mnt/pids/cgroup.procs 2>/dev/null | head -1; "
                     "for d in /mnt /mnt/pids; do [ -f $d/pids.max ] && probe make $d/new; done; true",
                     "cgroup", access, SPACES_NAMESPACE_CGROUP | SPACES_NAMESPACE_PID);
        spec.with<spaces_spec_set_cgroup>("pids.max", "123").with<spaces_spec_set_init>(0);
        const std::string seen = output_of(spec);
        BOOST_TEST(seen.starts_with("123\n1\n"), seen);
        const bool is_refused = seen.find("Read-only file system") != std::string::npos;
        BOOST_TEST(is_refused == (std::string_view(access) == "ro"), seen);
    }
}

BOOST_AUTO_TEST_CASE(of_cgroup2_can_be_mounted_in_a_new_cgroup_namespace) {
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        const std::string seen = output_of(shell_in(rootfs, show, "cgroup2", "ro", SPACES_NAMESPACE_CGROUP));
        BOOST_TEST(seen.find(" /mnt ro,relatime - cgroup2 ") != std::string::npos, who << seen);
    });
}

BOOST_AUTO_TEST_CASE(propagate_as_each_is_told, *needs(root)) {
    const Rootfs rootfs;
    Spec spec =
        shell_in(rootfs, "grep -E ' /(mnt|home|tmp|root) ' /proc/self/mountinfo | busybox cut -d' ' -f5,7",
                 "tmpfs", "shared");
    spec.with<spaces_spec_add_mount>("tmpfs", "/home", "tmpfs", "unbindable")
        .with<spaces_spec_add_mount>("tmpfs", "/tmp", "tmpfs", "rprivate")
        .with<spaces_spec_add_mount>("/mnt", "/root", "bind", "rbind,rslave");
    const std::string seen = output_of(spec);
    BOOST_TEST(seen.find("/mnt shared:") != std::string::npos, seen);
    BOOST_TEST(seen.find("/home unbindable") != std::string::npos, seen);
    BOOST_TEST(seen.find("/tmp -") != std::string::npos, seen);
}

BOOST_AUTO_TEST_SUITE_END()
