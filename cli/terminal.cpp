// Terminal: the caller's terminal and the program's new one, connected.
#include "terminal.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/ioctl.h>

namespace cli {

namespace {

constexpr size_t most_pending = 4096;

// All of it, to a descriptor that may be anything: a terminal, a pipe, a file.
bool write_all(int fd, const char *data, size_t size) {
    while (size > 0) {
        const ssize_t written = ::write(fd, data, size);
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            if (errno == EAGAIN) { // somebody else has made it so; it is not ours to change back
                pollfd entry{fd, POLLOUT, 0};
                ::poll(&entry, 1, -1);
                continue;
            }
            return false;
        }
        data += written;
        size -= static_cast<size_t>(written);
    }
    return true;
}

} // namespace

bool terminal_size(uint32_t &rows, uint32_t &columns) {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        winsize size;
        if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
            rows = size.ws_row;
            columns = size.ws_col;
            return true;
        }
    }
    return false;
}

Terminal::Terminal(Descriptor master) : master_(std::move(master)) {
    ::fcntl(master_.get(), F_SETFL, ::fcntl(master_.get(), F_GETFL) | O_NONBLOCK);
    resume();
}

Terminal::~Terminal() {
    pause();
}

void Terminal::resume() {
    if (!raw_ && ::tcgetattr(STDIN_FILENO, &saved_) == 0) {
        termios raw = saved_;
        ::cfmakeraw(&raw);
        raw_ = ::tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0;
    }
    take_size();
}

void Terminal::pause() {
    if (raw_) {
        ::tcsetattr(STDIN_FILENO, TCSADRAIN, &saved_);
        raw_ = false;
    }
}

void Terminal::take_size() {
    uint32_t rows = 0;
    uint32_t columns = 0;
    if (terminal_size(rows, columns)) {
        winsize size = {};
        size.ws_row = static_cast<unsigned short>(rows);
        size.ws_col = static_cast<unsigned short>(columns);
        ::ioctl(master_.get(), TIOCSWINSZ, &size);
    }
}

void Terminal::prepare(pollfd *entries) const {
    const bool wants_input = input_open_ && pending_.size() < most_pending;
    entries[0] = {wants_input ? STDIN_FILENO : -1, POLLIN, 0};
    const int events = (output_open_ ? POLLIN : 0) | (pending_.empty() ? 0 : POLLOUT);
    entries[1] = {events != 0 ? master_.get() : -1, static_cast<short>(events), 0};
}

void Terminal::forward(const pollfd *entries) {
    if (entries[0].revents != 0) {
        read_input();
    }
    if (entries[1].revents & (POLLIN | POLLHUP | POLLERR)) {
        output_open_ = output_open_ && copy_output();
    }
    if (!pending_.empty()) {
        write_input();
    }
}

void Terminal::drain() {
    while (output_open_) {
        pollfd entry{master_.get(), POLLIN, 0};
        if (::poll(&entry, 1, 0) <= 0 || !copy_output()) {
            output_open_ = false;
        }
    }
}

void Terminal::read_input() {
    char buffer[most_pending];
    const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (got > 0) {
        pending_.append(buffer, static_cast<size_t>(got));
        in_line_ = pending_.back() != '\n';
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
        // The end of our input is the end of the program's: the character that says so to a terminal, which
        // within a line takes two.
        input_open_ = false;
        termios theirs;
        if (::tcgetattr(master_.get(), &theirs) == 0) {
            pending_.append(in_line_ ? 2 : 1, static_cast<char>(theirs.c_cc[VEOF]));
        }
    }
}

void Terminal::write_input() {
    const ssize_t written = ::write(master_.get(), pending_.data(), pending_.size());
    if (written > 0) {
        pending_.erase(0, static_cast<size_t>(written));
    } else if (written < 0 && errno != EAGAIN && errno != EINTR) {
        pending_.clear();
    }
}

// False at the end.
bool Terminal::copy_output() {
    char buffer[4096];
    const ssize_t got = ::read(master_.get(), buffer, sizeof buffer);
    if (got < 0) {
        return errno == EAGAIN || errno == EINTR; // EIO: nobody holds the other side any more
    }
    if (!write_all(STDOUT_FILENO, buffer, static_cast<size_t>(got))) {
        // Nobody reads what the program writes: to it the terminal hangs up, as a pipe would break.
        master_.reset();
        pending_.clear();
        return false;
    }
    return got > 0;
}

} // namespace cli
