// Targets that change while they are resolved: an attacker with hands in the root file system turns a
// directory into a link to the outside and back as fast as it can. Nothing may ever be mounted or made out
// there.
#include "support/capture.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <atomic>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

using namespace support;
namespace data = boost::unit_test::data;

struct RaceScene {
    TempDir outside;
    Rootfs rootfs;
    std::string flipped = rootfs.path() + "/flip";
    std::string link = rootfs.path() + "/link";

    RaceScene() {
        outside.file("file", "of the host\n");
        outside.directory("sub", 0777);
        must(::chmod(outside.path().c_str(), 0777), "chmod");
        rootfs.directory("flip");
        rootfs.directory("flip/sub");
        rootfs.file("flip/file", "x");
        must(::symlink(outside.path().c_str(), link.c_str()), "symlink");
    }

    std::string contents() const {
        std::string list;
        for (const auto &entry : std::filesystem::recursive_directory_iterator(outside.path())) {
            list += entry.path().filename().string() + " ";
        }
        return list;
    }
};

namespace {

// SPACES_RACE_STARTS=2000 makes it as long as it should be now and then.
int starts() {
    const char *told = std::getenv("SPACES_RACE_STARTS");
    return told != nullptr ? std::atoi(told) : 150;
}

// A thread that was joined is seen in /proc for a moment longer.
void await_end_of_threads() {
    const auto count = [] {
        const std::filesystem::directory_iterator tasks("/proc/self/task");
        return std::distance(begin(tasks), end(tasks));
    };
    while (count() > 1) {
        std::this_thread::yield();
    }
}

// Exchanges "flip" and "link" until it is told to stop.
class Attacker {
  public:
    explicit Attacker(const RaceScene &scene)
        : thread_([this, &scene] {
              while (!stops_) {
                  ::syscall(SYS_renameat2, AT_FDCWD, scene.flipped.c_str(), AT_FDCWD, scene.link.c_str(),
                            2U /* RENAME_EXCHANGE */);
                  ++flips_;
              }
          }) {}
    Attacker(const Attacker &) = delete;
    Attacker &operator=(const Attacker &) = delete;
    ~Attacker() {
        stops_ = true;
        thread_.join();
        await_end_of_threads();
    }
    long flips() const { return flips_; }

  private:
    std::atomic<bool> stops_{false};
    std::atomic<long> flips_{0};
    std::thread thread_;
};

// All that has a target inside: mounts on what is there and on what is to be made, files, links, devices,
// covers.
Spec attacked(const RaceScene &scene, int variant) {
    Spec spec({"/bin/true"});
    spec.isolate(SPACES_NAMESPACE_MOUNT).with<spaces_spec_set_root>(scene.rootfs.path().c_str(), 0);
    switch (variant % 8) {
    case 0:
        return spec.with<spaces_spec_add_mount>("tmpfs", "/flip/sub", "tmpfs", nullptr);
    case 1:
        return spec.with<spaces_spec_add_mount>("tmpfs", "/flip/new/deep", "tmpfs", nullptr);
    case 2:
        return spec.with<spaces_spec_add_file>("/flip/made", "evil", size_t{4}, 0644U);
    case 3:
        return spec.with<spaces_spec_add_file>("/flip/file", "evil", size_t{4}, 0644U);
    case 4:
        return spec.with<spaces_spec_add_symlink>("/flip/madelink", "evil");
    case 5:
        return spec.with<spaces_spec_add_device>("/flip/device", "p", 0U, 0U, 0666U, UINT32_MAX, UINT32_MAX);
    case 6:
        return spec.with<spaces_spec_add_masked_path>("/flip/file")
            .with<spaces_spec_add_readonly_path>("/flip/sub");
    default:
        return spec.with<spaces_spec_add_mount>("/usr", "/flip/bound", "bind", "rbind,rro");
    }
}

// The first thread of a process makes libc handle a signal of its own.
void be_threaded() {
    std::thread([] {}).join();
    await_end_of_threads();
}

void race(const RaceScene &scene) {
    const std::string before = scene.contents();
    int started = 0;
    int refused = 0;
    long flips = 0;
    {
        const Attacker attacker(scene);
        for (int i = 0; i < starts(); ++i) {
            try {
                Process process = start(attacked(scene, i));
                process.wait();
                ++started;
            } catch (const Failure &failure) {
                BOOST_TEST(failure.code == SPACES_ESETUP, failure.text);
                ++refused; // a link to nowhere, or one that came too often
            }
        }
        flips = attacker.flips();
    }
    BOOST_TEST(started + refused == starts());
    BOOST_TEST(flips > starts(), "the attacker was asleep");
    BOOST_TEST(scene.contents() == before);
    BOOST_TEST(read_file(scene.outside.path() + "/file") == "of the host\n");
    BOOST_TEST_MESSAGE(started << " starts, " << refused << " refused, " << flips << " flips");
}

} // namespace

BOOST_AUTO_TEST_SUITE(mount_race_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(puts_nothing_outside) {
    as_everybody([](const std::string &who) {
        be_threaded();
        const RaceScene scene;
        expect_unchanged(who, [&] { race(scene); });
    });
}

BOOST_DATA_TEST_CASE(puts_nothing_outside_without_openat2, data::make({ENOSYS, EPERM}), answer) {
    be_threaded();
    const RaceScene scene;
    with_seccomp(answer, {SYS_openat2}, [&] {
        be_threaded();
        expect_unchanged("", [&] { race(scene); });
    });
}

BOOST_DATA_TEST_CASE(puts_nothing_outside_without_the_new_mount_api, data::make({ENOSYS}), answer) {
    be_threaded();
    const RaceScene scene;
    with_seccomp(answer, {SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_mount_setattr}, [&] {
        be_threaded();
        expect_unchanged("", [&] { race(scene); });
    });
}

BOOST_AUTO_TEST_CASE(into_a_running_container_puts_nothing_outside) {
    as_everybody([](const std::string &who) {
        be_threaded();
        const RaceScene scene;
        Spec spec({"/bin/sh", "-c", "read line"});
        spec.isolate(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID)
            .with<spaces_spec_set_root>(scene.rootfs.path().c_str(), 0)
            .pipe(SPACES_STDIN);
        Process process = start(spec);
        const std::string before = scene.contents();
        const auto try_one = [&](int i) {
            try {
                if (i % 2 == 0) {
                    call<spaces_process_mount>(process, "tmpfs", "/flip/sub", "tmpfs", "mode=755");
                } else {
                    call<spaces_process_mount>(process, "tmpfs", "/flip/new", "tmpfs", "X-mount.mkdir");
                }
            } catch (const Failure &failure) {
                BOOST_TEST(failure.code == SPACES_ESETUP, failure.text);
            }
            try {
                call<spaces_process_unmount>(process, i % 2 == 0 ? "/flip/sub" : "/flip/new", 1);
            } catch (const Failure &failure) {
                BOOST_TEST(failure.code == SPACES_ESETUP, failure.text);
            }
        };
        expect_unchanged(who, [&] {
            const Attacker attacker(scene);
            for (int i = 0; i < starts(); ++i) {
                try_one(i);
            }
        });
        BOOST_TEST(scene.contents() == before);
        process.take(SPACES_STDIN).reset();
        process.wait();
    });
}

BOOST_AUTO_TEST_SUITE_END()
