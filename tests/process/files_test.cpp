// Files, directories and links from memory: in the program's view, and in no file system of the caller.
#include "support/capture.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

Spec shell_in(const Rootfs &rootfs, const std::string &script) {
    Spec spec({"/bin/sh", "-c", script});
    spec.isolate(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0);
    return spec;
}

Spec &add(Spec &spec, const char *path, const std::string &content, uint32_t mode = 0644) {
    return spec.with<spaces_spec_add_file>(path, content.data(), content.size(), mode);
}

} // namespace

BOOST_AUTO_TEST_SUITE(files_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(have_their_content_and_mode) {
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        const std::string bytes = std::string("\0\xff\n", 3) + std::string(100000, 'x');
        Spec spec =
            shell_in(rootfs, "cat /etc/motd; wc -c /home/big; head -c 2 /home/big | busybox od -An -tx1; "
                             "stat -c '%a %u %g %F' /etc/motd /home/big /empty; /bin/script");
        add(add(add(spec, "/etc/motd", "hello\n"), "/home/big", bytes, 0600), "/empty", "", 0400);
        add(spec, "/bin/script", "#!/bin/sh\necho ran\n", 0755);
        expect_unchanged(who, [&] {
            BOOST_TEST(output_of(spec) == "hello\n100003 /home/big\n 00 ff\n644 0 0 regular file\n"
                                          "600 0 0 regular file\n400 0 0 regular empty file\nran\n",
                       who);
        });
        BOOST_TEST(read_file(rootfs.path() + "/etc/motd") == "", "only a place to mount on is made");
    });
}

BOOST_AUTO_TEST_CASE(cover_what_is_there_and_are_the_programs_own) {
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        Spec spec = shell_in(rootfs, "cat /etc/passwd; echo mine >/etc/passwd; cat /etc/passwd");
        add(spec, "/etc/passwd", "ours\n");
        const std::string before = read_file(rootfs.path() + "/etc/passwd");
        BOOST_TEST(output_of(spec) == "ours\nmine\n", who);
        BOOST_TEST(output_of(spec) == "ours\nmine\n", "each start has its own");
        BOOST_TEST(read_file(rootfs.path() + "/etc/passwd") == before);
    });
}

BOOST_AUTO_TEST_CASE(that_nobody_may_write_root_may_not_either) {
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        Spec spec = shell_in(rootfs, "(echo x >/etc/motd) 2>/dev/null || cat /etc/motd");
        add(spec, "/etc/motd", "sealed\n", 0444);
        BOOST_TEST(output_of(spec) == "sealed\n", who);
    });
}

BOOST_AUTO_TEST_CASE(can_be_put_into_a_directory_from_memory) {
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        rootfs.file("home/hidden", "x");
        Spec spec =
            shell_in(rootfs, "stat -c %a /home; ls /home; cat /home/a/b; readlink /home/l; cat /home/l; "
                             "probe make /home/x");
        spec.with<spaces_spec_add_directory>("/home", 0751U);
        add(spec, "/home/a/b", "deep\n");
        spec.with<spaces_spec_add_symlink>("/home/l", "a/b");
        BOOST_TEST(output_of(spec) == "751\na\nl\ndeep\na/b\ndeep\nmade\n", who);
        BOOST_TEST(::access((rootfs.path() + "/home/a").c_str(), F_OK) != 0);
    });
}

BOOST_AUTO_TEST_CASE(are_to_be_had_without_a_root_directory) {
    as_everybody([](const std::string &who) {
        const TempDir dir;
        const std::string file = dir.file("file", "of the host\n");
        const std::string place = dir.directory("place");
        Spec spec({"/bin/sh", "-c", "cat file place/new place/link"});
        spec.isolate(SPACES_NAMESPACE_MOUNT)
            .with<spaces_spec_set_cwd>(dir.path().c_str())
            .with<spaces_spec_add_directory>(place.c_str(), 0755U);
        add(add(spec, file.c_str(), "of the Spec\n"), (place + "/new").c_str(), "new\n");
        spec.with<spaces_spec_add_symlink>((place + "/link").c_str(), "new");
        expect_unchanged(who, [&] { BOOST_TEST(output_of(spec) == "of the Spec\nnew\nnew\n", who); });
        BOOST_TEST(read_file(file) == "of the host\n");
        BOOST_TEST(::access((place + "/new").c_str(), F_OK) != 0);
    });
}

BOOST_AUTO_TEST_CASE(are_never_made_in_the_callers_own_directories) {
    as_everybody([](const std::string &) {
        const TempDir dir;
        const std::string path = dir.path() + "/new";
        Spec spec({"/bin/true"});
        spec.isolate(SPACES_NAMESPACE_MOUNT);
        Spec linked(spec);
        add(spec, path.c_str(), "x");
        Failure failure = start_fails(spec);
        BOOST_TEST(failure.message ==
                   "cannot mount the file \"" + path + "\": the mount target does not exist");
        failure = start_fails(linked.with<spaces_spec_add_symlink>(path.c_str(), "x"));
        BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
        BOOST_TEST(failure.message ==
                   "the link \"" + path + "\" would be made in the caller's own file system");
        // The default mounts are others: /dev is a new one.
        Spec furnished({"/bin/true"});
        furnished.isolate(SPACES_NAMESPACE_ALL).with<spaces_spec_set_default_mounts>(1);
        failure = start_fails(add(furnished, "/usr/new-from-memory", "x"));
        BOOST_TEST(failure.message ==
                   "cannot mount the file \"/usr/new-from-memory\": the mount target does not exist");
        struct stat status;
        BOOST_TEST(::lstat(path.c_str(), &status) != 0);
    });
}

BOOST_AUTO_TEST_CASE(links_that_say_the_same_are_fine_and_others_not) {
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        must(::symlink("passwd", (rootfs.path() + "/etc/link").c_str()), "symlink");
        Spec spec = shell_in(rootfs, "readlink /etc/link");
        spec.with<spaces_spec_add_symlink>("/etc/link", "passwd");
        BOOST_TEST(output_of(spec) == "passwd\n", who);
        for (const char *other : {"passw", "passwd2", "/etc/passwd"}) {
            Spec different = shell_in(rootfs, "true");
            const Failure failure = start_fails(different.with<spaces_spec_add_symlink>("/etc/link", other));
            BOOST_TEST(failure.message ==
                       "cannot make the link \"/etc/link\": something else is there already: File exists");
        }
    });
}

BOOST_AUTO_TEST_CASE(links_make_the_directories_that_they_are_in) {
    const Rootfs rootfs;
    Spec spec = shell_in(rootfs, "readlink /opt/a/b/link");
    spec.with<spaces_spec_add_symlink>("/opt/a/b/link", "somewhere");
    BOOST_TEST(output_of(spec) == "somewhere\n");
}

BOOST_AUTO_TEST_CASE(are_not_led_out_of_the_root_by_a_link) {
    as_everybody([](const std::string &who) {
        const TempDir outside;
        const std::string victim = outside.file("victim", "of the host\n");
        const Rootfs rootfs;
        must(::symlink(outside.path().c_str(), (rootfs.path() + "/etc/trap").c_str()), "symlink");
        must(::symlink(victim.c_str(), (rootfs.path() + "/etc/file").c_str()), "symlink");
        for (const char *path : {"/etc/trap/new", "/etc/file"}) {
            Spec spec = shell_in(rootfs, "true");
            const Failure failure = start_fails(add(spec, path, "x"));
            BOOST_TEST(failure.error_number == ENOENT, who << failure.text);
        }
        Spec linked = shell_in(rootfs, "true");
        linked.with<spaces_spec_add_symlink>("/etc/trap/new", "x");
        BOOST_TEST(start_fails(linked).step == "symlink");
        BOOST_TEST(::access((outside.path() + "/new").c_str(), F_OK) != 0);
        BOOST_TEST(read_file(victim) == "of the host\n");
    });
}

const std::vector<long> new_mount_api = {SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_mount_setattr};

BOOST_DATA_TEST_CASE(are_the_same_without_the_new_mount_api, data::make({ENOSYS, EPERM}), answer) {
    const Rootfs rootfs;
    with_seccomp(answer, new_mount_api, [&] {
        Spec spec = shell_in(rootfs, "cat /etc/motd /home/x; grep -c /etc/motd /proc/self/mountinfo");
        add(spec, "/etc/motd", "hello\n", 0444).with<spaces_spec_add_directory>("/home", 0755U);
        add(spec, "/home/x", "x\n");
        BOOST_TEST(output_of(spec) == "hello\nx\n1\n");
    });
}

BOOST_AUTO_TEST_CASE(leave_the_working_directory_alone) {
    const TempDir dir;
    const std::string file = dir.file("file", "x");
    Spec spec({"/bin/pwd"});
    add(spec.isolate(SPACES_NAMESPACE_MOUNT), file.c_str(), "y");
    char here[4096];
    BOOST_TEST(output_of(spec) == std::string(::getcwd(here, sizeof here)) + "\n");
}

BOOST_AUTO_TEST_CASE(tmpcopyup_begins_a_tmpfs_with_what_it_covers) {
    as_everybody([](const std::string &who) {
        const Rootfs rootfs;
        rootfs.directory("home/below", 0700);
        rootfs.file("home/below/file", std::string(70000, 'x'), 0640);
        must(::symlink("below/file", (rootfs.path() + "/home/link").c_str()), "symlink");
        must(::mkfifo((rootfs.path() + "/home/fifo").c_str(), 0600), "mkfifo");
        must(::chmod((rootfs.path() + "/home").c_str(), 0711), "chmod");
        Spec spec =
            shell_in(rootfs, "stat -f -c %T /home; stat -c '%n %a' /home /home/below /home/below/file; "
                             "readlink /home/link; [ -p /home/fifo ] && wc -c </home/link; "
                             "echo changed >/home/below/file");
        spec.with<spaces_spec_add_mount>("tmpfs", "/home", "tmpfs", "tmpcopyup");
        expect_unchanged(who, [&] {
            BOOST_TEST(output_of(spec) ==
                           "tmpfs\n/home 711\n/home/below 700\n/home/below/file 640\nbelow/file\n"
                           "70000\n",
                       who);
        });
        BOOST_TEST(read_file(rootfs.path() + "/home/below/file").size() == 70000U);
    });
}

BOOST_AUTO_TEST_SUITE_END()
