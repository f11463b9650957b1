// The mounts that programs expect: /proc, /dev, /sys, /tmp.
#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

struct Container : Rootfs {
    Spec shell(const std::string &script, uint32_t namespaces = SPACES_NAMESPACE_ALL) const {
        Spec result({"/bin/sh", "-c", script});
        result.isolate(namespaces)
            .with<spaces_spec_set_root>(path().c_str(), 0)
            .with<spaces_spec_set_default_mounts>(1);
        return result;
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(default_mounts_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(dev_has_the_usual_devices_that_work) {
    const Container container;
    BOOST_TEST(output_of(container.shell("for d in null zero full random urandom tty ptmx; do\n"
                                         "  [ -c /dev/$d ] || echo $d is missing\n"
                                         "done\n"
                                         "echo x >/dev/null && head -c 3 /dev/zero | wc -c\n"
                                         "head -c 4 /dev/urandom | wc -c\n"
                                         "(echo x >/dev/full) 2>/dev/null || echo full is full\n")) ==
               "3\n4\nfull is full\n");
}

BOOST_AUTO_TEST_CASE(dev_has_the_usual_links) {
    const Container container;
    BOOST_TEST(
        output_of(container.shell("for l in fd stdin stdout stderr ptmx; do readlink /dev/$l; done")) ==
        "/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\npts/ptmx\n");
}

BOOST_AUTO_TEST_CASE(dev_has_no_device_of_the_host) {
    const Container container;
    const std::string devices = output_of(container.shell("ls /dev"));
    for (const char *name : {"vda", "sda", "mem", "kmsg", "loop0"}) {
        BOOST_TEST(devices.find(std::string(name) + "\n") == std::string::npos, devices);
    }
}

BOOST_AUTO_TEST_CASE(dev_pts_is_a_new_instance) {
    const Container container;
    BOOST_TEST(output_of(container.shell("ls /dev/pts")) == "ptmx\n");
}

BOOST_AUTO_TEST_CASE(shm_and_tmp_are_empty_and_writable_by_all) {
    const Container container;
    container.file("tmp/of-the-image", "x");
    BOOST_TEST(output_of(container.shell("ls -A /dev/shm /tmp; stat -c %a /dev/shm /tmp; echo x >/tmp/x")) ==
               "/dev/shm:\n\n/tmp:\n1777\n1777\n");
}

BOOST_AUTO_TEST_CASE(mqueue_is_there) {
    const Container container;
    BOOST_TEST(output_of(container.shell("grep -c ' /dev/mqueue .* - mqueue ' /proc/self/mountinfo")) ==
               "1\n");
}

BOOST_AUTO_TEST_CASE(sys_is_read_only) {
    const Container container;
    BOOST_TEST(output_of(container.shell("ls -d /sys/kernel; probe make /sys/kernel/mm/x"))
                   .starts_with("/sys/kernel\nRead-only file system"));
}

BOOST_AUTO_TEST_CASE(proc_shows_the_container_only) {
    const Container container;
    BOOST_TEST(output_of(container.shell("cd /proc; echo [0-9]*")) == "1 2\n");
}

BOOST_AUTO_TEST_CASE(are_to_be_had_with_the_hosts_namespaces_too, *needs(root)) {
    // Without a network or pid namespace of its own the program sees the host's in /sys and /proc.
    const Container container;
    Spec spec = container.shell("[ -d /proc/self ] && [ -d /sys/kernel ] && [ -c /dev/null ] && echo there",
                                SPACES_NAMESPACE_MOUNT);
    BOOST_TEST(output_of(spec) == "there\n");
}

BOOST_AUTO_TEST_CASE(come_before_the_programs_own_mounts) {
    const Container container;
    Spec spec = container.shell("cat /dev/shm/inside; stat -c %a /tmp");
    const TempDir dir;
    const std::string file = dir.file("file", "bound\n");
    spec.with<spaces_spec_add_mount>(file.c_str(), "/dev/shm/inside", "bind", nullptr)
        .with<spaces_spec_add_mount>("tmpfs", "/tmp", "tmpfs", "mode=700");
    BOOST_TEST(output_of(spec) == "bound\n700\n");
}

BOOST_AUTO_TEST_CASE(work_in_a_read_only_root) {
    const Container container;
    Spec spec = container.shell("probe make /etc/x; probe make /tmp/x; probe make /dev/shm/x");
    spec.with<spaces_spec_set_root>(container.path().c_str(), 1);
    BOOST_TEST(output_of(spec) == "Read-only file system\nmade\nmade\n");
}

BOOST_AUTO_TEST_CASE(work_for_an_ordinary_user, *needs(root)) {
    const Container container;
    as_user(nobody_special, [&] {
        Spec spec = container.shell("echo x >/dev/null; [ -c /dev/tty ] && cd /proc && echo [0-9]*");
        BOOST_TEST(output_of(spec) == "1 2\n");
    });
}

BOOST_AUTO_TEST_SUITE_END()
