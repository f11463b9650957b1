// Id-mapped mounts: whose files they are on the disk, in the container, and who is refused.
#include "support/capture.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace support;

namespace {

// Files of root and of user 1000.
struct Source : TempDir {
    Source() {
        must(::chmod(path().c_str(), 0777), "chmod");
        file("of-root", "0\n");
        must(::chown(file("of-1000", "1000\n").c_str(), 1000, 1001), "chown");
    }
};

Spec shell_in(const Rootfs &rootfs, const Source &source, const std::string &script, const char *options,
              uint32_t more = 0) {
    Spec spec({"/bin/sh", "-c", script});
    spec.unshare(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID | more)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .with<spaces_spec_add_mount>(source.path().c_str(), "/mnt", "bind", options);
    return spec;
}

Answer id_mapping() {
    Answer answer = root();
    try {
        if (answer) {
            const Source source;
            const Rootfs rootfs;
            start(shell_in(rootfs, source, "true", "bind,idmap=uids=0-5-1;gids=0-5-1")).wait();
        }
    } catch (const Failure &failure) {
        answer = Answer(failure.step != "idmap" || failure.error_number != EINVAL);
        answer.message() << "the file system of /tmp cannot be id-mapped by this kernel";
    }
    return answer;
}

const char *const owners = "cd /mnt; stat -c '%n %u %g' of-root of-1000";

} // namespace

BOOST_AUTO_TEST_SUITE(id_mapped_mounts_test, *needs(id_mapping))

BOOST_AUTO_TEST_CASE(give_a_user_namespace_files_of_its_own) {
    // Without the map they belong to nobody whom it knows.
    const Source source;
    const Rootfs rootfs;
    for (const auto &[options, expected] : {std::pair{"rbind", "of-root 65534 65534\nof-1000 65534 65534\n"},
                                            {"rbind,idmap", "of-root 0 0\nof-1000 1000 1001\n"},
                                            {"rbind,ridmap", "of-root 0 0\nof-1000 1000 1001\n"}}) {
        Spec spec = shell_in(rootfs, source, owners, options, SPACES_NAMESPACE_USER);
        spec.with<spaces_spec_set_uid_map>("0 100000 65536").with<spaces_spec_set_gid_map>("0 100000 65536");
        expect_unchanged(options, [&] { BOOST_TEST(output_of(spec) == expected, options); });
    }
}

BOOST_AUTO_TEST_CASE(put_files_on_the_disk_as_the_map_says) {
    const Source source;
    const Rootfs rootfs;
    Spec spec = shell_in(rootfs, source, "echo x >/mnt/new", "rbind,idmap", SPACES_NAMESPACE_USER);
    spec.with<spaces_spec_set_uid_map>("0 100000 65536")
        .with<spaces_spec_set_gid_map>("0 100000 65536")
        .with<spaces_spec_set_uid>(7U)
        .with<spaces_spec_set_gid>(8U);
    BOOST_TEST(output_of(spec) == "");
    struct stat status;
    must(::stat((source.path() + "/new").c_str(), &status), "stat");
    BOOST_TEST(status.st_uid == 7U);
    BOOST_TEST(status.st_gid == 8U);
}

BOOST_AUTO_TEST_CASE(have_maps_of_their_own) {
    const Source source;
    const Rootfs rootfs;
    const char *option = "bind,idmap=uids=0-500-1#1000-700-1;gids=0-600-1#1001-800-5";
    BOOST_TEST(output_of(shell_in(rootfs, source, owners, option)) == "of-root 500 600\nof-1000 700 800\n");
    Spec by_json({"/bin/sh", "-c", owners});
    by_json.unshare(SPACES_NAMESPACE_MOUNT)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .json(R"({"mounts": [{"destination": "/mnt", "type": "bind", "source": ")" + source.path() + R"(",
                 "uidMappings": [{"containerID": 1000, "hostID": 0, "size": 1}],
                 "gidMappings": [{"containerID": 1001, "hostID": 0, "size": 1}]}]})");
    BOOST_TEST(output_of(by_json) == "of-root 65534 65534\nof-1000 0 0\n");
}

BOOST_AUTO_TEST_CASE(map_what_is_below_only_where_they_are_recursive) {
    const Source source;
    const Rootfs rootfs;
    const TempDir other;
    in_mount_namespace([&] {
        const std::string below = source.directory("below");
        must(::mount(other.path().c_str(), below.c_str(), nullptr, MS_BIND, nullptr), "mount");
        write_file(below + "/file", "x");
        const std::string script = "stat -c %u /mnt/of-root /mnt/below/file";
        BOOST_TEST(output_of(shell_in(rootfs, source, script, "rbind,idmap=uids=0-5-1;gids=0-5-1")) ==
                   "5\n0\n");
        BOOST_TEST(output_of(shell_in(rootfs, source, script, "rbind,ridmap=uids=0-5-1;gids=0-5-1")) ==
                   "5\n5\n");
    });
}

BOOST_AUTO_TEST_CASE(are_no_peers_of_their_source) {
    const Source source;
    const Rootfs rootfs;
    in_mount_namespace([&] {
        must(::mount(nullptr, "/", nullptr, MS_REC | MS_SHARED, nullptr), "mount");
        source.directory("below");
        const std::string script = "mount -t tmpfs x /mnt/below && cat /proc/self/mountinfo";
        const std::string seen =
            output_of(shell_in(rootfs, source, script, "rbind,idmap=uids=0-5-1;gids=0-5-1"));
        BOOST_TEST(seen.find(" /mnt/below ") != std::string::npos, seen);
        BOOST_TEST(seen.find("shared:") == std::string::npos, seen);
        BOOST_TEST(read_file("/proc/self/mountinfo").find("/below ") == std::string::npos);
    });
}

BOOST_AUTO_TEST_CASE(can_be_read_only_too) {
    const Source source;
    const Rootfs rootfs;
    BOOST_TEST(output_of(shell_in(rootfs, source, "probe make /mnt/x",
                                  "rbind,rro,idmap=uids=0-0-2000;gids=0-0-2000")) ==
               "Read-only file system\n");
}

BOOST_AUTO_TEST_CASE(work_in_a_running_container) {
    const Source source;
    const Rootfs rootfs;
    Spec spec({"/bin/sh", "-c", std::string("read line; ") + owners});
    spec.unshare(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .pipe(SPACES_STDIN)
        .pipe(SPACES_STDOUT);
    Process process = start(spec);
    call<spaces_process_mount>(process, source.path().c_str(), "/mnt", "bind",
                               "idmap=uids=0-5-1#1000-6-1;gids=0-5-1#1001-6-1");
    write_all(process.take(SPACES_STDIN).get(), "\n");
    BOOST_TEST(read_all(process.take(SPACES_STDOUT).get()) == "of-root 5 5\nof-1000 6 6\n");
    process.wait();
}

BOOST_AUTO_TEST_CASE(are_refused_with_a_reason) {
    const Source source;
    const Rootfs rootfs;
    const Failure mapless = start_fails(shell_in(rootfs, source, "true", "bind,idmap"));
    BOOST_TEST(mapless.code == SPACES_EINVALID, mapless.text);
    BOOST_TEST(mapless.message == "the mount on \"/mnt\" is to be id-mapped, and no ids are told");

    Spec proc({"/bin/true"});
    proc.unshare(SPACES_NAMESPACE_MOUNT)
        .with<spaces_spec_add_mount>("/proc", "/mnt", "bind", "bind,idmap=uids=0-5-1;gids=0-5-1");
    const Failure unfit = start_fails(proc);
    BOOST_TEST(unfit.step == "idmap", unfit.text);
    BOOST_TEST(unfit.error_number == EINVAL, unfit.text);
    BOOST_TEST(unfit.message ==
               "cannot map the ids of the source \"/proc\" of the mount on \"/mnt\": Invalid argument");
    BOOST_TEST(unfit.hint.find("cannot be id-mapped") != std::string::npos, unfit.text);

    const Failure fresh = start_fails(shell_in(rootfs, source, "true", nullptr)
                                          .with<spaces_spec_add_mount>("x", "/home", "tmpfs", "idmap"));
    BOOST_TEST(fresh.code == SPACES_EUNSUPPORTED, fresh.text);
    for (const char *option : {"idmap=uids=0-5-1", "idmap=0-5-1", "idmap=uids=x;gids=0-5-1"}) {
        BOOST_TEST(start_fails(shell_in(rootfs, source, "true", option)).code == SPACES_EINVALID, option);
    }
    with_seccomp(ENOSYS, {SYS_mount_setattr}, [&] {
        const Failure failure =
            start_fails(shell_in(rootfs, source, "true", "bind,idmap=uids=0-5-1;gids=0-5-1"));
        BOOST_TEST(failure.error_number == ENOSYS, failure.text);
        BOOST_TEST(failure.hint.find("Linux 5.12") != std::string::npos, failure.text);
    });
}

BOOST_AUTO_TEST_CASE(are_not_for_ordinary_users_and_they_are_told_so) {
    as_user(nobody_special, [] {
        const TempDir dir;
        Spec spec({"/bin/true"});
        spec.unshare(SPACES_NAMESPACE_USER | SPACES_NAMESPACE_MOUNT)
            .with<spaces_spec_add_mount>(dir.path().c_str(), "/mnt", "bind", "rbind,idmap");
        expect_unchanged("a refused id-mapped mount", [&] {
            const Failure failure = start_fails(spec);
            BOOST_TEST(failure.error_number == EPERM, failure.text);
            BOOST_TEST(!failure.hint.empty(), failure.text);
        });
    });
}

BOOST_AUTO_TEST_SUITE_END()
