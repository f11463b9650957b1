// ChildGuard: a child of ours that is not given to anybody yet; it is killed and reaped with the guard.
#include "process/child.hpp"

#include <cerrno>
#include <csignal>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spaces {

bool reap(const Fd &pidfd) noexcept {
    siginfo_t info;
    int result;
    do {
        result = ::waitid(P_PIDFD, static_cast<id_t>(pidfd.get()), &info, WEXITED);
    } while (result < 0 && errno == EINTR);
    return result == 0;
}

void ChildGuard::end() noexcept {
    if (!child_.pidfd.is_open()) {
        return;
    }
    ::syscall(SYS_pidfd_send_signal, child_.pidfd.get(), SIGKILL, nullptr, 0);
    reap(child_.pidfd);
    child_ = Child{};
}

} // namespace spaces
