// SignalMask: no signal is delivered to this thread while it lives.
#pragma once

#include <csignal>

namespace spaces {

class SignalMask {
  public:
    SignalMask() noexcept {
        sigset_t all;
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &saved_);
    }
    ~SignalMask() { ::pthread_sigmask(SIG_SETMASK, &saved_, nullptr); }
    SignalMask(const SignalMask &) = delete;
    SignalMask &operator=(const SignalMask &) = delete;

    const sigset_t &saved() const noexcept { return saved_; }

  private:
    sigset_t saved_;
};

} // namespace spaces
