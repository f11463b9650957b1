// Checked system calls of the calling process: a failure becomes an Error that names the call.
#include "base/sys.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>

namespace spaces {

Fd duplicate(int fd, const Doing &doing) {
    return Fd(sys("fcntl", ::fcntl(fd, F_DUPFD_CLOEXEC, 3), doing));
}

Fd out_of_the_way(Fd fd, const std::set<int> &taken, const Doing &doing) {
    // The kernel gives the lowest free number, which may be another one that is taken.
    while (fd.get() <= STDERR_FILENO || taken.contains(fd.get())) {
        const int next = std::max(fd.get(), STDERR_FILENO) + 1;
        fd = Fd(sys("fcntl", ::fcntl(fd.get(), F_DUPFD_CLOEXEC, next), doing));
    }
    return fd;
}

std::string read_file(const std::string &path, const Doing &doing) {
    const Fd file(sys("open", ::open(path.c_str(), O_RDONLY | O_CLOEXEC), doing));
    std::string content;
    std::array<char, 4096> buffer;
    for (;;) {
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        sys("read", got, doing);
        if (got == 0) {
            return content;
        }
        content.append(buffer.data(), static_cast<size_t>(got));
    }
}

std::string quoted(std::string_view text) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::string result = "\"";
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\') {
            result += '\\';
            result += character;
        } else if (byte < 0x20 || byte == 0x7f) {
            result += "\\x";
            result += digits[byte >> 4];
            result += digits[byte & 0xf];
        } else {
            result += character;
        }
    }
    result += '"';
    return result;
}

} // namespace spaces
