// Terminal: the caller's terminal and the program's new one, connected.
#pragma once

#include "descriptor.hpp"

#include <cstdint>
#include <poll.h>
#include <string>
#include <termios.h>

namespace cli {

// While it lives, the caller's terminal (if there is one) is in raw mode.
class Terminal {
  public:
    // `master`: our side of the program's terminal.
    explicit Terminal(Descriptor master);
    Terminal(const Terminal &) = delete;
    Terminal &operator=(const Terminal &) = delete;
    ~Terminal();

    // Set what to wait for, and move what can be moved then. Two entries, which poll(2) fills in between.
    void prepare(pollfd *entries) const;
    void forward(const pollfd *entries);
    // What the program wrote last, once it has ended.
    void drain();

    void take_size(); // after SIGWINCH
    void pause();     // before `space` stops: give the caller its terminal back
    void resume();

  private:
    void read_input();
    void write_input();
    bool copy_output();

    Descriptor master_;
    bool raw_ = false;
    bool input_open_ = true;
    bool output_open_ = true;
    bool in_line_ = false; // the input so far does not end with a newline
    termios saved_ = {};
    std::string pending_; // input that the program's terminal had no room for yet
};

// The size of the caller's terminal for the Spec; false if there is no terminal.
bool terminal_size(uint32_t &rows, uint32_t &columns);

} // namespace cli
