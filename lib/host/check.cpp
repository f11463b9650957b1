// Check: one answer to "does this work here?".
#include "host/check.hpp"

#include "base/fd.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace spaces {

std::optional<std::string> text_of(const std::string &path) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) {
        return std::nullopt;
    }
    std::string content;
    std::array<char, 4096> buffer;
    for (;;) {
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got == -1 && errno == EINTR) {
            continue;
        }
        if (got == -1) {
            return std::nullopt;
        }
        if (got == 0) {
            break;
        }
        content.append(buffer.data(), static_cast<size_t>(got));
    }
    if (content.ends_with('\n')) {
        content.pop_back();
    }
    return content;
}

} // namespace spaces
