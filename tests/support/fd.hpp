// Descriptors for tests: owned, made into pipes, and read with a deadline.
#pragma once

#include <chrono>
#include <string>
#include <utility>

namespace support {

// How long a test waits for what must come: long enough for an emulated machine under load, and never slept.
constexpr std::chrono::milliseconds patience{30'000};

class Fd {
  public:
    Fd() noexcept = default;
    explicit Fd(int fd) noexcept : fd_(fd) {}
    Fd(Fd &&other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Fd &operator=(Fd &&other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    Fd(const Fd &) = delete;
    Fd &operator=(const Fd &) = delete;
    ~Fd() { reset(); }

    int get() const noexcept { return fd_; }
    bool is_open() const noexcept { return fd_ >= 0; }
    int release() noexcept { return std::exchange(fd_, -1); }
    void reset() noexcept;

  private:
    int fd_ = -1;
};

struct Pipe {
    Pipe(); // close-on-exec

    Fd read_end;
    Fd write_end;
};

// Throws std::system_error; `flags` as for open(2), O_CLOEXEC is added.
Fd open_file(const std::string &path, int flags, unsigned mode = 0);

// Whether `fd` becomes readable (or reaches its end) in time.
bool readable(int fd, std::chrono::milliseconds deadline = patience);

// Everything up to the end of file. Throws when the end does not come in time.
std::string read_all(int fd, std::chrono::milliseconds deadline = patience);

// One line without its end; what follows stays in the descriptor. Throws at the end of file.
std::string read_line(int fd, std::chrono::milliseconds deadline = patience);

void write_all(int fd, const std::string &text);

std::string read_file(const std::string &path);
void write_file(const std::string &path, const std::string &text);

} // namespace support
