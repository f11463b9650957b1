// run_probe(): finds out by doing, in a process that lives for a few system calls.
#include "host/probe.hpp"

#include "stage/syscall.hpp"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <vector>

namespace spaces {

namespace {

// Every signal, including those that libc keeps for itself: a handler that ran in the child would run in the
// memory of this process, and take the calling thread for itself.
class AllSignalsBlocked {
  public:
    AllSignalsBlocked() { stage::sys(SYS_rt_sigprocmask, SIG_SETMASK, &all_, &before_, size); }
    AllSignalsBlocked(const AllSignalsBlocked &) = delete;
    AllSignalsBlocked &operator=(const AllSignalsBlocked &) = delete;
    ~AllSignalsBlocked() { stage::sys(SYS_rt_sigprocmask, SIG_SETMASK, &before_, nullptr, size); }

  private:
    static constexpr size_t size = sizeof(uint64_t); // of the kernel's sigset_t
    uint64_t all_ = ~uint64_t{0};
    uint64_t before_ = 0;
};

struct Call {
    void (*body)(void *data);
    void *data;
};

int enter(void *argument) {
    const Call &call = *static_cast<const Call *>(argument);
    call.body(call.data);
    return 0;
}

// The last byte of `flags` is the signal at the child's end: none. Without one, only wait(2) with __WALL sees
// the child.
int run(uint64_t flags, Call call, int *pidfd) {
    constexpr size_t stack_size = size_t{64} * 1024;
    std::vector<std::byte> stack(stack_size);
    const AllSignalsBlocked blocked;
    const long pid =
        spaces_clone_call(SYS_clone, stage::raw(CLONE_VM | CLONE_VFORK | flags),
                          stage::raw(stack.data() + stack_size), stage::raw(pidfd), nullptr, enter, &call);
    if (pid < 0) {
        return static_cast<int>(-pid);
    }
    while (::waitpid(static_cast<pid_t>(pid), nullptr, __WALL) == -1 && errno == EINTR) {
    }
    return 0;
}

} // namespace

int run_probe(uint64_t namespaces, void (*body)(void *data), void *data) {
    return run(namespaces, {body, data}, nullptr);
}

Fd pidfd_of_ended_probe() {
    int pidfd = -1;
    const auto nothing = [](void *) {};
    return run(CLONE_PIDFD, {nothing, nullptr}, &pidfd) == 0 ? Fd(pidfd) : Fd();
}

} // namespace spaces
