// Overlay mounts: layers of the caller, an upper directory or memory for what is written.
#include "support/capture.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;
namespace data = boost::unit_test::data;

// Two lower directories with names that the kernel's option string would have to escape, upper and work.
struct Layers : TempDir {
    Layers() {
        directory("lo:wer,1");
        directory("lower2");
        directory("upper", 0777);
        directory("work", 0777);
        file("lo:wer,1/both", "first\n");
        file("lo:wer,1/one", "1\n");
        file("lower2/both", "second\n");
        file("lower2/two", "2\n");
    }
    std::string lower() const { return "lowerdir=" + path() + "/lo\\:wer\\,1:" + path() + "/lower2"; }
    std::string upper() const { return ",upperdir=" + path() + "/upper,workdir=" + path() + "/work"; }
};

namespace {

Spec shell_in(const Rootfs &rootfs, const std::string &script, const std::string &options) {
    Spec spec({"/bin/sh", "-c", script});
    spec.isolate(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .with<spaces_spec_add_mount>("overlay", "/mnt", "overlay", options.c_str());
    return spec;
}

bool exists(const std::string &path) {
    return ::access(path.c_str(), F_OK) == 0;
}

// Where the tests run in a container, their directories are on an overlay themselves.
Answer writable_overlays() {
    Answer answer(true);
    try {
        const Layers layers;
        const Rootfs rootfs;
        start(shell_in(rootfs, "true", layers.lower() + layers.upper())).wait();
    } catch (const Failure &failure) {
        answer = Answer(failure.message.find("cannot be written to by an overlay") == std::string::npos);
        answer.message() << "the file system of /tmp cannot hold the upper directory of an overlay";
    }
    return answer;
}

const std::string merged = "both\none\ntwo\nfirst\n";
const std::string show = "ls /mnt; cat /mnt/both; ";

} // namespace

BOOST_AUTO_TEST_SUITE(overlay_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(of_lower_directories_only_is_read_only) {
    as_everybody([](const std::string &who) {
        const Layers layers;
        const Rootfs rootfs;
        Spec spec = shell_in(rootfs, show + "probe make /mnt/x", layers.lower());
        expect_unchanged(who,
                         [&] { BOOST_TEST(output_of(spec) == merged + "Read-only file system\n", who); });
    });
}

BOOST_AUTO_TEST_CASE(writes_to_its_upper_directory, *needs(writable_overlays)) {
    as_everybody([](const std::string &who) {
        const Layers layers;
        const Rootfs rootfs;
        Spec spec = shell_in(rootfs, show + "echo new >/mnt/new; echo changed >/mnt/two",
                             layers.lower() + layers.upper());
        expect_unchanged(who, [&] { BOOST_TEST(output_of(spec) == merged, who); });
        BOOST_TEST(read_file(layers.path() + "/upper/new") == "new\n");
        BOOST_TEST(read_file(layers.path() + "/upper/two") == "changed\n");
        BOOST_TEST(read_file(layers.path() + "/lower2/two") == "2\n");
    });
}

BOOST_AUTO_TEST_CASE(forgets_what_is_written_to_memory) {
    as_everybody([](const std::string &who) {
        const Layers layers;
        const Rootfs rootfs;
        must(::chmod((layers.path() + "/lo:wer,1").c_str(), 0751), "chmod");
        Spec spec = shell_in(rootfs,
                             show + "rm() { busybox rm \"$@\"; }; rm /mnt/one; echo new >/mnt/new; ls /mnt; "
                                    "stat -c %a /mnt",
                             layers.lower() + ",tmp-overlay");
        expect_unchanged(who, [&] { BOOST_TEST(output_of(spec) == merged + "both\nnew\ntwo\n751\n", who); });
        BOOST_TEST(exists(layers.path() + "/lo:wer,1/one"));
        BOOST_TEST(!exists(layers.path() + "/lo:wer,1/new"));
        BOOST_TEST(output_of(spec).starts_with(merged), "a second start begins anew");
    });
}

BOOST_AUTO_TEST_CASE(can_be_limited_in_memory) {
    as_everybody([](const std::string &who) {
        const Layers layers;
        const Rootfs rootfs;
        Spec spec = shell_in(rootfs, "head -c 200000 /proc/self/exe >/mnt/big 2>/dev/null || echo full",
                             layers.lower() + ",tmp-overlay=64k");
        BOOST_TEST(output_of(spec) == "full\n", who);
    });
}

BOOST_AUTO_TEST_CASE(can_cover_its_own_lower_directory_without_a_root_directory) {
    as_everybody([](const std::string &who) {
        const TempDir dir;
        dir.file("file", "below\n");
        Spec spec({"/bin/sh", "-c", "cat file; echo over >file; cat file"});
        spec.isolate(SPACES_NAMESPACE_MOUNT)
            .with<spaces_spec_add_mount>("overlay", dir.path().c_str(), "overlay",
                                         ("lowerdir=" + dir.path() + ",tmp-overlay").c_str())
            .with<spaces_spec_set_cwd>(dir.path().c_str());
        expect_unchanged(who, [&] { BOOST_TEST(output_of(spec) == "below\nover\n", who); });
        BOOST_TEST(read_file(dir.path() + "/file") == "below\n");
    });
}

BOOST_AUTO_TEST_CASE(can_be_the_ground_for_further_mounts) {
    as_everybody([](const std::string &who) {
        const Layers layers;
        const Rootfs rootfs;
        Spec spec = shell_in(rootfs, "ls /mnt; stat -f -c %T /mnt/deep", layers.lower() + ",tmp-overlay");
        spec.with<spaces_spec_add_mount>("tmpfs", "/mnt/deep", "tmpfs", nullptr)
            .with<spaces_spec_add_file>("/mnt/file", "x", size_t{1}, 0644U);
        BOOST_TEST(output_of(spec) == "both\ndeep\nfile\none\ntwo\ntmpfs\n", who);
        BOOST_TEST(!exists(layers.path() + "/lo:wer,1/deep"));
    });
}

BOOST_AUTO_TEST_CASE(has_the_attributes_of_a_mount, *needs(writable_overlays)) {
    const Layers layers;
    const Rootfs rootfs;
    Spec spec = shell_in(rootfs, "grep ' /mnt ' /proc/self/mountinfo",
                         layers.lower() + layers.upper() + ",ro,nosuid,nodev,noexec");
    const std::string seen = output_of(spec);
    BOOST_TEST(seen.find(" /mnt ro,nosuid,nodev,noexec,relatime - overlay ") != std::string::npos, seen);
}

BOOST_AUTO_TEST_CASE(opens_its_layers_with_the_callers_rights, *needs(new_id_maps)) {
    // The layers are in a directory that only the caller may enter; root in the container is somebody else.
    if (!root()) {
        return;
    }
    as_account({}, [] {
        const TempDir dir;
        dir.directory("lower1");
        dir.directory("lower2");
        dir.file("lower1/file", "1\n");
        must(::chmod(dir.path().c_str(), 0700), "chmod");
        Spec spec({"/bin/cat", "/mnt/file"});
        spec.unshare(SPACES_NAMESPACE_USER | SPACES_NAMESPACE_MOUNT)
            .with<spaces_spec_set_uid_map>("0 200000 1000")
            .with<spaces_spec_set_gid_map>("0 300000 1000")
            .with<spaces_spec_add_mount>(
                "overlay", "/mnt", "overlay",
                ("lowerdir=" + dir.path() + "/lower1:" + dir.path() + "/lower2").c_str());
        BOOST_TEST(output_of(spec) == "1\n");
    });
}

struct Lack {
    const char *name;
    std::vector<long> system_calls;
};
std::ostream &operator<<(std::ostream &stream, const Lack &lack) {
    return stream << lack.name;
}
const Lack lacks[] = {
    {"fsopen", {SYS_fsopen}},
    {"fsconfig", {SYS_fsconfig}},
    {"move_mount", {SYS_move_mount}},
    {"the new mount API", {SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_mount_setattr}},
};

BOOST_DATA_TEST_CASE(is_the_same_on_older_kernels, data::make(lacks) * data::make({ENOSYS, EPERM}), lack,
                     answer) {
    const Layers layers;
    const Rootfs rootfs;
    const bool has_upper(writable_overlays());
    with_seccomp(answer, lack.system_calls, [&] {
        BOOST_TEST(output_of(shell_in(rootfs, show, layers.lower() + (has_upper ? layers.upper() : ""))) ==
                   merged);
        BOOST_TEST(output_of(shell_in(rootfs, show + "echo x >/mnt/x", layers.lower() + ",tmp-overlay")) ==
                   merged);
    });
    BOOST_TEST(!exists(layers.path() + "/upper/x"));
}

BOOST_AUTO_TEST_CASE(of_a_hundred_layers_is_fine_either_way) {
    const TempDir dir;
    std::string lower = "lowerdir=";
    for (int i = 0; i < 100; ++i) {
        const std::string name = "a-directory-with-a-rather-long-name-" + std::to_string(i);
        dir.directory(name);
        dir.file(name + "/file" + std::to_string(i), "x");
        lower += (i == 0 ? "" : ":") + dir.path() + "/" + name;
    }
    const Rootfs rootfs;
    BOOST_TEST(output_of(shell_in(rootfs, "ls /mnt | wc -l", lower)) == "100\n");
    with_seccomp(ENOSYS, {SYS_fsopen},
                 [&] { BOOST_TEST(output_of(shell_in(rootfs, "ls /mnt | wc -l", lower)) == "100\n"); });
}

BOOST_AUTO_TEST_CASE(whose_upper_directory_is_unsuitable_is_told_so,
                     *needs(root) * needs(writable_overlays)) {
    const Layers layers;
    const TempDir dir;
    const Rootfs rootfs;
    in_mount_namespace([&] {
        const std::string on = dir.directory("overlay");
        const std::string options = "lowerdir=" + layers.path() + "/lower2:" + layers.path() + "/lower2/..";
        must(::mkdir((layers.path() + "/lower2/upper").c_str(), 0755), "mkdir");
        must(::mkdir((layers.path() + "/lower2/work").c_str(), 0755), "mkdir");
        must(::mount("overlay", on.c_str(), "overlay", 0,
                     ("lowerdir=" + layers.path() + "/lower2,upperdir=" + layers.path() +
                      "/upper,workdir=" + layers.path() + "/work")
                         .c_str()),
             "mount");
        const Failure failure = start_fails(
            shell_in(rootfs, "true", "lowerdir=/usr,upperdir=" + on + "/upper,workdir=" + on + "/work"));
        BOOST_TEST(failure.step == "overlay", failure.text);
        BOOST_TEST(failure.object == "/mnt", failure.text);
        BOOST_TEST(failure.message ==
                   "cannot mount \"overlay\" on \"/mnt\": the file system of its upper "
                   "directory (overlay) cannot be written to by an overlay: Invalid argument");
        BOOST_TEST(failure.hint.find("tmp-overlay") != std::string::npos, failure.text);
    });
}

BOOST_AUTO_TEST_CASE(that_lacks_something_is_told_so) {
    const Layers layers;
    const Rootfs rootfs;
    const auto message = [&](const std::string &options) {
        return start_fails(shell_in(rootfs, "true", options)).message;
    };
    BOOST_TEST(message("index=off") == "the overlay on \"/mnt\" has no lower directory");
    BOOST_TEST(message("lowerdir=/usr") == "the overlay on \"/mnt\" has one layer only");
    BOOST_TEST(message("lowerdir=/usr,upperdir=/x") ==
               "the overlay on \"/mnt\" has only one of upperdir and workdir");
    BOOST_TEST(message("lowerdir=/usr,tmp-overlay" + layers.upper()) ==
               "the overlay on \"/mnt\" has an upper or work directory and shall have them in memory");
    BOOST_TEST(message("lowerdir=/usr:/nonexistent") ==
               "cannot open the lower directory \"/nonexistent\" of the overlay on \"/mnt\": No such file or "
               "directory");
    const Failure unknown = start_fails(shell_in(rootfs, "true", layers.lower() + ",nonsense=on"));
    BOOST_TEST(unknown.error_number == EINVAL, unknown.text);
    BOOST_TEST(unknown.message.starts_with("cannot mount \"overlay\" on \"/mnt\": Invalid argument"),
               unknown.text);
}

BOOST_AUTO_TEST_SUITE_END()
