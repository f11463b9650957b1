// ChildGuard: a child of ours that is not given to anybody yet; it is killed and reaped with the guard.
#include "process/child.hpp"

#include <cerrno>
#include <csignal>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spaces {

namespace {

bool wait_for(const Fd &pidfd, int options) noexcept {
    siginfo_t info;
    int result;
    do {
        result = ::waitid(P_PIDFD, static_cast<id_t>(pidfd.get()), &info, options);
    } while (result < 0 && errno == EINTR);
    return result == 0;
}

} // namespace

bool reap(const Fd &pidfd) noexcept {
    return wait_for(pidfd, WEXITED);
}

bool ChildGuard::is_ours() const noexcept {
    return child_.pidfd.is_open() && wait_for(child_.pidfd, WEXITED | WNOHANG | WNOWAIT);
}

void ChildGuard::end() noexcept {
    if (is_ours()) {
        ::syscall(SYS_pidfd_send_signal, child_.pidfd.get(), SIGKILL, nullptr, 0);
        reap(child_.pidfd);
    }
    child_ = Child{};
}

} // namespace spaces
