// What the functions of the C API do with their arguments: a NULL that may not be one is an error, not a
// crash.
#include "api/argument.hpp"

#include "base/sys.hpp"

#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <new>

namespace spaces {

SharedFd duplicate_given(int fd, std::string_view member) {
    if (::fcntl(fd, F_GETFD) == -1) {
        refuse(member, "descriptor " + std::to_string(fd) + " is not open");
    }
    return std::make_shared<const Fd>(duplicate(fd, {"spec", member, "duplicate a descriptor"}));
}

char *given_away(std::string_view text) {
    auto *const copy = static_cast<char *>(std::malloc(text.size() + 1));
    if (copy == nullptr) {
        throw std::bad_alloc();
    }
    std::memcpy(copy, text.data(), text.size());
    copy[text.size()] = '\0';
    return copy;
}

} // namespace spaces
