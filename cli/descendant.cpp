// Whether a process is the program or one that it has started.
#include "descendant.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

namespace cli {

namespace {

// Field 4 of /proc/PID/stat (proc_pid_stat(5)), or 0. Field 2 is the name in parentheses, which may hold any.
pid_t parent_of(pid_t pid) {
    char path[32];
    std::snprintf(path, sizeof path, "/proc/%d/stat", pid);
    const auto close = [](std::FILE *file) { std::fclose(file); };
    const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path, "re"), close);
    char line[512];
    if (!file || std::fgets(line, sizeof line, file.get()) == nullptr) {
        return 0;
    }
    const char *const name_end = std::strrchr(line, ')');
    if (name_end == nullptr || std::strlen(name_end) < 5) {
        return 0;
    }
    return static_cast<pid_t>(std::strtol(name_end + 4, nullptr, 10)); // ") S PPID"
}

} // namespace

bool descends_from(pid_t pid, pid_t ancestor) {
    while (pid > 1) {
        if (pid == ancestor) {
            return true;
        }
        pid = parent_of(pid);
    }
    return false;
}

} // namespace cli
