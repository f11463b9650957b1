// Mounting and unmounting in a running container: it sees it at once, and nobody else does.
#include "support/capture.hpp"
#include "support/host_state.hpp"
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

// A program that runs lines of shell that it is sent, in a root directory of its own.
class Running {
  public:
    explicit Running(uint32_t more = 0, bool init = true) : process_(started(more, init)) {
        input_ = process_.take(SPACES_STDIN);
        output_ = process_.take(SPACES_STDOUT);
    }
    // What it writes, in one line.
    std::string answer(const std::string &script) {
        write_all(input_.get(), "echo $(" + script + ")\n");
        return read_line(output_.get());
    }
    void mount(const char *source, const char *destination, const char *type, const char *options = nullptr) {
        call<spaces_process_mount>(process_, source, destination, type, options);
    }
    void unmount(const char *destination, int lazily = 0) {
        call<spaces_process_unmount>(process_, destination, lazily);
    }
    Process &process() { return process_; }
    const Rootfs &rootfs() const { return rootfs_; }
    void end() {
        input_.reset();
        process_.wait();
    }

  private:
    Process started(uint32_t more, bool init) const {
        Spec spec({"/bin/sh"});
        spec.isolate(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID | more)
            .with<spaces_spec_set_root>(rootfs_.path().c_str(), 0)
            .with<spaces_spec_set_init>(init ? 1 : 0)
            .with<spaces_spec_set_time_limit>(uint64_t{init ? 0U : 60000U}, uint64_t{0})
            .pipe(SPACES_STDIN)
            .pipe(SPACES_STDOUT);
        return start(spec);
    }

    Rootfs rootfs_;
    Process process_;
    Fd input_;
    Fd output_;
};

} // namespace

BOOST_AUTO_TEST_SUITE(running_mounts_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(a_bind_is_seen_at_once_and_goes_again) {
    as_everybody([](const std::string &who) {
        const TempDir dir;
        dir.file("file", "of the host\n");
        Running running;
        expect_unchanged(who, [&] {
            running.mount(dir.path().c_str(), "/mnt", "bind");
            BOOST_TEST(running.answer("cat /mnt/file") == "of the host", who);
            running.unmount("/mnt");
            BOOST_TEST(running.answer("ls -A /mnt") == "", who);
        });
    });
}

BOOST_AUTO_TEST_CASE(a_file_can_be_bound_and_read_only_is_so) {
    as_everybody([](const std::string &who) {
        const TempDir dir;
        const std::string file = dir.file("file", "of the host\n", 0666);
        Running running;
        running.mount(file.c_str(), "/etc/passwd", "bind", "ro");
        BOOST_TEST(running.answer("cat /etc/passwd; (echo x >/etc/passwd) 2>&1 | grep -o Read-only") ==
                       "of the host Read-only",
                   who);
        running.unmount("/etc/passwd");
        BOOST_TEST(running.answer("cat /etc/passwd").starts_with("root:"), who);
    });
}

BOOST_AUTO_TEST_CASE(new_file_systems_show_the_containers_namespaces) {
    as_everybody([](const std::string &who) {
        Running running(SPACES_NAMESPACE_IPC);
        expect_unchanged(who, [&] {
            running.mount("tmpfs", "/home", "tmpfs", "size=64k,mode=711,nosuid");
            BOOST_TEST(running.answer("stat -f -c %T /home; stat -c %a /home; grep -o '/home rw,nosuid' "
                                      "/proc/self/mountinfo") == "tmpfs 711 /home rw,nosuid",
                       who);
            running.mount("proc", "/mnt", "proc");
            BOOST_TEST(running.answer("cd /mnt; echo [0-9] | head -c 3") == "1 2", who);
            running.mount("mqueue", "/home/queues", "mqueue", "X-mount.mkdir");
            BOOST_TEST(running.answer("grep -c ' /home/queues .* mqueue' /proc/self/mountinfo") == "1", who);
        });
    });
}

BOOST_AUTO_TEST_CASE(needs_no_init) {
    as_everybody([](const std::string &who) {
        const TempDir dir;
        dir.file("file", "x\n");
        Running running(0, false);
        running.mount(dir.path().c_str(), "/mnt", "bind");
        BOOST_TEST(running.answer("cat /mnt/file") == "x", who);
    });
}

BOOST_AUTO_TEST_CASE(brings_what_is_below_where_it_is_recursive_and_follows_no_later_mounts, *needs(root)) {
    const TempDir dir;
    in_mount_namespace([&] {
        must(::mount(nullptr, "/", nullptr, MS_REC | MS_SHARED, nullptr), "mount");
        const std::string below = dir.directory("below");
        must(::mount("tmpfs", below.c_str(), "tmpfs", 0, nullptr), "mount");
        write_file(below + "/deep", "deep\n");
        const std::string later = dir.directory("later");
        Running running;
        running.mount(dir.path().c_str(), "/mnt", "bind", "rbind");
        running.mount(dir.path().c_str(), "/home", "bind");
        BOOST_TEST(running.answer("ls /mnt/below; ls /home/below") == "deep");
        // The source is a shared mount here; its copy in the container is nobody's peer.
        must(::mount("tmpfs", later.c_str(), "tmpfs", 0, nullptr), "mount");
        running.mount("tmpfs", "/mnt/below", "tmpfs");
        BOOST_TEST(running.answer("grep -c ' /mnt/later' /proc/self/mountinfo") == "0");
        BOOST_TEST(::access((below + "/deep").c_str(), F_OK) == 0);
        running.end();
    });
}

BOOST_AUTO_TEST_CASE(is_not_led_out_of_the_root_by_a_link) {
    as_everybody([](const std::string &who) {
        const TempDir outside;
        Running running;
        BOOST_TEST(
            running.answer("busybox ln -s " + outside.path() + " /trap; busybox ln -s /home /inside") == "");
        expect_unchanged(who, [&] {
            const Failure failure =
                failure_of<spaces_process_mount>(running.process(), "tmpfs", "/trap", "tmpfs", nullptr);
            BOOST_TEST(failure.error_number == ENOENT, who << failure.text);
            running.mount("tmpfs", "/inside", "tmpfs");
            BOOST_TEST(running.answer("stat -f -c %T /home") == "tmpfs", who);
        });
    });
}

BOOST_AUTO_TEST_CASE(that_is_in_use_is_unmounted_lazily_only) {
    as_everybody([](const std::string &who) {
        Running running;
        running.mount("tmpfs", "/mnt", "tmpfs");
        running.mount("tmpfs", "/mnt/below", "tmpfs", "X-mount.mkdir");
        const Failure failure = failure_of<spaces_process_unmount>(running.process(), "/mnt", 0);
        BOOST_TEST(failure.error_number == EBUSY, who << failure.text);
        BOOST_TEST(failure.message == "cannot unmount \"/mnt\": Device or resource busy");
        BOOST_TEST(failure.hint.find("lazily") != std::string::npos, failure.text);
        running.unmount("/mnt/", 1);
        BOOST_TEST(running.answer("ls -A /mnt") == "", who);
    });
}

BOOST_AUTO_TEST_CASE(fails_with_step_and_cause) {
    as_everybody([](const std::string &who) {
        Running running;
        const auto fails = [&](const char *source, const char *destination, const char *type,
                               const char *options = nullptr) {
            return failure_of<spaces_process_mount>(running.process(), source, destination, type, options);
        };
        expect_unchanged(who, [&] {
            BOOST_TEST(fails("/nonexistent", "/mnt", "bind").message ==
                       "cannot open the source \"/nonexistent\" of the mount on \"/mnt\": No such file or "
                       "directory");
            BOOST_TEST(fails("tmpfs", "/nowhere", "tmpfs").message ==
                       "cannot mount \"tmpfs\" on \"/nowhere\": the mount target does not exist");
            BOOST_TEST(fails("x", "/mnt", "nonexistentfs").error_number == ENODEV);
            BOOST_TEST(fails("/usr", "/etc/passwd", "bind").error_number == EINVAL);
            const Failure overlay = fails("overlay", "/mnt", "overlay", "lowerdir=/usr,tmp-overlay");
            BOOST_TEST(overlay.code == SPACES_EUNSUPPORTED, overlay.text);
            BOOST_TEST(fails(nullptr, "/mnt", nullptr).code == SPACES_EINVALID);
            const Failure nothing = failure_of<spaces_process_unmount>(running.process(), "/mnt", 0);
            BOOST_TEST(nothing.error_number == EINVAL, nothing.text);
            BOOST_TEST(failure_of<spaces_process_unmount>(running.process(), "mnt", 0).code ==
                       SPACES_EINVALID);
        });
    });
}

BOOST_AUTO_TEST_CASE(does_nothing_to_a_program_in_the_callers_mount_namespace) {
    Spec spec({"/bin/cat"});
    spec.pipe(SPACES_STDIN).pipe(SPACES_STDOUT);
    Process process = start(spec);
    expect_unchanged("a refused mount", [&] {
        const Failure failure = failure_of<spaces_process_mount>(process, "tmpfs", "/mnt", "tmpfs", nullptr);
        BOOST_TEST(failure.code == SPACES_ESTATE, failure.text);
        BOOST_TEST(failure_of<spaces_process_unmount>(process, "/proc", 1).code == SPACES_ESTATE);
    });
}

BOOST_AUTO_TEST_CASE(of_a_program_that_has_ended_is_told) {
    Running running;
    running.end();
    const Failure failure =
        failure_of<spaces_process_mount>(running.process(), "tmpfs", "/mnt", "tmpfs", nullptr);
    BOOST_TEST(failure.code == SPACES_ENOTFOUND, failure.text);
}

BOOST_AUTO_TEST_SUITE_END()
