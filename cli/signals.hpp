// Signals: what is sent to `space` while it waits, as something to poll.
#pragma once

#include <csignal>
#include <optional>
#include <sys/types.h>

namespace cli {

struct Signal {
    int number;
    bool from_kernel; // by the terminal, for one
    pid_t sender;     // 0 if from the kernel
};

// From its construction on, none of the signals that `space` passes on can end it: made before the program is
// started, so that there is no moment in which a signal ends `space` alone.
//
// Handlers, not a blocked mask and signalfd(2): the program inherits mask and ignored signals, as from
// nohup(1), and a handled signal is at its default action in it.
class Signals {
  public:
    explicit Signals(bool terminal);

    int pollable() const noexcept;
    std::optional<Signal> next() const; // nothing if none is left
};

} // namespace cli
