// A container that does nothing but exist, for tests that look at one or join it.
#pragma once

#include "support/api.hpp"

namespace support {

class Waiting {
  public:
    // New namespaces (with what isolate() adds) and `cat` on a pipe as the program.
    explicit Waiting(uint32_t namespaces);
    // Or this one, with its own program: it must say a line on standard output and then read standard input.
    explicit Waiting(const Spec &spec);

    const Process &process() const noexcept { return process_; }
    int pid() const noexcept { return process_.pid(); }
    const std::string &first_line() const noexcept { return first_line_; }

  private:
    Process process_;
    Fd in_;
    Fd out_;
    std::string first_line_;
};

} // namespace support
