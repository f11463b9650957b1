// ChildGuard: a child of ours that is not given to anybody yet; it is killed and reaped with the guard.
#pragma once

#include "process/clone.hpp"

#include <utility>

namespace spaces {

// Waits for this child only. False where its status is lost: something else has reaped it.
bool reap(const Fd &pidfd) noexcept;

class ChildGuard {
  public:
    ChildGuard() noexcept = default;
    explicit ChildGuard(Child child) noexcept : child_(std::move(child)) {}
    ~ChildGuard() { end(); }
    ChildGuard(ChildGuard &&other) noexcept : child_(other.release()) {}
    ChildGuard &operator=(ChildGuard &&other) noexcept {
        std::swap(child_, other.child_);
        return *this;
    }

    const Child &child() const noexcept { return child_; }
    // False: there is none, something else has reaped it, or this is a fork of its parent.
    bool is_ours() const noexcept;
    Child release() noexcept { return std::exchange(child_, Child{}); }

    // The process has gone on as another child of ours.
    void replace(Child child) noexcept {
        reap(child_.pidfd); // it ends by itself
        child_ = std::move(child);
    }
    // Kills it and waits; what it was or did does not matter any more. Nothing in a fork of its parent.
    void end() noexcept;

  private:
    Child child_;
};

} // namespace spaces
