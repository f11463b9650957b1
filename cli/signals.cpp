// Signals: what is sent to `space` while it waits, as something to poll.
#include "signals.hpp"

#include "failure.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace cli {

namespace {

int ends[2] = {-1, -1}; // a handler has no other way to reach its data

void record(int number, siginfo_t *info, void *) {
    const int saved = errno;
    const bool by_process =
        info->si_code == SI_USER || info->si_code == SI_QUEUE || info->si_code == SI_TKILL;
    const Signal signal{number, !by_process, by_process ? info->si_pid : 0};
    // A full pipe holds thousands of signals that were not looked at yet; one more says nothing new.
    [[maybe_unused]] const ssize_t written = ::write(ends[1], &signal, sizeof signal);
    errno = saved;
}

void handle(int number, bool even_if_ignored) {
    struct sigaction action = {};
    if (::sigaction(number, nullptr, &action) == 0 && action.sa_handler == SIG_IGN && !even_if_ignored) {
        return; // nohup(1), or a shell's "&": neither we nor the program are to get it
    }
    action = {};
    action.sa_sigaction = record;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    ::sigfillset(&action.sa_mask);
    ::sigaction(number, &action, nullptr);
}

} // namespace

Signals::Signals(bool terminal) {
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        throw_errno("pipe2", "make a pipe for signals");
    }
    for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGTERM, SIGCONT, SIGPIPE}) {
        handle(number, false);
    }
    // Where SIGCHLD is ignored the kernel throws the exit status away.
    handle(SIGCHLD, true);
    if (terminal) {
        handle(SIGWINCH, true);
        handle(SIGTSTP, false);
    }
}

int Signals::pollable() const noexcept {
    return ends[0];
}

std::optional<Signal> Signals::next() const {
    Signal signal;
    const ssize_t got = ::read(ends[0], &signal, sizeof signal);
    if (got != static_cast<ssize_t>(sizeof signal)) {
        return std::nullopt;
    }
    return signal;
}

} // namespace cli
