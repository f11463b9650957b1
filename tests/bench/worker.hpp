// Worker: a process of its own that measures on request, for what depends on the process that starts
// programs.
#pragma once

#include <cstddef>
#include <functional>
#include <sys/types.h>

namespace bench {

class Worker {
  public:
    // It takes `ballast` bytes of memory and touches each page; then it does `run` when it is asked to.
    Worker(size_t ballast, const std::function<double()> &run);
    ~Worker();
    Worker(const Worker &) = delete;
    Worker &operator=(const Worker &) = delete;

    double run() const;

  private:
    int socket_ = -1;
    pid_t pid_ = -1;
};

} // namespace bench
