// Files of /proc/PID that take one write.
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

} // namespace spaces
