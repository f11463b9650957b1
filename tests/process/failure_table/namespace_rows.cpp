// Failures to make, limit or join namespaces.
#include "failure_table/row.hpp"

#include "support/users.hpp"
#include "support/waiting.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace support;

namespace failure_table {

namespace {

Failure unshare_fails(uint32_t namespaces) {
    Spec spec = sound();
    return start_fails(spec.unshare(namespaces));
}

Failure join_fails(uint32_t namespace_, const std::string &path) {
    Spec spec = sound();
    return start_fails(spec.with<spaces_spec_join_path>(namespace_, path.c_str()));
}

void without_user_namespaces(const Scene &, const Body &body) {
    with_no_more_namespaces("user", body);
}
void without_network_namespaces(const Scene &, const Body &body) {
    with_no_more_namespaces("net", body);
}
void without_admin(const Scene &, const Body &body) {
    without_capability(CAP_SYS_ADMIN, body);
}

// The user's own count of processes is what counts, and this user has no other.
void with_too_many_processes(const Scene &, const Body &body) {
    as_user(nobody_special + 7, [&] {
        const rlimit one{1, 1};
        must(::setrlimit(RLIMIT_NPROC, &one), "setrlimit");
        body();
    });
}

// In a chroot user namespaces are refused, whoever asks. The tests need a /proc there to look at themselves.
void in_a_chroot(const Scene &scene, const Body &body) {
    in_mount_namespace([&] {
        must(::mount("proc", (scene.rootfs.path() + "/proc").c_str(), "proc", 0, nullptr), "mount");
        must(::chroot(scene.rootfs.path().c_str()), "chroot");
        must(::chdir("/"), "chdir");
        body();
    });
}

// No memfd may be executed in this pid namespace, and the file that would do instead is hidden.
void without_a_stage(const Scene &, const Body &body) {
    in_pid_namespace([&] {
        write_all(open_file("/proc/sys/vm/memfd_noexec", O_WRONLY).get(), "2");
        for (const std::string path : {SPACES_STAGE_BUILT, SPACES_STAGE_INSTALLED}) {
            if (::access(path.c_str(), F_OK) == 0) {
                const std::string directory = path.substr(0, path.rfind('/'));
                must(::mount("tmpfs", directory.c_str(), "tmpfs", 0, nullptr), "mount");
            }
        }
        body();
    });
}

// A descriptor of a namespace that root made, in the hands of an ordinary user.
constexpr int roots_uts = 50;

void with_a_namespace_of_root(const Scene &, const Body &body) {
    in_child([&] {
        must(::unshare(CLONE_NEWUTS), "unshare");
        const Fd file = open_file("/proc/self/ns/uts", O_RDONLY);
        must(::dup3(file.get(), roots_uts, O_CLOEXEC), "dup3");
        must(::unshare(CLONE_NEWUTS), "unshare");
        as_user(nobody_special, body);
    });
}

} // namespace

const std::vector<Row> namespace_rows = {
    {"user namespaces that are switched off",
     [](const Scene &) { return unshare_fails(SPACES_NAMESPACE_USER); }, SPACES_ESYSTEM, "clone", ENOSPC,
     "user", "cannot make a process in new namespaces (user): No space left on device", true,
     without_user_namespaces},
    {"network namespaces that are switched off",
     [](const Scene &) { return unshare_fails(SPACES_NAMESPACE_NETWORK); }, SPACES_ESYSTEM, "clone", ENOSPC,
     "network", "cannot make a process in new namespaces (network): No space left on device", true,
     without_network_namespaces},
    {"namespaces without the right to them",
     [](const Scene &) { return unshare_fails(SPACES_NAMESPACE_UTS); }, SPACES_ESYSTEM, "clone", EPERM, "uts",
     "cannot make a process in new namespaces (uts): Operation not permitted", true, as_ordinary_user, root},
    {"namespaces of root without CAP_SYS_ADMIN",
     [](const Scene &) { return unshare_fails(SPACES_NAMESPACE_MOUNT); }, SPACES_ESYSTEM, "clone", EPERM,
     "mount", "cannot make a process in new namespaces (mount): Operation not permitted", true, without_admin,
     root},
    {"user namespaces in a chroot",
     [](const Scene &) {
         Spec spec({"/bin/probe", "exit", "0"});
         return start_fails(spec.unshare(SPACES_NAMESPACE_USER));
     },
     SPACES_ESYSTEM, "clone", EPERM, "user",
     "cannot make a process in new namespaces (user): Operation not permitted", true, in_a_chroot, root},
    {"private mounts in a chroot",
     [](const Scene &) {
         Spec spec({"/bin/probe", "exit", "0"});
         return start_fails(spec.unshare(SPACES_NAMESPACE_MOUNT));
     },
     SPACES_ESETUP, "propagation", EINVAL, "/",
     "cannot keep mounts from propagating to other namespaces: Invalid argument", true, in_a_chroot, root},
    {"memfds that may not be executed, and no stage as a file",
     [](const Scene &) { return start_fails(sound()); }, SPACES_ESYSTEM, "stage", ENOENT, "STAGE",
     "cannot execute the stage \"STAGE\": No such file or directory", true, without_a_stage, memfd_noexec},
    {"too many processes", [](const Scene &) { return start_fails(sound()); }, SPACES_ESYSTEM, "clone",
     EAGAIN, "", "cannot make a process: Resource temporarily unavailable", true, with_too_many_processes,
     root},
    {"a process to join that has gone",
     [](const Scene &) {
         const pid_t gone = ::fork();
         if (gone == 0) {
             ::_exit(0);
         }
         ::waitpid(gone, nullptr, 0);
         Spec spec = sound();
         return start_fails(spec.with<spaces_spec_join_pid>(gone, SPACES_NAMESPACE_UTS));
     },
     SPACES_ENOTFOUND, "setns", ESRCH, "process PID",
     "cannot join the namespaces of process PID: No such process", true},
    {"a file to join that is missing",
     [](const Scene &) { return join_fails(SPACES_NAMESPACE_NETWORK, "/run/netns/nonexistent"); },
     SPACES_ENOTFOUND, "setns", ENOENT, "/run/netns/nonexistent",
     "cannot open the network namespace \"/run/netns/nonexistent\": No such file or directory", true},
    {"a file to join that is below a file",
     [](const Scene &scene) { return join_fails(SPACES_NAMESPACE_NETWORK, scene.at("plain/net")); },
     SPACES_ENOTFOUND, "setns", ENOTDIR, "DIR/plain/net",
     "cannot open the network namespace \"DIR/plain/net\": Not a directory", true},
    {"a file to join that is closed",
     [](const Scene &scene) { return join_fails(SPACES_NAMESPACE_NETWORK, scene.at("closed/program")); },
     SPACES_ESYSTEM, "setns", EACCES, "DIR/closed/program",
     "cannot open the network namespace \"DIR/closed/program\": Permission denied", false, as_ordinary_user,
     root},
    {"a file to join that is no namespace",
     [](const Scene &scene) { return join_fails(SPACES_NAMESPACE_NETWORK, scene.at("plain")); },
     SPACES_EINVALID, "spec", 0, "DIR/plain", "cannot join \"DIR/plain\": it is no namespace file", true},
    {"a namespace of another kind",
     [](const Scene &) { return join_fails(SPACES_NAMESPACE_NETWORK, "/proc/self/ns/uts"); }, SPACES_EINVALID,
     "spec", 0, "/proc/self/ns/uts",
     "cannot join \"/proc/self/ns/uts\": it is a namespace of the kind \"uts\", not \"network\"", false},
    {"a namespace that one has no rights in",
     [](const Scene &) {
         Spec spec = sound();
         return start_fails(spec.with<spaces_spec_join_fd>(SPACES_NAMESPACE_UTS, roots_uts));
     },
     SPACES_ESETUP, "setns", EPERM, "the given descriptor",
     "cannot join the uts namespace of the given descriptor: Operation not permitted", true,
     with_a_namespace_of_root, root},
    {"a process of somebody else",
     [](const Scene &) {
         Spec spec = sound();
         return start_fails(spec.with<spaces_spec_join_pid>(1, SPACES_NAMESPACE_UTS));
     },
     SPACES_ESYSTEM, "setns", EACCES, "/proc/1/ns/uts", "cannot open \"/proc/1/ns/uts\": Permission denied",
     true, as_ordinary_user, root},
    {"a clock before zero",
     [](const Scene &) {
         Spec spec = sound();
         spec.unshare(SPACES_NAMESPACE_USER | SPACES_NAMESPACE_TIME);
         return start_fails(spec.with<spaces_spec_set_time_offset>("monotonic", int64_t{-1'000'000'000}, 0u));
     },
     SPACES_ESETUP, "time_offset", ERANGE, "/proc/self/timens_offsets",
     "cannot set the clocks' offsets: Numerical result out of range", true},
};

} // namespace failure_table
