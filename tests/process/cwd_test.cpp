// The working directory of the program.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace support;

namespace {

Spec in_root(const Rootfs &rootfs) {
    Spec spec({"/bin/probe", "cwd"});
    spec.isolate(SPACES_NAMESPACE_MOUNT).with<spaces_spec_set_root>(rootfs.path().c_str(), 0);
    return spec;
}

// 20 directories, one in the other, with names so long that the path of the last is beyond PATH_MAX, and one
// more in that. The link "half" leads down to the tenth.
void make_deep(const std::string &path) {
    const std::string name(250, 'd');
    in_child([&] {
        must(::chdir(path.c_str()), "chdir");
        std::string half;
        for (int depth = 1; depth <= 20; ++depth) {
            must(::mkdir(name.c_str(), 0755), "mkdir");
            must(::chdir(name.c_str()), "chdir");
            half += depth <= 10 ? name + "/" : "";
        }
        must(::mkdir("deepest", 0755), "mkdir");
        must(::symlink(half.c_str(), (path + "/half").c_str()), "symlink");
    });
}

std::string deep_path(const std::string &path) {
    std::string result = path + "/half";
    for (int depth = 11; depth <= 20; ++depth) {
        result += "/" + std::string(250, 'd');
    }
    return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cwd_test)

BOOST_AUTO_TEST_CASE(is_the_callers_by_default) {
    const TempDir dir;
    in_child([&] {
        must(::chdir(dir.path().c_str()), "chdir");
        BOOST_TEST(output_of(Spec({probe(), "cwd"})) == dir.path() + "\n");
    });
}

BOOST_AUTO_TEST_CASE(is_the_callers_in_a_new_mount_namespace_too, *needs(user_namespaces)) {
    const TempDir dir;
    in_child([&] {
        must(::chdir(dir.path().c_str()), "chdir");
        Spec spec({probe(), "cwd"});
        spec.isolate(SPACES_NAMESPACE_MOUNT);
        BOOST_TEST(output_of(spec) == dir.path() + "\n");
    });
}

BOOST_AUTO_TEST_CASE(is_what_was_set) {
    Spec spec({probe(), "cwd"});
    spec.with<spaces_spec_set_cwd>("/usr/bin");
    BOOST_TEST(output_of(spec) == "/usr/bin\n");
}

BOOST_AUTO_TEST_CASE(is_the_root_of_a_new_root_directory_by_default, *needs(user_namespaces)) {
    const Rootfs rootfs;
    BOOST_TEST(output_of(in_root(rootfs)) == "/\n");
}

BOOST_AUTO_TEST_CASE(is_looked_up_inside_the_new_root, *needs(user_namespaces)) {
    const Rootfs rootfs;
    rootfs.directory("only-inside");
    Spec spec = in_root(rootfs);
    spec.with<spaces_spec_set_cwd>("/only-inside");
    BOOST_TEST(output_of(spec) == "/only-inside\n");
}

BOOST_AUTO_TEST_CASE(a_link_that_leads_out_of_the_root_stays_inside, *needs(user_namespaces)) {
    const Rootfs rootfs;
    must(::symlink("../../../../home", (rootfs.path() + "/way-out").c_str()), "symlink");
    Spec spec = in_root(rootfs);
    spec.with<spaces_spec_set_cwd>("/way-out");
    BOOST_TEST(output_of(spec) == "/home\n");
}

BOOST_AUTO_TEST_CASE(has_no_way_back_to_the_hosts_directory, *needs(user_namespaces)) {
    // CVE-2024-21626: a working directory by way of a descriptor of the host.
    const Rootfs rootfs;
    const Fd outside = open_file("/", O_RDONLY | O_DIRECTORY);
    Spec spec = in_root(rootfs);
    spec.with<spaces_spec_set_cwd>(("/proc/self/fd/" + std::to_string(outside.get())).c_str());
    const Failure failure = start_fails(spec);
    BOOST_TEST(failure.code == SPACES_ESETUP, failure.text);
    BOOST_TEST(failure.step == "chdir", failure.text);
}

BOOST_AUTO_TEST_CASE(may_be_so_deep_that_its_path_is_too_long_to_be_said, *needs(user_namespaces)) {
    const Rootfs rootfs;
    make_deep(rootfs.path() + "/tmp");
    Spec spec = in_root(rootfs);
    spec.args({"/bin/ls"}).with<spaces_spec_set_cwd>(deep_path("/tmp").c_str());
    BOOST_TEST(output_of(spec) == "deepest\n");
    spec.with<spaces_spec_set_chroot>(1);
    BOOST_TEST(output_of(spec) == "deepest\n");
    Spec without_root({"/bin/ls"});
    without_root.with<spaces_spec_set_cwd>(deep_path(rootfs.path() + "/tmp").c_str());
    BOOST_TEST(output_of(without_root) == "deepest\n");
}

BOOST_AUTO_TEST_CASE(is_outside_also_by_a_descriptor_that_is_passed_on, *needs(user_namespaces)) {
    const Rootfs rootfs;
    const TempDir outside;
    make_deep(outside.path());
    for (const std::string &path : {std::string("/"), outside.path(), deep_path(outside.path())}) {
        const Fd directory = open_file(path, O_RDONLY | O_DIRECTORY);
        Spec spec = in_root(rootfs);
        spec.isolate(SPACES_NAMESPACE_PID) // for a /proc
            .with<spaces_spec_add_fd>(directory.get(), 7)
            .with<spaces_spec_set_cwd>("/proc/self/fd/7");
        for (const int by_chroot : {0, 1}) {
            spec.with<spaces_spec_set_chroot>(by_chroot);
            const Failure failure = start_fails(spec);
            BOOST_TEST(failure.message == "cannot change to the directory \"/proc/self/fd/7\": it is not "
                                          "inside the root directory");
            BOOST_TEST(failure.error_number == ENOENT, failure.text);
        }
    }
}

BOOST_AUTO_TEST_CASE(that_has_been_removed_is_called_missing, *needs(user_namespaces)) {
    const Rootfs rootfs;
    const Fd directory = open_file(rootfs.directory("removed"), O_RDONLY | O_DIRECTORY);
    must(::rmdir((rootfs.path() + "/removed").c_str()), "rmdir");
    Spec spec = in_root(rootfs);
    spec.isolate(SPACES_NAMESPACE_PID)
        .with<spaces_spec_add_fd>(directory.get(), 7)
        .with<spaces_spec_set_cwd>("/proc/self/fd/7");
    const Failure failure = start_fails(spec);
    BOOST_TEST(failure.message ==
               "cannot change to the directory \"/proc/self/fd/7\": No such file or directory");
}

BOOST_AUTO_TEST_CASE(is_entered_with_the_rights_of_the_program, *needs(root)) {
    // A directory that only the program's own user may enter, and one that it may not.
    const TempDir dir;
    const std::string own = dir.directory("own", 0700);
    must(::chown(own.c_str(), 4711, 4711), "chown");
    const std::string closed = dir.directory("closed", 0700);
    Spec spec({probe(), "cwd"});
    spec.with<spaces_spec_set_uid>(4711u).with<spaces_spec_set_gid>(4711u);
    spec.with<spaces_spec_set_cwd>(own.c_str());
    BOOST_TEST(output_of(spec) == own + "\n");
    spec.with<spaces_spec_set_cwd>(closed.c_str());
    const Failure failure = start_fails(spec);
    BOOST_TEST(failure.error_number == EACCES, failure.text);
    BOOST_TEST(failure.step == "chdir", failure.text);
}

BOOST_AUTO_TEST_SUITE_END()
