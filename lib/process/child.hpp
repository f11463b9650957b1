// ChildGuard: a child of ours that is not given to anybody yet; it is killed and reaped with the guard.
#pragma once

#include "process/clone.hpp"

#include <utility>

namespace spaces {

// Waits for this child only. False where its status is lost: something else has reaped it.
bool reap(const Fd &pidfd) noexcept;

class ChildGuard {
  public:
    explicit ChildGuard(Child child) noexcept : child_(std::move(child)) {}
    ~ChildGuard() { end(); }
    ChildGuard(const ChildGuard &) = delete;
    ChildGuard &operator=(const ChildGuard &) = delete;

    const Child &child() const noexcept { return child_; }
    Child release() noexcept { return std::exchange(child_, Child{}); }

    // The process has gone on as another child of ours.
    void replace(Child child) noexcept {
        reap(child_.pidfd); // it ends by itself
        child_ = std::move(child);
    }
    // Kills it and waits; what it was or did does not matter any more.
    void end() noexcept;

  private:
    Child child_;
};

} // namespace spaces
