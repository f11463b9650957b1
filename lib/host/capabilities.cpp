// The capabilities of the calling thread, and what they are needed for.
#include "host/capabilities.hpp"

#include "host/check.hpp"

#include <array>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace spaces {

namespace {

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

CapabilitySet effective_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
    ::syscall(SYS_capget, &header, sets.data());
    return uint64_t{sets[1].effective} << 32U | sets[0].effective;
}

bool has_capability(int capability) {
    return (effective_capabilities() >> capability & 1U) != 0;
}

void check_capabilities(Checks &checks) {
    const CapabilitySet effective = effective_capabilities();
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
