// Older kernels and filters of container engines: a start works without the newer system calls.
#include "support/capture.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"
#include "support/waiting.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>
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

const std::vector<long> newest = {SYS_clone3,    SYS_close_range, SYS_mount_setattr, SYS_openat2,
                                  SYS_open_tree, SYS_move_mount,  SYS_fsopen,        SYS_fsconfig,
                                  SYS_fsmount,   SYS_pidfd_getfd};

const Lack lacks[] = {
    {"clone3", {SYS_clone3}},
    {"close_range", {SYS_close_range}},
    {"mount_setattr", {SYS_mount_setattr}},
    {"open_tree", {SYS_open_tree}},
    {"move_mount", {SYS_move_mount}},
    {"fsopen", {SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick}},
    {"the new mount API",
     {SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick, SYS_mount_setattr}},
    {"openat2", {SYS_openat2}},
    {"memfd_create", {SYS_memfd_create}},
    {"execveat", {SYS_execveat}},
    {"all that came after Linux 5.4", newest},
};

const int answers[] = {ENOSYS, EPERM};

const std::string seen = "/place container 0 0 2\n";

Spec in_root(const Rootfs &rootfs) {
    Spec spec({"/bin/sh", "-c",
               "set -e; cat /mnt/file >/dev/null; probe make /etc/x | grep -q Read-only; probe make /tmp/x "
               ">/dev/null\n"
               "[ -c /dev/null ] && [ -d /sys/kernel ]\n"
               "probe fds >/tmp/fds; [ $(grep -c . /tmp/fds) = 4 ]\n" // three and the one that was asked for
               "echo $(pwd) $(cat /proc/sys/kernel/hostname) $(stat -c '%u %g' /proc/$$) $$"});
    spec.isolate(SPACES_NAMESPACE_ALL & ~SPACES_NAMESPACE_TIME)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 1)
        .with<spaces_spec_set_default_mounts>(1)
        .with<spaces_spec_set_cwd>("/place")
        .with<spaces_spec_set_hostname>("container")
        .with<spaces_spec_set_env>("PATH", "/bin");
    return spec;
}

} // namespace

BOOST_AUTO_TEST_SUITE(fallback_test, *needs(user_namespaces))

BOOST_DATA_TEST_CASE(a_plain_program_starts_without, data::make(lacks) * data::make(answers), lack, answer) {
    with_seccomp(answer, lack.system_calls, [] {
        must(::dup2(2, 99), "dup2");
        Spec spec({probe(), "fds"});
        spec.with<spaces_spec_set_stdio>(SPACES_STDIN, SPACES_STDIO_NULL);
        spec.with<spaces_spec_set_stdio>(SPACES_STDERR, SPACES_STDIO_NULL);
        expect_unchanged("a plain start", [&] {
            BOOST_TEST(output_of(spec) == "0 device open\n1 pipe open\n2 device open\n");
        });
        BOOST_TEST(start_fails(Spec({"/nonexistent"})).error_number == ENOENT);
    });
}

BOOST_DATA_TEST_CASE(a_container_starts_without, data::make(lacks) * data::make(answers), lack, answer) {
    const Rootfs rootfs;
    rootfs.directory("place");
    const TempDir dir;
    dir.file("file", "x");
    Spec spec = in_root(rootfs);
    spec.with<spaces_spec_add_mount>(dir.path().c_str(), "/mnt", "bind", "ro");
    const Fd extra = open_file("/dev/null", O_RDONLY);
    spec.with<spaces_spec_add_fd>(extra.get(), 30);
    with_seccomp(answer, lack.system_calls, [&] {
        must(::dup2(2, 99), "dup2");
        expect_unchanged("a container", [&] { BOOST_TEST(output_of(spec) == seen); });
    });
}

BOOST_DATA_TEST_CASE(an_ordinary_users_container_starts_without, data::make(lacks) * data::make(answers),
                     lack, answer) {
    if (!root()) {
        BOOST_TEST(true, "an ordinary user is what the test before it has been");
        return;
    }
    const Rootfs rootfs;
    rootfs.directory("place");
    const TempDir dir;
    dir.file("file", "x");
    as_user(nobody_special, [&] {
        with_seccomp(answer, lack.system_calls, [&] {
            Spec spec = in_root(rootfs);
            spec.with<spaces_spec_add_mount>(dir.path().c_str(), "/mnt", "bind", "ro");
            spec.with<spaces_spec_add_fd>(0, 30);
            BOOST_TEST(output_of(spec) == seen);
        });
    });
}

BOOST_DATA_TEST_CASE(a_callable_starts_without, data::make(lacks) * data::make(answers), lack, answer) {
    with_seccomp(answer, lack.system_calls, [] {
        Spec spec;
        spec.isolate(SPACES_NAMESPACE_ALL & ~SPACES_NAMESPACE_TIME);
        Process process = start_fork_of(spec, [] { return ::getpid(); });
        BOOST_TEST(process.wait().exit_code() == 2);
    });
}

BOOST_DATA_TEST_CASE(a_container_is_joined_without, data::make(lacks) * data::make(answers), lack, answer) {
    Spec target({"/bin/sh", "-c", "echo up; exec cat"});
    target.isolate(SPACES_NAMESPACE_ALL).with<spaces_spec_set_hostname>("target");
    const Waiting container(target);
    with_seccomp(answer, lack.system_calls, [&] {
        Spec spec({probe(), "names"});
        spec.with<spaces_spec_join_pid>(container.pid(), 0u);
        BOOST_TEST(output_of(spec).starts_with("target "));
    });
}

BOOST_AUTO_TEST_CASE(a_start_works_where_memfds_may_not_be_executed, *needs(memfd_noexec)) {
    // vm.memfd_noexec belongs to a pid namespace: the host's stays as it is.
    in_pid_namespace([] {
        for (const char *level : {"1", "2"}) {
            write_all(open_file("/proc/sys/vm/memfd_noexec", O_WRONLY).get(), level);
            Spec spec({probe(), "pid"});
            BOOST_TEST(output_of(spec).ends_with(" 1\n"));
            spec.isolate(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT);
            BOOST_TEST(output_of(spec) == "2 1\n");
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()
