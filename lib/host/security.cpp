// Which security mechanisms of the kernel are active: seccomp, and the security modules.
#include "host/security.hpp"

#include "base/error.hpp"
#include "base/fd.hpp"
#include "host/check.hpp"
#include "host/probe.hpp"
#include "stage/syscall.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace spaces {

namespace {

Check check_seccomp() {
    Check check{.name = "seccomp"};
    uint32_t action = SECCOMP_RET_KILL_PROCESS;
    const long result = stage::sys(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
    check.works = result == 0;
    check.value = text_of("/proc/sys/kernel/seccomp/actions_avail").value_or("");
    if (!check.works) {
        check.reason = "seccomp: " + std::string(errno_text(static_cast<int>(-result)));
        check.hint = "use a kernel of version 4.14 or newer that is built with CONFIG_SECCOMP_FILTER";
    }
    return check;
}

Check check_notifications() {
    Check check{.name = "seccomp.notify"};
    uint32_t action = SECCOMP_RET_USER_NOTIF;
    const long result = stage::sys(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action);
    check.works = result == 0;
    if (!check.works) {
        check.reason = "the kernel does not have SCMP_ACT_NOTIFY (Linux 5.0): " +
                       std::string(errno_text(static_cast<int>(-result)));
        check.hint = "use a newer kernel; profiles without SCMP_ACT_NOTIFY do not need it";
    }
    return check;
}

Check check_apparmor() {
    Check check{.name = "apparmor"};
    check.works = has_apparmor();
    if (check.works) {
        check.value = text_of("/proc/self/attr/apparmor/current").value_or("");
    } else {
        check.reason = "AppArmor is not active in this kernel";
        check.hint = "where the kernel has it, boot with apparmor=1 security=apparmor";
    }
    return check;
}

Check check_selinux() {
    Check check{.name = "selinux"};
    const auto enforce = text_of("/sys/fs/selinux/enforce");
    check.works = enforce.has_value();
    if (check.works) {
        check.value = enforce == "1" ? "enforcing" : "permissive";
    } else {
        check.reason = "SELinux is not active in this kernel";
        check.hint = "where the kernel has it, boot with selinux=1 security=selinux";
    }
    return check;
}

long query_landlock_abi() {
    return stage::sys(SYS_landlock_create_ruleset, 0, 0, LANDLOCK_CREATE_RULESET_VERSION);
}

Check check_landlock() {
    Check check{.name = "landlock"};
    const long version = query_landlock_abi();
    check.works = version > 0;
    if (check.works) {
        check.value = "ABI " + std::to_string(version);
    } else {
        check.reason = version == -EOPNOTSUPP
                           ? "Landlock is in this kernel but not active"
                           : "the kernel does not have it (Linux 5.13), or a seccomp filter hides it";
        check.hint = "boot with landlock in the list lsm=… of the kernel's command line";
    }
    return check;
}

} // namespace

bool has_apparmor() {
    return text_of("/sys/module/apparmor/parameters/enabled") == "Y";
}

bool has_selinux() {
    return text_of("/sys/fs/selinux/enforce").has_value();
}

bool selinux_knows(const std::string &label) {
    const Fd file(::open("/sys/fs/selinux/context", O_RDWR | O_CLOEXEC));
    return !file.is_open() || ::write(file.get(), label.c_str(), label.size() + 1) >= 0 || errno != EINVAL;
}

int landlock_abi() {
    const long version = query_landlock_abi();
    return version > 0 ? static_cast<int>(version) : 0;
}

void check_security(Checks &checks) {
    checks.push_back(check_seccomp());
    checks.push_back(check_notifications());
    checks.push_back(check_apparmor());
    checks.push_back(check_selinux());
    checks.push_back(check_landlock());
}

} // namespace spaces
