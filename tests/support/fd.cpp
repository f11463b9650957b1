// Descriptors for tests: owned, made into pipes, and read with a deadline.
#include "support/fd.hpp"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace support {

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string &what) {
    throw std::system_error(errno, std::generic_category(), what);
}

int left_until(Clock::time_point end) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    return left > 0 ? static_cast<int>(left) : 0;
}

bool readable_until(int fd, Clock::time_point end) {
    pollfd entry{fd, POLLIN, 0};
    for (;;) {
        const int ready = ::poll(&entry, 1, left_until(end));
        if (ready >= 0) {
            return ready > 0;
        }
        if (errno != EINTR) {
            fail("poll");
        }
    }
}

// 0 at the end. A pseudoterminal whose other side has gone says EIO there.
size_t read_some(int fd, char *buffer, size_t size, Clock::time_point end) {
    for (;;) {
        if (!readable_until(fd, end)) {
            throw std::runtime_error("nothing more to read came in time");
        }
        const ssize_t got = ::read(fd, buffer, size);
        if (got >= 0) {
            return static_cast<size_t>(got);
        }
        if (errno == EIO) {
            return 0;
        }
        if (errno != EINTR && errno != EAGAIN) {
            fail("read");
        }
    }
}

} // namespace

void Fd::reset() noexcept {
    if (fd_ >= 0) {
        ::close(std::exchange(fd_, -1));
    }
}

Pipe::Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        fail("pipe2");
    }
    read_end = Fd(ends[0]);
    write_end = Fd(ends[1]);
}

Fd open_file(const std::string &path, int flags, unsigned mode) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
    if (fd < 0) {
        fail("open " + path);
    }
    return Fd(fd);
}

bool readable(int fd, std::chrono::milliseconds deadline) {
    return readable_until(fd, Clock::now() + deadline);
}

std::string read_all(int fd, std::chrono::milliseconds deadline) {
    const auto end = Clock::now() + deadline;
    std::string text;
    char buffer[65536];
    while (const size_t got = read_some(fd, buffer, sizeof buffer, end)) {
        text.append(buffer, got);
    }
    return text;
}

std::string read_line(int fd, std::chrono::milliseconds deadline) {
    const auto end = Clock::now() + deadline;
    std::string line;
    char character = 0;
    while (read_some(fd, &character, 1, end) == 1) {
        if (character == '\n') {
            return line;
        }
        line += character;
    }
    throw std::runtime_error("the text ended before the line: \"" + line + "\"");
}

void write_all(int fd, const std::string &text) {
    size_t done = 0;
    while (done < text.size()) {
        const ssize_t written = ::write(fd, text.data() + done, text.size() - done);
        if (written < 0 && errno != EINTR) {
            fail("write");
        }
        done += written > 0 ? static_cast<size_t>(written) : 0;
    }
}

std::string read_file(const std::string &path) {
    return read_all(open_file(path, O_RDONLY).get());
}

void write_file(const std::string &path, const std::string &text) {
    write_all(open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0666).get(), text);
}

} // namespace support
