// Device nodes: made where the caller may, and bound from the caller's where not.
#include "support/capture.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <linux/capability.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace support;

namespace {

Spec shell_in(const Rootfs &rootfs, const std::string &script) {
    Spec spec({"/bin/sh", "-c", script});
    spec.isolate(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .with<spaces_spec_add_mount>("tmpfs", "/dev", "tmpfs", "mode=755");
    return spec;
}

Spec &add(Spec &spec, const char *path, const char *type, uint32_t major, uint32_t minor,
          uint32_t mode = 0666) {
    return spec.with<spaces_spec_add_device>(path, type, major, minor, mode, UINT32_MAX, UINT32_MAX);
}

const char *const numbers = "stat -c '%F %t:%T' ";

} // namespace

BOOST_AUTO_TEST_SUITE(devices_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(work_for_everybody) {
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        Spec spec = shell_in(rootfs, std::string(numbers) + "/dev/null /dev/deep/zero; echo x >/dev/null; "
                                                            "head -c 3 /dev/deep/zero | wc -c");
        add(add(spec, "/dev/null", "c", 1, 3), "/dev/deep/zero", "u", 1, 5);
        expect_unchanged(who, [&] {
            BOOST_TEST(output_of(spec) == "character special file 1:3\ncharacter special file 1:5\n3\n", who);
        });
    });
}

BOOST_AUTO_TEST_CASE(that_are_made_have_the_mode_and_owner_that_are_told, *needs(root)) {
    const Rootfs rootfs;
    Spec spec = shell_in(rootfs, "stat -c '%a %u %g %t:%T' /dev/ram /dev/large");
    spec.with<spaces_spec_add_device>("/dev/ram", "b", 1U, 0U, 0640U, 5U, 6U)
        .with<spaces_spec_add_device>("/dev/large", "c", 4095U, 1048575U, 0U, 0U, 0U);
    BOOST_TEST(output_of(spec) == "640 5 6 1:0\n0 0 0 fff:fffff\n");
}

BOOST_AUTO_TEST_CASE(a_fifo_can_be_made_by_everybody) {
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        Spec spec = shell_in(rootfs, "stat -c '%F %a' /dev/fifo");
        add(spec, "/dev/fifo", "p", 0, 0, 0600);
        BOOST_TEST(output_of(spec) == "fifo 600\n", who);
    });
}

BOOST_AUTO_TEST_CASE(can_be_those_of_the_caller_by_another_name) {
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        Spec spec = shell_in(rootfs, std::string(numbers) + "/dev/zilch /dev/full");
        spec.with<spaces_spec_add_host_device>("/dev/null", "/dev/zilch")
            .with<spaces_spec_add_host_device>("/dev/full", nullptr);
        BOOST_TEST(output_of(spec) == "character special file 1:3\ncharacter special file 1:7\n", who);
    });
}

BOOST_AUTO_TEST_CASE(that_are_there_already_are_fine_and_others_not, *needs(root)) {
    const Rootfs rootfs;
    Spec spec = shell_in(rootfs, std::string(numbers) + "/dev/null");
    add(add(spec, "/dev/null", "c", 1, 3), "/dev/null", "c", 1, 3);
    BOOST_TEST(output_of(spec) == "character special file 1:3\n");
    const Failure failure = start_fails(add(spec, "/dev/null", "c", 1, 5));
    BOOST_TEST(failure.message ==
               "cannot make the character device \"/dev/null\" (1:5): something else is there "
               "already: File exists");
}

BOOST_AUTO_TEST_CASE(that_the_caller_neither_has_nor_may_make_are_told) {
    const auto fails = [](const std::string &) {
        const Rootfs rootfs;
        Spec spec = shell_in(rootfs, "true");
        const Failure failure = start_fails(add(spec, "/dev/strange", "b", 4000, 77));
        BOOST_TEST(failure.step == "device", failure.text);
        BOOST_TEST(failure.object == "/dev/strange", failure.text);
        BOOST_TEST(failure.error_number == EPERM, failure.text);
        BOOST_TEST(failure.system_call == "mknodat", failure.text);
        BOOST_TEST(failure.message ==
                   "cannot make the block device \"/dev/strange\" (4000:77): Operation not "
                   "permitted");
        BOOST_TEST(!failure.hint.empty());
    };
    if (root()) {
        as_user(nobody_special, [&] { fails(""); });
        without_capability(CAP_MKNOD, [&] { fails(""); });
    } else {
        fails("");
    }
}

BOOST_AUTO_TEST_CASE(root_without_the_right_to_make_them_has_them_bound, *needs(root)) {
    without_capability(CAP_MKNOD, [] {
        const Rootfs rootfs;
        Spec spec = shell_in(rootfs, "grep -c ' /dev/null ' /proc/self/mountinfo; echo x >/dev/null");
        BOOST_TEST(output_of(add(spec, "/dev/null", "c", 1, 3)) == "1\n");
    });
}

BOOST_AUTO_TEST_CASE(in_the_callers_own_directories_are_only_bound) {
    as_everybody([](const std::string &who) {
        const TempDir dir;
        const std::string file = dir.file("device", "");
        Spec spec({"/bin/sh", "-c", "stat -c %t:%T " + file});
        spec.isolate(SPACES_NAMESPACE_MOUNT);
        expect_unchanged(who,
                         [&] { BOOST_TEST(output_of(add(spec, file.c_str(), "c", 1, 3)) == "1:3\n", who); });
        struct stat status;
        must(::stat(file.c_str(), &status), "stat");
        BOOST_TEST(S_ISREG(status.st_mode));
        Spec missing({"/bin/true"});
        missing.isolate(SPACES_NAMESPACE_MOUNT);
        const Failure failure = start_fails(add(missing, (dir.path() + "/new").c_str(), "c", 1, 3));
        BOOST_TEST(failure.error_number == ENOENT, failure.text);
        BOOST_TEST(::access((dir.path() + "/new").c_str(), F_OK) != 0);
    });
}

BOOST_AUTO_TEST_CASE(come_with_the_default_mounts) {
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        Spec spec({"/bin/sh", "-c", std::string(numbers) + "/dev/null /dev/more"});
        spec.isolate(SPACES_NAMESPACE_ALL)
            .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
            .with<spaces_spec_set_default_mounts>(1)
            .with<spaces_spec_add_host_device>("/dev/null", nullptr)
            .with<spaces_spec_add_host_device>("/dev/null", "/dev/more");
        BOOST_TEST(output_of(spec) == "character special file 1:3\ncharacter special file 1:3\n", who);
    });
}

BOOST_AUTO_TEST_CASE(of_every_container_are_to_be_had_in_a_dev_of_its_own) {
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        Spec spec = shell_in(rootfs, "ls /dev; echo x >/dev/null; readlink /dev/fd; readlink /dev/ptmx");
        spec.with<spaces_spec_set_default_devices>(1);
        expect_unchanged(who, [&] {
            BOOST_TEST(output_of(spec) ==
                           "fd\nfull\nnull\nptmx\nrandom\nstderr\nstdin\nstdout\ntty\nurandom\nzero\n"
                           "/proc/self/fd\npts/ptmx\n",
                       who);
        });
        Spec own({"/bin/sh", "-c", "ls /dev | head -1"});
        own.isolate(SPACES_NAMESPACE_MOUNT).with<spaces_spec_set_default_devices>(1);
        BOOST_TEST(start_fails(own).message == "the default devices would be made in the caller's own /dev");
        BOOST_TEST(output_of(own.with<spaces_spec_add_mount>("tmpfs", "/dev", "tmpfs", nullptr)) == "fd\n");
    });
}

BOOST_AUTO_TEST_SUITE_END()
