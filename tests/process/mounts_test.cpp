// Mounts of the program's own: binds, tmpfs and others, made in order and resolved inside its root.
#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace support;

namespace {

struct Container : Rootfs {
    Spec spec(const std::vector<std::string> &args) const {
        Spec result(args);
        result.isolate(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID | SPACES_NAMESPACE_USER)
            .with<spaces_spec_set_root>(path().c_str(), 0);
        return result;
    }
    Spec shell(const std::string &script) const { return spec({"/bin/sh", "-c", script}); }
};

} // namespace

BOOST_AUTO_TEST_SUITE(mounts_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(a_bind_shows_a_directory_of_the_host) {
    const Container container;
    const TempDir dir;
    dir.file("file", "of the host\n");
    Spec spec = container.spec({"/bin/cat", "/mnt/file"});
    spec.with<spaces_spec_add_mount>(dir.path().c_str(), "/mnt", "bind", nullptr);
    BOOST_TEST(output_of(spec) == "of the host\n");
}

BOOST_AUTO_TEST_CASE(a_bind_of_a_single_file_makes_its_target) {
    const Container container;
    const TempDir dir;
    const std::string file = dir.file("file", "alone\n");
    Spec spec = container.spec({"/bin/cat", "/etc/new/place"});
    spec.with<spaces_spec_add_mount>(file.c_str(), "/etc/new/place", "bind", "bind,ro");
    BOOST_TEST(output_of(spec) == "alone\n");
}

BOOST_AUTO_TEST_CASE(a_read_only_bind_cannot_be_written_and_the_host_still_can) {
    const Container container;
    const TempDir dir;
    must(::chmod(dir.path().c_str(), 0777), "chmod");
    Spec spec = container.spec({"/bin/probe", "make", "/mnt/file"});
    spec.with<spaces_spec_add_mount>(dir.path().c_str(), "/mnt", "bind", "ro");
    BOOST_TEST(output_of(spec) == "Read-only file system\n");
    dir.file("by-the-host", "x");
}

BOOST_AUTO_TEST_CASE(a_recursive_bind_brings_what_is_mounted_below, *needs(root)) {
    const Container container;
    const TempDir dir;
    in_mount_namespace([&] {
        const std::string below = dir.directory("below");
        must(::mount("tmpfs", below.c_str(), "tmpfs", 0, nullptr), "mount");
        write_file(below + "/deep", "deep\n");
        Spec spec = container.spec({"/bin/cat", "/mnt/below/deep"});
        spec.with<spaces_spec_add_mount>(dir.path().c_str(), "/mnt", "bind", "rbind");
        BOOST_TEST(output_of(spec) == "deep\n");
    });
}

BOOST_AUTO_TEST_CASE(a_tmpfs_is_empty_and_has_its_size_and_mode) {
    const Container container;
    container.file("mnt/hidden", "x");
    Spec spec = container.shell("ls -A /mnt; stat -c %a /mnt; cat /proc/self/mountinfo");
    spec.with<spaces_spec_add_mount>("tmpfs", "/mnt", "tmpfs", "nosuid,nodev,noexec,size=64k,mode=750");
    const std::string seen = output_of(spec);
    BOOST_TEST(seen.starts_with("750\n"), seen);
    BOOST_TEST(seen.find(" /mnt rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,size=64k,mode=750") !=
                   std::string::npos,
               seen);
}

BOOST_AUTO_TEST_CASE(flags_can_be_withdrawn_by_their_opposites) {
    const Container container;
    Spec spec = container.shell("cat /proc/self/mountinfo");
    spec.with<spaces_spec_add_mount>("tmpfs", "/mnt", "tmpfs", "ro,noexec,rw,exec,noatime");
    const std::string seen = output_of(spec);
    BOOST_TEST(seen.find(" /mnt rw,noatime - tmpfs") != std::string::npos, seen);
}

BOOST_AUTO_TEST_CASE(are_made_in_order) {
    // The second inside the first, and the third over it.
    const Container container;
    Spec spec = container.shell("ls /mnt; ls /mnt/a; stat -f -c %T /mnt/a");
    spec.with<spaces_spec_add_mount>("tmpfs", "/mnt", "tmpfs", nullptr)
        .with<spaces_spec_add_mount>("tmpfs", "/mnt/a", "tmpfs", nullptr)
        .with<spaces_spec_add_mount>("proc", "/mnt/a", "proc", nullptr);
    const std::string seen = output_of(spec);
    BOOST_TEST(seen.starts_with("a\n1\n2\n"), seen);
}

BOOST_AUTO_TEST_CASE(cannot_be_led_out_of_the_root_by_a_link) {
    // CVE-2017-1002101 and its kin: the target is a link of the image that means a place of the host.
    const Container container;
    must(::symlink("/home", (container.path() + "/etc/absolute").c_str()), "symlink");
    must(::symlink("../../../../../../home", (container.path() + "/etc/upward").c_str()), "symlink");
    Spec spec = container.shell("cat /proc/self/mountinfo");
    spec.with<spaces_spec_add_mount>("tmpfs", "/etc/absolute/a", "tmpfs", nullptr)
        .with<spaces_spec_add_mount>("tmpfs", "/etc/upward/b", "tmpfs", nullptr)
        .with<spaces_spec_add_mount>("tmpfs", "/mnt/../../../home/c", "tmpfs", nullptr);
    const std::string seen = output_of(spec);
    for (const char *name : {"a", "b", "c"}) {
        BOOST_TEST(seen.find(std::string(" /home/") + name + " ") != std::string::npos, seen);
        BOOST_TEST(::access((std::string("/home/") + name).c_str(), F_OK) != 0,
                   "a directory was made on the host");
    }
}

BOOST_AUTO_TEST_CASE(are_not_made_through_a_link_to_nowhere) {
    const TempDir outside;
    const std::string victim = outside.directory("victim", 0777);
    const Container container;
    must(::symlink(victim.c_str(), (container.path() + "/etc/trap").c_str()), "symlink");
    Spec spec = container.shell("true");
    spec.with<spaces_spec_add_mount>("tmpfs", "/etc/trap/deeper", "tmpfs", nullptr);
    const Failure failure = start_fails(spec);
    BOOST_TEST(failure.error_number == ENOENT, failure.text);
    BOOST_TEST(::access((victim + "/deeper").c_str(), F_OK) != 0, "a directory was made on the host");
}

BOOST_AUTO_TEST_CASE(can_be_made_without_a_root_directory) {
    const TempDir dir;
    dir.file("hidden", "x");
    Spec spec({probe(), "cat", dir.path() + "/hidden"});
    spec.isolate(SPACES_NAMESPACE_MOUNT)
        .with<spaces_spec_add_mount>("tmpfs", dir.path().c_str(), "tmpfs", nullptr);
    const Captured captured = capture(spec);
    BOOST_TEST(captured.out == dir.path() + "/hidden: No such file or directory\n");
    BOOST_TEST(read_file(dir.path() + "/hidden") == "x");
}

BOOST_AUTO_TEST_CASE(may_hide_the_program_and_its_stage_as_it_likes) {
    // Even the directory that the program's working directory or libspaces itself is in.
    Spec spec({"/bin/sh", "-c", "echo ran"});
    spec.isolate(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID)
        .with<spaces_spec_add_mount>("tmpfs", "/tmp", "tmpfs", nullptr)
        .with<spaces_spec_add_mount>("tmpfs", "/home", "tmpfs", nullptr);
    BOOST_TEST(output_of(spec) == "ran\n");
}

BOOST_AUTO_TEST_CASE(need_a_mount_namespace) {
    Spec spec({probe(), "pid"});
    spec.with<spaces_spec_add_mount>("tmpfs", "/mnt", "tmpfs", nullptr);
    const Failure failure = start_fails(spec);
    BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
}

BOOST_AUTO_TEST_CASE(have_a_target_within_the_root_also_where_it_is_relative) {
    const Container container;
    Spec spec = container.shell("grep -c ' /mnt ' /proc/self/mountinfo");
    spec.with<spaces_spec_add_mount>("tmpfs", "mnt", "tmpfs", nullptr);
    BOOST_TEST(output_of(spec) == "1\n");
}

BOOST_AUTO_TEST_CASE(refuse_a_bind_without_a_source_and_no_type) {
    const Spec spec;
    const Failure sourceless = failure_of<spaces_spec_add_mount>(spec, nullptr, "/mnt", "bind", nullptr);
    BOOST_TEST(sourceless.code == SPACES_EINVALID, sourceless.text);
    const Failure typeless = failure_of<spaces_spec_add_mount>(spec, "x", "/mnt", nullptr, nullptr);
    BOOST_TEST(typeless.code == SPACES_EINVALID, typeless.text);
}

BOOST_AUTO_TEST_SUITE_END()
