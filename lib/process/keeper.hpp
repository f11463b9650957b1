// Keeper: a process that does nothing but be in a systemd scope, so that it is not removed with its counters
// as soon as the program has ended.
#pragma once

#include "process/child.hpp"

#include <sys/types.h>

namespace spaces {

class Keeper {
  public:
    Keeper() = default;
    static Keeper start();
    // It ends with the calling process, whatever becomes of that.
    ~Keeper() = default;
    Keeper(Keeper &&) noexcept = default;
    Keeper &operator=(Keeper &&) noexcept = default;

    pid_t pid() const noexcept { return child_.child().pid; }
    void end() noexcept { child_.end(); }

  private:
    Fd control_; // its end is the keeper's: the stage waits there for a word that never comes
    ChildGuard child_;
};

} // namespace spaces
