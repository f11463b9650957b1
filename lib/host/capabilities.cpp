// The capabilities of the calling thread, by number and name.
#include "host/capabilities.hpp"

#include "host/check.hpp"

#include <array>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace spaces {

namespace {

constexpr std::array<const char *, 41> names{
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
};

struct Use {
    int capability;
    const char *check;
    const char *use;
};

// What is asked for in a Spec and needs them, outside of a new user namespace.
constexpr std::array<Use, 10> uses{{
    {CAP_SYS_ADMIN, "capability.sys_admin",
     "to make and join namespaces and to mount without a user namespace"},
    {CAP_SYS_CHROOT, "capability.sys_chroot", "to change the root directory and to join mount namespaces"},
    {CAP_SYS_PTRACE, "capability.sys_ptrace", "to join namespaces of other users' processes"},
    {CAP_SYS_RESOURCE, "capability.sys_resource",
     "to raise hard resource limits and to set oom_score_adj below what it is"},
    {CAP_SETUID, "capability.setuid", "to run a program as another user and to write any uid map"},
    {CAP_SETGID, "capability.setgid", "to set groups and to write any gid map"},
    {CAP_SETFCAP, "capability.setfcap", "to map the superuser of this user namespace into a new one"},
    {CAP_KILL, "capability.kill", "to end programs of other users"},
    {CAP_MKNOD, "capability.mknod", "to make device nodes"},
    {CAP_NET_ADMIN, "capability.net_admin", "to set up interfaces of the network namespace it is in"},
}};

} // namespace

uint64_t effective_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
    ::syscall(SYS_capget, &header, sets.data());
    return uint64_t{sets[1].effective} << 32U | sets[0].effective;
}

bool has_capability(int capability) {
    return (effective_capabilities() >> capability & 1U) != 0;
}

std::string capability_name(int capability) {
    const auto index = static_cast<size_t>(capability);
    return index < names.size() ? names[index] : "CAP_" + std::to_string(capability);
}

std::vector<std::string> capability_names(uint64_t set) {
    std::vector<std::string> result;
    for (int capability = 0; capability < 64; ++capability) {
        if ((set >> capability & 1U) != 0) {
            result.push_back(capability_name(capability));
        }
    }
    return result;
}

void check_capabilities(Checks &checks) {
    const uint64_t effective = effective_capabilities();
    for (const Use &use : uses) {
        Check check{.name = use.check, .works = (effective >> use.capability & 1U) != 0};
        if (!check.works) {
            check.reason = capability_name(use.capability) + " is missing, which is needed " + use.use;
            check.hint = ::geteuid() == 0
                             ? "give this capability to the container or service that this process is in"
                             : "run as root, or use a new user namespace where that is enough";
        }
        checks.push_back(std::move(check));
    }
}

} // namespace spaces
