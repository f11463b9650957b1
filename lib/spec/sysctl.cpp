// Kernel parameters that belong to a namespace: which one, and where they are below /proc/sys.
#include "spec/sysctl.hpp"

#include "spec/refuse.hpp"

#include <algorithm>
#include <array>
#include <spaces/spec.h>

namespace spaces {

namespace {

// ipc_namespaces(7), and ipc/ipc_sysctl.c of the kernel.
constexpr std::array<std::string_view, 12> of_ipc{
    "kernel/msgmax", "kernel/msgmnb",      "kernel/msgmni",          "kernel/msg_next_id",
    "kernel/sem",    "kernel/sem_next_id", "kernel/shmall",          "kernel/shmmax",
    "kernel/shmmni", "kernel/shm_next_id", "kernel/shm_rmid_forced", "kernel/auto_msgmni",
};

bool is_component(std::string_view name) {
    return !name.empty() && name != "." && name != "..";
}

std::string with_dots_and_slashes_exchanged(std::string_view name) {
    std::string result(name);
    for (char &letter : result) {
        letter = letter == '.' ? '/' : letter == '/' ? '.' : letter;
    }
    return result;
}

} // namespace

std::string sysctl_name(std::string_view path) {
    return with_dots_and_slashes_exchanged(path);
}

std::string sysctl_path(std::string_view name, std::string_view object) {
    std::string path(name);
    if (path.find('.') < path.find('/')) {
        path = with_dots_and_slashes_exchanged(name);
    }
    for (size_t start = 0; start <= path.size();) {
        const size_t end = std::min(path.find('/', start), path.size());
        if (!is_component(std::string_view(path).substr(start, end - start))) {
            refuse(object, excerpt(name) + " is no kernel parameter",
                   "the names are those of sysctl(8), \"net.ipv4.ip_forward\"");
        }
        start = end + 1;
    }
    return path;
}

uint32_t sysctl_namespace(std::string_view path) {
    if (path.starts_with("net/")) {
        return SPACES_NAMESPACE_NETWORK;
    }
    if (path.starts_with("fs/mqueue/") || std::find(of_ipc.begin(), of_ipc.end(), path) != of_ipc.end()) {
        return SPACES_NAMESPACE_IPC;
    }
    if (path == "kernel/hostname" || path == "kernel/domainname") {
        return SPACES_NAMESPACE_UTS;
    }
    if (path.starts_with("user/")) {
        return SPACES_NAMESPACE_USER;
    }
    // kernel.pid_max has been one of them only since Linux 6.14; before, it is the machine's.
    if (path == "kernel/ns_last_pid") {
        return SPACES_NAMESPACE_PID;
    }
    return 0;
}

} // namespace spaces
