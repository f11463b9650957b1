// Whether user namespaces work, and why they do not: what many distributions restrict.
#include "host/user_namespace.hpp"

#include "host/check.hpp"
#include "host/probe.hpp"
#include "spec/namespaces.hpp"
#include "stage/syscall.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <linux/stat.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace spaces {

namespace {

struct Restriction {
    const char *sysctl;
    const char *path;
    const char *restricting; // the value that forbids
    const char *reason;
    const char *hint;
};

constexpr std::array<Restriction, 2> restrictions{{
    {"kernel.unprivileged_userns_clone", "/proc/sys/kernel/unprivileged_userns_clone", "0",
     "kernel.unprivileged_userns_clone is 0: only root may make user namespaces",
     "as root: sysctl -w kernel.unprivileged_userns_clone=1"},
    {"kernel.apparmor_restrict_unprivileged_userns", "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
     "1",
     "kernel.apparmor_restrict_unprivileged_userns is 1: user namespaces of programs without an AppArmor "
     "profile give no privileges",
     "load an AppArmor profile with the rule \"userns,\" for this program, as /etc/apparmor.d/space is for "
     "space(1) (apparmor_parser -r /etc/apparmor.d/space), or as root: sysctl -w "
     "kernel.apparmor_restrict_unprivileged_userns=0"},
}};

// As the kernel asks it in create_user_ns(): whether "/" of this process is the root of a mount.
bool is_chrooted() {
    struct statx status {};
    if (::statx(AT_FDCWD, "/", 0, 0, &status) == -1 ||
        (status.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) == 0) {
        return false;
    }
    return (status.stx_attributes & STATX_ATTR_MOUNT_ROOT) == 0;
}

bool restricts(const Restriction &restriction) {
    return text_of(restriction.path) == restriction.restricting;
}

} // namespace

int make_user_namespace() {
    // A namespace without privileges is what AppArmor makes of it where it restricts: a second one inside
    // shows.
    long inside = 0;
    const int problem =
        run_probe(SPACES_NAMESPACE_USER, [&] { inside = stage::sys(SYS_unshare, SPACES_NAMESPACE_MOUNT); });
    if (problem != 0) {
        return problem;
    }
    return inside == -EPERM || inside == -EACCES ? static_cast<int>(-inside) : 0; // else it is about mounts
}

Advice user_namespace_refused() {
    if (is_chrooted()) {
        return {"the root directory of this process was set by chroot(2), which excludes new user namespaces",
                "enter the root directory by pivot_root(2)"};
    }
    if (::geteuid() != 0) {
        for (const Restriction &restriction : restrictions) {
            if (restricts(restriction)) {
                return {restriction.reason, restriction.hint};
            }
        }
    }
    if (::prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 2) {
        return {"a seccomp filter of this process forbids it, as container engines do",
                "allow clone, clone3 and unshare with CLONE_NEWUSER in the seccomp profile of the container"};
    }
    return {"a security module forbids it, or this process' user or group is not mapped in its own user "
            "namespace",
            "look for denials in the kernel log (dmesg), and at /proc/self/uid_map"};
}

void check_namespace_limits(Checks &checks) {
    for (const NamespaceType &type : namespace_types) {
        const std::string name = std::string("user.max_") + type.file + "_namespaces";
        const auto value = text_of("/proc/sys/user/max_" + std::string(type.file) + "_namespaces");
        Check check{.name = "sysctl." + name, .works = value != "0", .value = value.value_or("")};
        if (!check.works) {
            check.reason = name + " is 0: nobody may make " + type.name + " namespaces";
            check.hint = "as root: sysctl -w " + name + "=10000";
        }
        checks.push_back(std::move(check));
    }
    for (const Restriction &restriction : restrictions) {
        Check check{.name = std::string("sysctl.") + restriction.sysctl,
                    .works = !restricts(restriction),
                    .value = text_of(restriction.path).value_or("")};
        if (!check.works) {
            check.reason = restriction.reason;
            check.hint = restriction.hint;
        }
        checks.push_back(std::move(check));
    }
}

} // namespace spaces
