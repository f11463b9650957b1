// Callers that live in a chroot, where the kernel refuses much: the error says so, and what it says helps.
#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"
#include "support/waiting.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace support;

namespace {

// Its "/" is a directory within a mount; in it there is another root file system, /inner.
void in_a_chroot(const Body &body) {
    const Rootfs rootfs;
    const std::string inner = rootfs.directory("inner");
    rootfs.directory("inner/bin");
    in_mount_namespace([&] {
        must(::mount("proc", (rootfs.path() + "/proc").c_str(), "proc", 0, nullptr), "mount");
        must(::mount((rootfs.path() + "/bin").c_str(), (inner + "/bin").c_str(), nullptr, MS_BIND, nullptr),
             "mount");
        must(::chroot(rootfs.path().c_str()), "chroot");
        must(::chdir("/"), "chdir");
        body();
    });
}

Spec program() {
    return Spec({"/bin/probe", "cwd"});
}

constexpr uint32_t new_mount = SPACES_NAMESPACE_MOUNT;
constexpr uint32_t new_user = SPACES_NAMESPACE_USER;

} // namespace

BOOST_AUTO_TEST_SUITE(chrooted_host_test, *needs(root))

BOOST_AUTO_TEST_CASE(can_start_a_program) {
    in_a_chroot([] {
        Spec spec = program();
        spec.unshare(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_NETWORK);
        BOOST_TEST(output_of(spec) == "/\n");
    });
}

BOOST_AUTO_TEST_CASE(cannot_make_a_user_namespace) {
    in_a_chroot([] {
        Spec spec = program();
        const Failure failure = start_fails(spec.unshare(new_user));
        BOOST_TEST(failure.step == "clone", failure.text);
        BOOST_TEST(failure.error_number == EPERM, failure.text);
        BOOST_TEST(failure.hint.find("chroot(2)") != std::string::npos, failure.text);
    });
}

BOOST_AUTO_TEST_CASE(cannot_make_one_for_a_function, *needs(forks_of_one_thread)) {
    in_a_chroot([] {
        Spec spec;
        spaces_process *process = nullptr;
        const Failure failure = failure_of<spaces_fork>(
            spec.unshare(new_user | new_mount), [](void *) { return 0; }, nullptr, &process);
        BOOST_TEST(failure.step == "unshare", failure.text);
        BOOST_TEST(failure.error_number == EPERM, failure.text);
        BOOST_TEST(failure.hint.find("chroot(2)") != std::string::npos, failure.text);
    });
}

BOOST_AUTO_TEST_CASE(cannot_keep_mounts_from_propagating) {
    in_a_chroot([] {
        for (const char *root : {"", "/inner"}) {
            Spec spec = program();
            spec.unshare(new_mount);
            if (*root != 0) {
                spec.with<spaces_spec_set_root>(root, 0);
            }
            const Failure failure = start_fails(spec);
            BOOST_TEST(failure.step == "propagation", failure.text);
            BOOST_TEST(failure.error_number == EINVAL, failure.text);
            BOOST_TEST(failure.hint.find("chroot") != std::string::npos, failure.text);
            BOOST_TEST(failure.hint.find("\"unchanged\"") != std::string::npos, failure.text);
        }
    });
}

BOOST_AUTO_TEST_CASE(can_have_a_mount_namespace_where_they_propagate) {
    in_a_chroot([] {
        Spec spec({"/bin/ls", "/inner"});
        spec.unshare(new_mount)
            .with<spaces_spec_set_propagation>("unchanged")
            .with<spaces_spec_add_mount>("tmpfs", "/inner", "tmpfs", nullptr);
        BOOST_TEST(output_of(spec).empty());
        BOOST_TEST(::access("/inner/bin", F_OK) == 0);
    });
}

BOOST_AUTO_TEST_CASE(can_have_files_from_memory_and_overlays_that_forget) {
    // What they are mounted from lies over "/", which here is no mount of its own.
    in_a_chroot([] {
        Spec spec(
            {"/bin/sh", "-c", "cat /etc/passwd /inner/new; echo x >/inner/gone; ls /.. | busybox wc -l"});
        spec.unshare(new_mount)
            .with<spaces_spec_set_propagation>("unchanged")
            .with<spaces_spec_add_mount>("overlay", "/inner", "overlay", "lowerdir=/inner,tmp-overlay")
            .with<spaces_spec_add_file>("/etc/passwd", "ours\n", size_t{5}, 0644U)
            .with<spaces_spec_add_file>("/inner/new", "new\n", size_t{4}, 0644U);
        const std::string seen = output_of(spec);
        BOOST_TEST(seen.starts_with("ours\nnew\n"), seen);
        BOOST_TEST(seen != "ours\nnew\n0\n", "nothing lies over the root directory any more");
        BOOST_TEST(::access("/inner/gone", F_OK) != 0);
        BOOST_TEST(::access("/inner/new", F_OK) != 0);
    });
}

BOOST_AUTO_TEST_CASE(can_have_a_root_directory_by_chroot) {
    in_a_chroot([] {
        Spec spec({"/bin/ls", "/"});
        spec.with<spaces_spec_set_root>("/inner", 0).with<spaces_spec_set_chroot>(1);
        BOOST_TEST(output_of(spec) == "bin\n");
    });
}

BOOST_AUTO_TEST_SUITE_END()
