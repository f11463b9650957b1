// Mount propagation: what the program mounts stays its own, and the other kinds where they were asked for.
#include "support/capture.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"
#include "support/waiting.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/mount.h>

using namespace support;

namespace {

// A directory that is a shared mount, in a mount namespace of the test's own.
void with_shared_mount(const std::function<void(const std::string &path)> &body) {
    const TempDir dir;
    in_mount_namespace([&] {
        must(::mount("shared", dir.path().c_str(), "tmpfs", 0, nullptr), "mount");
        must(::mount(nullptr, dir.path().c_str(), nullptr, MS_SHARED, nullptr), "mount");
        dir.directory("inside");
        dir.directory("outside");
        body(dir.path());
    });
}

bool is_mounted(const std::string &path) {
    return read_file("/proc/self/mountinfo").find(" " + path + " ") != std::string::npos;
}

// Mounts something, then says what it is told to read and sees.
Spec mounting(const std::string &path, const char *propagation) {
    Spec spec({"/bin/sh", "-c",
               "mount -t tmpfs inner " + path + "/inside && echo mounted && read go && grep -c ' " + path +
                   "/outside ' /proc/self/mountinfo; true"});
    spec.unshare(SPACES_NAMESPACE_MOUNT);
    if (propagation != nullptr) {
        spec.with<spaces_spec_set_propagation>(propagation);
    }
    return spec.pipe(SPACES_STDIN).pipe(SPACES_STDOUT);
}

struct Leaks {
    bool to_the_host;
    bool to_the_program;
};

Leaks leaks_with(const std::string &path, const char *propagation) {
    Process process = start(mounting(path, propagation));
    Fd in = process.take(SPACES_STDIN);
    const Fd out = process.take(SPACES_STDOUT);
    BOOST_TEST_REQUIRE(read_line(out.get()) == "mounted");
    must(::mount("outer", (path + "/outside").c_str(), "tmpfs", 0, nullptr), "mount");
    write_all(in.get(), "go\n");
    const std::string seen = read_line(out.get());
    process.wait();
    return {is_mounted(path + "/inside"), seen != "0"};
}

} // namespace

BOOST_AUTO_TEST_SUITE(propagation_test, *needs(root))

BOOST_AUTO_TEST_CASE(is_private_by_default) {
    with_shared_mount([](const std::string &path) {
        const Leaks leaks = leaks_with(path, nullptr);
        BOOST_TEST(!leaks.to_the_host);
        BOOST_TEST(!leaks.to_the_program);
    });
}

BOOST_AUTO_TEST_CASE(slave_lets_mounts_in_but_not_out) {
    with_shared_mount([](const std::string &path) {
        const Leaks leaks = leaks_with(path, "slave");
        BOOST_TEST(!leaks.to_the_host);
        BOOST_TEST(leaks.to_the_program);
    });
}

BOOST_AUTO_TEST_CASE(unchanged_is_what_the_caller_has) {
    with_shared_mount([](const std::string &path) {
        const Leaks leaks = leaks_with(path, "unchanged");
        BOOST_TEST(leaks.to_the_host);
        BOOST_TEST(leaks.to_the_program);
    });
}

BOOST_AUTO_TEST_CASE(shared_lets_mounts_both_ways) {
    with_shared_mount([](const std::string &path) {
        const Leaks leaks = leaks_with(path, "shared");
        BOOST_TEST(leaks.to_the_host);
        BOOST_TEST(leaks.to_the_program);
    });
}

BOOST_AUTO_TEST_CASE(unbindable_can_be_asked_for) {
    Spec spec({probe(), "cat", "/proc/self/mountinfo"});
    spec.unshare(SPACES_NAMESPACE_MOUNT).with<spaces_spec_set_propagation>("unbindable");
    BOOST_TEST(output_of(spec).find(" unbindable ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(nothing_of_a_whole_container_reaches_the_hosts_table) {
    // Whatever the host's own propagation is: systemd makes it shared.
    const Rootfs rootfs;
    in_mount_namespace([&] {
        must(::mount(nullptr, "/", nullptr, MS_REC | MS_SHARED, nullptr), "mount");
        const std::string before = read_file("/proc/self/mountinfo");
        Spec spec({"/bin/sh", "-c", "mount -t tmpfs more /mnt; echo up; exec cat"});
        spec.unshare(SPACES_NAMESPACE_ALL)
            .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
            .with<spaces_spec_set_default_mounts>(1)
            .with<spaces_spec_add_mount>("/usr", "/usr", "bind", "rbind,ro");
        const Waiting container(spec);
        BOOST_TEST(read_file("/proc/self/mountinfo") == before);
    });
}

BOOST_AUTO_TEST_CASE(refuses_other_words) {
    const Failure failure = failure_of<spaces_spec_set_propagation>(Spec(), "sideways");
    BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
    BOOST_TEST(failure.message.find("sideways") != std::string::npos, failure.text);
}

BOOST_AUTO_TEST_SUITE_END()
