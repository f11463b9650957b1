// linux.mountLabel: the SELinux label of what is in new file systems, under the policy tests/vm/selinux.cil.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <sys/syscall.h>
#include <sys/xattr.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

const char *const label = "system_u:object_r:mount_t:s0:c1,c2";
const std::string by_itself = "system_u:object_r:file_t:s0";

constexpr uint32_t all_but_user = SPACES_NAMESPACE_ALL & ~SPACES_NAMESPACE_USER;

Spec in(const Rootfs &rootfs, uint32_t namespaces, const std::vector<std::string> &args) {
    Spec spec(args.empty() ? std::vector<std::string>{"/bin/sh"} : args);
    spec.isolate(namespaces)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .with<spaces_spec_set_mount_label>(label);
    return spec;
}

// What the program sees for each of these paths.
std::string labels(Spec spec, const std::string &paths, const std::string &before = "") {
    const std::string script = before + "for path in " + paths + "; do probe label $path; done";
    spec.with<spaces_spec_set_env>("PATH", "/bin");
    const char *const args[] = {"sh", "-c", script.c_str(), nullptr};
    spec.with<spaces_spec_set_args>(args);
    return output_of(spec);
}

std::string lines(const std::vector<std::string> &each) {
    std::string text;
    for (const std::string &line : each) {
        text += line + "\n";
    }
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(mount_label_test)

BOOST_AUTO_TEST_CASE(needs_selinux) {
    if (selinux()) {
        return;
    }
    const Rootfs rootfs;
    const Failure failure =
        start_fails(in(rootfs, SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_USER, {"/bin/true"}));
    BOOST_TEST(failure.code == SPACES_EUNSUPPORTED, failure.text);
    BOOST_TEST(failure.object == "linux.mountLabel");
    BOOST_TEST(failure.hint.find("security=selinux") != std::string::npos, failure.hint);
}

BOOST_AUTO_TEST_CASE(needs_a_new_mount_namespace) {
    Spec spec({"/bin/true"});
    const Failure failure = start_fails(spec.with<spaces_spec_set_mount_label>(label));
    BOOST_TEST(failure.object == "linux.mountLabel", failure.text);
    BOOST_TEST(failure.code == SPACES_EINVALID);
    for (const char *wrong : {"", "a\nb", "a\"b"}) {
        BOOST_TEST(failure_of<spaces_spec_set_mount_label>(Spec(), wrong).object == "linux.mountLabel");
    }
}

BOOST_AUTO_TEST_SUITE(under_a_policy, *needs(selinux_of_guest) * needs(root))

const uint32_t namespaces[] = {all_but_user, SPACES_NAMESPACE_ALL};

BOOST_DATA_TEST_CASE(the_default_mounts_have_it, data::make(namespaces), set) {
    const Rootfs rootfs;
    Spec spec = in(rootfs, set, {});
    spec.with<spaces_spec_set_default_mounts>(1);
    BOOST_TEST(labels(spec, "/dev /dev/pts /dev/pts/ptmx /dev/shm /dev/mqueue /tmp /tmp/new /dev/shm/new",
                      "touch /tmp/new /dev/shm/new; ") ==
               lines({label, label, label, label, label, label, label, label}));
    // The kernel's own, and what is bound, have what they had.
    BOOST_TEST(labels(spec, "/sys /dev/null /bin/sh") == lines({by_itself, by_itself, by_itself}));
}

BOOST_DATA_TEST_CASE(mounts_of_the_spec_have_it, data::make(namespaces), set) {
    const Rootfs rootfs;
    const TempDir lower;
    lower.file("below", "1");
    lower.directory("hidden");
    Spec spec = in(rootfs, set, {});
    const std::string overlay = "lowerdir=" + lower.path() + ",tmp-overlay=1m";
    spec.with<spaces_spec_add_mount>("tmpfs", "/m/tmpfs", "tmpfs", "size=1m,mode=0700")
        .with<spaces_spec_add_mount>("ramfs", "/m/ramfs", "ramfs", nullptr)
        .with<spaces_spec_add_mount>("overlay", "/m/overlay", "overlay", overlay.c_str())
        .with<spaces_spec_add_mount>("tmpfs", "/m/own", "tmpfs",
                                     "context=\"system_u:object_r:secret_t:s0:c1,c3\"")
        .with<spaces_spec_add_mount>(lower.path().c_str(), "/m/bind", "bind", "rbind")
        .with<spaces_spec_add_file>("/m/file", "text", size_t{4}, 0644U)
        .with<spaces_spec_add_directory>("/m/directory", 0755U)
        .with<spaces_spec_add_masked_path>("/m/bind/hidden");
    BOOST_TEST(labels(spec,
                      "/m/tmpfs /m/tmpfs/new /m/ramfs /m/overlay/below /m/overlay/new /m/own /m/bind/below "
                      "/m/file /m/directory /m/bind/hidden",
                      "touch /m/tmpfs/new /m/overlay/new; echo 2 >>/m/overlay/below; ") ==
               lines({label, label, label, label, label, "system_u:object_r:secret_t:s0:c1,c3", by_itself,
                      label, label, label}));
}

// Without the calls of the mount API mount(2) gets the same, in quotes.
BOOST_DATA_TEST_CASE(the_label_may_have_commas_for_every_mount_call, data::make({0, ENOSYS, EPERM}), answer) {
    const Rootfs rootfs;
    Spec spec = in(rootfs, all_but_user, {});
    spec.with<spaces_spec_add_mount>("tmpfs", "/mnt", "tmpfs", "size=1m,mode=0755");
    const auto test = [&] { BOOST_TEST(labels(spec, "/mnt") == lines({label})); };
    if (answer == 0) {
        test();
    } else {
        with_seccomp(answer, {SYS_fsopen, SYS_move_mount, SYS_open_tree}, test);
    }
}

BOOST_AUTO_TEST_CASE(it_is_seen_from_outside) {
    const Rootfs rootfs;
    Spec spec = in(rootfs, all_but_user, {"/bin/probe", "wait"});
    spec.with<spaces_spec_add_mount>("tmpfs", "/mnt", "tmpfs", nullptr)
        .with<spaces_spec_set_init>(0)
        .with<spaces_spec_set_stdio>(SPACES_STDOUT, SPACES_STDIO_NULL);
    Process process = start(spec);
    const std::string directory = "/proc/" + std::to_string(process.pid());
    char seen[256] = {};
    BOOST_TEST(::getxattr((directory + "/root/mnt").c_str(), "security.selinux", seen, sizeof seen - 1) > 0);
    BOOST_TEST(seen == label);
    const std::string mounts = read_file(directory + "/mountinfo");
    BOOST_TEST(mounts.find("context=\"" + std::string(label) + '"') != std::string::npos, mounts);
    process.kill(SIGKILL);
    process.wait();
}

BOOST_AUTO_TEST_CASE(the_policy_is_enforced_by_it) {
    const Rootfs rootfs;
    Spec spec = in(rootfs, all_but_user, {"/bin/probe", "cat", "/mnt/file"});
    spec.with<spaces_spec_add_mount>("tmpfs", "/mnt", "tmpfs", "mode=0755")
        .with<spaces_spec_add_file>("/mnt/file", "text", size_t{4}, 0644U);
    BOOST_TEST(output_of(spec) == "text");
    spec.with<spaces_spec_set_selinux_label>("system_u:system_r:confined_t:s0");
    BOOST_TEST(capture(spec).out == "/mnt/file: Permission denied\n");
    spec.with<spaces_spec_set_mount_label>(by_itself.c_str());
    BOOST_TEST(output_of(spec) == "text");
}

BOOST_AUTO_TEST_CASE(a_label_that_the_policy_does_not_have_is_refused) {
    const Rootfs rootfs;
    Spec spec = in(rootfs, SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_USER, {"/bin/true"});
    spec.with<spaces_spec_set_mount_label>("system_u:object_r:no_such_t:s0");
    const Failure failure = start_fails(spec);
    BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
    BOOST_TEST(failure.object == "linux.mountLabel");
    BOOST_TEST(failure.message.find("does not know the label \"system_u:object_r:no_such_t:s0\"") !=
                   std::string::npos,
               failure.message);
    BOOST_TEST(!failure.hint.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
