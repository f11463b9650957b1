// The working directory of the program.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <unistd.h>

using namespace support;

namespace {

Spec in_root(const Rootfs &rootfs) {
    Spec spec({"/bin/probe", "cwd"});
    spec.isolate(SPACES_NAMESPACE_MOUNT).with<spaces_spec_set_root>(rootfs.path().c_str(), 0);
    return spec;
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
