// Whether the system calls of the mount API work, and whether a /proc of one's own can be mounted.
#include "base/error.hpp"
#include "host/check.hpp"
#include "host/mapped_namespace.hpp"
#include "host/mount_table.hpp"
#include "host/probe.hpp"
#include "host/user_namespace.hpp"
#include "spec/namespaces.hpp"
#include "stage/syscall.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace spaces {

namespace {

// Results as of stage::sys(); what was not come to is -ECANCELED.
struct MountResults {
    long make_private = -ECANCELED;
    long open_tree = -ECANCELED;
    long fsopen = -ECANCELED;
    long fsconfig = -ECANCELED;
    long fsmount = -ECANCELED;
    long mount_setattr = -ECANCELED;
    long move_mount = -ECANCELED;
    long proc = -ECANCELED;
    long overlay = -ECANCELED;
};

// What the process in a new user namespace writes of itself: files of a tmpfs have owners who are mapped.
struct OwnMaps {
    std::string uid_map = "0 " + std::to_string(::geteuid()) + " 1";
    std::string gid_map = "0 " + std::to_string(::getegid()) + " 1";
};

void write_own(const char *path, const char *text, size_t size) {
    const long file = stage::sys(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
    stage::sys(SYS_write, file, text, size);
    stage::sys(SYS_close, file);
}

// On a tmpfs that lies over "/", so that there is a place for its directories: "/.." leads there.
long mount_overlay(const OwnMaps &maps, bool in_user_namespace) {
    if (in_user_namespace) {
        write_own("/proc/self/setgroups", "deny", 4);
        write_own("/proc/self/uid_map", maps.uid_map.data(), maps.uid_map.size());
        write_own("/proc/self/gid_map", maps.gid_map.data(), maps.gid_map.size());
    }
    const long mounted = stage::sys(SYS_mount, "tmpfs", "/", "tmpfs", 0, 0);
    const long place =
        mounted < 0 ? mounted : stage::sys(SYS_openat, AT_FDCWD, "/..", O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
    if (place < 0 || stage::sys(SYS_fchdir, place) < 0) {
        return -ECANCELED;
    }
    for (const char *name : {"lower", "upper", "work"}) {
        stage::sys(SYS_mkdirat, place, name, 0755);
    }
    return stage::sys(SYS_mount, "overlay", ".", "overlay", 0,
                      in_user_namespace ? "lowerdir=lower,upperdir=upper,workdir=work,userxattr"
                                        : "lowerdir=lower,upperdir=upper,workdir=work");
}

// All in a mount namespace that ends with the probe. The host sees nothing of it once mounts are private; in
// a new user namespace they receive only, and could not send in any case.
void make_mounts(MountResults &results, const OwnMaps &maps, bool in_user_namespace) {
    results.make_private = stage::sys(SYS_mount, 0, "/", 0, MS_REC | MS_PRIVATE, 0);
    if (results.make_private < 0) {
        return;
    }
    results.proc = stage::sys(SYS_mount, "proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, 0);
    // Recursive: a user namespace may not look below the mounts that it got.
    results.open_tree =
        stage::sys(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    results.overlay = mount_overlay(maps, in_user_namespace);
    results.fsopen = stage::sys(SYS_fsopen, "tmpfs", FSOPEN_CLOEXEC);
    if (results.fsopen < 0) {
        return;
    }
    results.fsconfig = stage::sys(SYS_fsconfig, results.fsopen, FSCONFIG_CMD_CREATE, 0, 0, 0);
    results.fsmount = stage::sys(SYS_fsmount, results.fsopen, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID);
    if (results.fsmount < 0) {
        return;
    }
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_RDONLY;
    results.mount_setattr =
        stage::sys(SYS_mount_setattr, results.fsmount, "", AT_EMPTY_PATH, &attributes, sizeof attributes);
    results.move_mount =
        stage::sys(SYS_move_mount, results.fsmount, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH);
}

Check check_call(const char *name, long result, const char *since) {
    Check check{.name = name, .works = result >= 0};
    if (check.works) {
        return check;
    }
    if (result == -ECANCELED) {
        check.reason = "could not be tried: what comes before it does not work";
        check.hint = "mend the checks before this one first";
    } else if (result == -ENOSYS) {
        check.reason =
            std::string("the kernel does not have it, or a seccomp filter hides it (") + since + ')';
        check.hint = "use a newer kernel, or allow it in the seccomp profile of the container";
    } else {
        check.reason = std::string(name) + ": " + std::string(errno_text(static_cast<int>(-result)));
        check.hint = "look for denials of a security module in the kernel log (dmesg)";
    }
    return check;
}

Check check_proc(long result) {
    Check check = check_call("mount.proc", result, "CONFIG_PROC_FS");
    if (result == -EPERM) {
        const std::string parts = hidden_parts("/proc");
        check.reason = parts.empty()
                           ? "there is no complete /proc here that a new one could be like"
                           : "parts of this /proc are hidden, and a new one would show them: " + parts;
        check.hint =
            "in a container, start it with an unmasked /proc (podman: --security-opt unmask=ALL, docker: "
            "--security-opt systempaths=unconfined); or do without an own /proc";
    }
    return check;
}

Check check_overlay(long result) {
    Check check = check_call("mount.overlay", result, "CONFIG_OVERLAY_FS");
    if (result == -ENODEV) {
        check.reason = "the kernel does not have overlays (CONFIG_OVERLAY_FS), or the module is not loaded";
        check.hint = "as root: modprobe overlay";
    } else if (result == -EPERM) {
        check.reason = "overlays in a user namespace are refused";
        check.hint = "they need Linux 5.11";
    }
    return check;
}

// Of the root file system, by this process as it is.
Check check_id_mapped() {
    Check check{.name = "mount.idmap"};
    const auto fail = [&](std::string reason, std::string hint) {
        check.works = false;
        check.reason = std::move(reason);
        check.hint = std::move(hint);
    };
    const char *const who =
        "it is for the superuser, of the host or of the user namespace that the file system "
        "was mounted in";
    try {
        const std::vector<IdMapping> root{{0, 0, 1}};
        const Fd ids = mapped_user_namespace(root, root);
        const Fd tree(
            static_cast<int>(::syscall(SYS_open_tree, AT_FDCWD, "/", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)));
        mount_attr change{};
        change.attr_set = MOUNT_ATTR_IDMAP;
        change.userns_fd = static_cast<uint64_t>(ids.get());
        if (!tree.is_open()) {
            fail("open_tree: " + std::string(errno_text(errno)), who);
        } else if (::syscall(SYS_mount_setattr, tree.get(), "", AT_EMPTY_PATH, &change, sizeof change) != 0) {
            const int error = errno;
            fail("mount_setattr: " + std::string(errno_text(error)),
                 error == EINVAL
                     ? "the root file system cannot be id-mapped by this kernel; another one may be"
                 : error == ENOSYS ? "use Linux 5.12 or newer, or allow mount_setattr in the seccomp profile"
                                   : who);
        }
    } catch (const Error &error) {
        fail(error.message, error.hint.empty() ? who : error.hint);
    }
    return check;
}

// Id maps are written there, and processes to join are found there.
Check check_own_proc() {
    Check check{.name = "proc"};
    const std::string own = "/proc/" + std::to_string(::getpid()) + "/ns";
    if (text_of("/proc/sys/kernel/ostype") == std::nullopt || ::access(own.c_str(), F_OK) != 0) {
        check.works = false;
        check.reason = "/proc is not mounted, or is that of another pid namespace";
        check.hint = "mount -t proc proc /proc";
    }
    return check;
}

} // namespace

void check_mounting(Checks &checks) {
    checks.push_back(check_own_proc());
    // With a user namespace where there can be one: what works in it works without it too.
    uint64_t namespaces = SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID;
    if (make_user_namespace() == 0) {
        namespaces |= SPACES_NAMESPACE_USER;
    }
    const bool in_user_namespace = (namespaces & SPACES_NAMESPACE_USER) != 0;
    MountResults results;
    const OwnMaps maps;
    const int problem = run_probe(namespaces, [&] { make_mounts(results, maps, in_user_namespace); });
    Check mount = check_call("mount", problem != 0 ? -problem : results.make_private, "CONFIG_NAMESPACES");
    if (!mount.works) {
        mount.hint = "run as root, or mend namespace.user";
    }
    checks.push_back(std::move(mount));
    checks.push_back(check_call("open_tree", results.open_tree, "Linux 5.2"));
    checks.push_back(
        check_call("fsopen", std::min({results.fsopen, results.fsconfig, results.fsmount}), "Linux 5.2"));
    checks.push_back(check_call("mount_setattr", results.mount_setattr, "Linux 5.12"));
    checks.push_back(check_call("move_mount", results.move_mount, "Linux 5.2"));
    checks.push_back(check_proc(results.proc));
    checks.push_back(check_overlay(results.overlay));
    checks.push_back(check_id_mapped());
}

} // namespace spaces
