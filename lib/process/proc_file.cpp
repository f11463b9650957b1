// Files of /proc/PID: those that take one write, and small ones to read.
#include "process/proc_file.hpp"

#include "base/fd.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace spaces {

int write_proc_file(pid_t pid, const char *name, std::string_view text) {
    const std::string path = "/proc/" + std::to_string(pid) + "/" + name;
    const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.is_open()) {
        return errno;
    }
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    return written < 0 ? errno : 0;
}

std::string read_proc_file(const std::string &path) {
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    char text[4096];
    const ssize_t got = file.is_open() ? ::read(file.get(), text, sizeof text) : -1;
    return got > 0 ? std::string(text, static_cast<size_t>(got)) : "";
}

} // namespace spaces
