// Which of the eight namespaces the caller can make, with or without a user namespace around them.
#include "spec/namespaces.hpp"
#include "base/error.hpp"
#include "host/check.hpp"
#include "host/probe.hpp"
#include "host/user_namespace.hpp"
#include "stage/syscall.hpp"

#include <algorithm>
#include <cerrno>
#include <sys/syscall.h>

namespace spaces {

namespace {

// CONFIG_… of the kernel.
const char *option_of(uint32_t bit) {
    switch (bit) {
    case SPACES_NAMESPACE_USER:
        return "CONFIG_USER_NS";
    case SPACES_NAMESPACE_CGROUP:
        return "CONFIG_CGROUPS";
    case SPACES_NAMESPACE_IPC:
        return "CONFIG_IPC_NS";
    case SPACES_NAMESPACE_UTS:
        return "CONFIG_UTS_NS";
    case SPACES_NAMESPACE_NETWORK:
        return "CONFIG_NET_NS";
    case SPACES_NAMESPACE_PID:
        return "CONFIG_PID_NS";
    case SPACES_NAMESPACE_TIME:
        return "CONFIG_TIME_NS";
    default:
        return "CONFIG_NAMESPACES";
    }
}

std::string limit_reached(const std::string &sysctl) {
    std::string path = "/proc/sys/" + sysctl;
    std::replace(path.begin() + 1, path.end(), '.', '/');
    const auto value = text_of(path);
    if (value == "0") {
        return sysctl + " is 0";
    }
    return sysctl + ", " + value.value_or("unknown") + ", is reached, or namespaces are nested 32 deep";
}

// 0, or the errno of making the namespace. By unshare(2), since clone(2) knows no time namespaces.
int make(uint32_t bit, uint64_t around) {
    long result = 0;
    const int problem = run_probe(around, [&] { result = stage::sys(SYS_unshare, bit); });
    return problem != 0 ? problem : static_cast<int>(-result);
}

Check check_namespace(const NamespaceType &type, bool user_namespaces_work) {
    Check check{.name = std::string("namespace.") + type.name};
    int problem = make(type.bit, 0);
    if (problem == EPERM && user_namespaces_work) {
        problem = make(type.bit, SPACES_NAMESPACE_USER);
        if (problem == 0) {
            check.value = "in a new user namespace";
        }
    }
    if (problem != 0) {
        check.works = false;
        const Advice advice = namespace_advice(type.bit, problem);
        check.reason = advice.reason;
        check.hint = advice.hint;
    }
    return check;
}

} // namespace

Advice namespace_advice(uint32_t bit, int error_number) {
    const NamespaceType &type = *namespace_type(bit);
    const std::string limit = std::string("user.max_") + type.file + "_namespaces";
    switch (error_number) {
    case ENOSPC:
    case EUSERS:
        return {limit_reached(limit), "as root: sysctl -w " + limit + "=10000"};
    case EINVAL:
    case ENOSYS:
        return {std::string("the kernel has no ") + type.name + " namespaces",
                std::string("use a kernel that is built with ") + option_of(bit)};
    case EPERM:
    case EACCES:
        if (bit == SPACES_NAMESPACE_USER) {
            return user_namespace_refused();
        }
        return {"CAP_SYS_ADMIN is missing, and a user namespace to have it in is not to be had",
                "run as root, or see namespace.user"};
    default:
        return {std::string("the kernel refused it: ") + std::string(errno_text(error_number)), "try again"};
    }
}

void check_namespaces(Checks &checks) {
    const int problem = make_user_namespace();
    Check user{.name = "namespace.user", .works = problem == 0};
    if (problem != 0) {
        const Advice advice = namespace_advice(SPACES_NAMESPACE_USER, problem);
        user.reason = advice.reason;
        user.hint = advice.hint;
    }
    checks.push_back(std::move(user));
    for (const NamespaceType &type : namespace_types) {
        if (type.bit != SPACES_NAMESPACE_USER) {
            checks.push_back(check_namespace(type, problem == 0));
        }
    }
}

} // namespace spaces
