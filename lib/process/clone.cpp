// The child of clone_stage() shares the memory of the caller's process while that is at work in other
// threads. Nothing here may take a lock, allocate, touch errno or write to memory that is not this call's
// own: raw system calls only. Compiled without sanitizers and without stack protector.
#include "process/clone.hpp"

#include "stage/syscall.hpp"

#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <signal.h>

namespace spaces {

namespace {

using stage::sys;

struct Order {
    const CloneRequest *request;
    int exec_errno;
    bool wrote_uid_map;
};

// Who is root in the new user namespace at once keeps its capabilities over the exec.
bool write_uid_map(const char *text) noexcept {
    const long file = sys(__NR_openat, AT_FDCWD, "/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
    if (file < 0) {
        return false;
    }
    size_t length = 0;
    while (text[length] != 0) {
        ++length;
    }
    const long written = sys(__NR_write, file, text, length);
    sys(__NR_close, file);
    return written == static_cast<long>(length);
}

// Where the caller writes the id maps, nobody is root before that, and the exec of a non-root loses all
// capabilities but the ambient ones. All of them are kept: a program that gained some by its own exec, as
// root of that namespace, would not be dumpable (no core, no files of its own in /proc).
void raise_ambient_capabilities() noexcept {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
    sys(__NR_capget, &header, data);
    for (__user_cap_data_struct &half : data) {
        half.inheritable = half.permitted;
    }
    sys(__NR_capset, &header, data);
    for (long capability = 0; capability < 64; ++capability) {
        if (sys(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0L, 0L) < 0 &&
            capability > CAP_LAST_CAP) {
            return;
        }
    }
}

int become_stage(void *argument) noexcept {
    auto *order = static_cast<Order *>(argument);
    const CloneRequest &request = *order->request;
    if ((request.namespaces & CLONE_NEWUSER) != 0) {
        order->wrote_uid_map = request.uid_map != nullptr && write_uid_map(request.uid_map);
        if (!order->wrote_uid_map) {
            raise_ambient_capabilities(); // forty system calls, to the three above
        }
    }
    for (size_t i = 0; i < request.keep_count; ++i) {
        sys(__NR_fcntl, request.keep[i], F_SETFD, 0L);
    }
    const char *argv[] = {"spaces-init", nullptr};
    const char *envp[] = {request.environment, nullptr};
    const long result = request.stage_path != nullptr
                            ? sys(__NR_execve, request.stage_path, argv, envp)
                            : sys(__NR_execveat, request.stage_fd, "", argv, envp, AT_EMPTY_PATH);
    order->exec_errno = static_cast<int>(-result);
    return 127;
}

} // namespace

CloneAnswer clone_stage(const CloneRequest &request) noexcept {
    // Only for as long as the child needs it: the call comes back when it has executed the stage or ended.
    alignas(16) char stack[8192];
    Order order{&request, 0, false};
    int pidfd = -1;
    const uint64_t flags = uint64_t{CLONE_VM} | CLONE_VFORK | CLONE_PIDFD | request.namespaces;

    clone_args arguments{};
    arguments.flags = flags | CLONE_CLEAR_SIGHAND;
    arguments.pidfd = reinterpret_cast<uint64_t>(&pidfd);
    arguments.exit_signal = SIGCHLD;
    arguments.stack = reinterpret_cast<uint64_t>(stack);
    arguments.stack_size = sizeof stack;
    const auto clone3 = [&] {
        return spaces_clone_call(__NR_clone3, reinterpret_cast<long>(&arguments), sizeof arguments, 0,
                                 nullptr, become_stage, &order);
    };
    long pid = -1;
    bool is_in_cgroup = false;
    if (request.cgroup_fd >= 0) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = static_cast<uint64_t>(request.cgroup_fd);
        pid = clone3();
        is_in_cgroup = pid > 0;
        arguments.flags &= ~static_cast<uint64_t>(CLONE_INTO_CGROUP);
        arguments.cgroup = 0;
    }
    // An older kernel, or a group that takes no process: who moves the child there later is told why.
    if (!is_in_cgroup && pid != -EAGAIN && pid != -ENOMEM) {
        pid = clone3();
    }
    if (pid == -ENOSYS || pid == -EPERM) {
        // An old kernel, or a filter that cannot look into clone3's arguments. With all signals blocked no
        // handler of the caller can run in the child, so that CLONE_CLEAR_SIGHAND is not missed.
        pid = spaces_clone_call(__NR_clone, static_cast<long>(flags | SIGCHLD),
                                reinterpret_cast<long>(stack + sizeof stack), reinterpret_cast<long>(&pidfd),
                                nullptr, become_stage, &order);
    }
    CloneAnswer answer;
    if (pid < 0) {
        answer.clone_errno = static_cast<int>(-pid);
        return answer;
    }
    answer.child.pid = static_cast<pid_t>(pid);
    answer.child.pidfd = Fd(pidfd);
    answer.exec_errno = order.exec_errno;
    answer.wrote_uid_map = order.wrote_uid_map;
    answer.is_in_cgroup = is_in_cgroup;
    return answer;
}

} // namespace spaces
