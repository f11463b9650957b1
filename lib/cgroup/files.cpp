// The small files of a control group, by the descriptor of its directory.
#include "cgroup/files.hpp"

#include "base/fd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <dirent.h>
#include <fcntl.h>
#include <sstream>

namespace spaces::cgroup_file {

std::optional<std::string> read(int directory, const char *name) {
    const Fd file(::openat(directory, name, O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) {
        return std::nullopt;
    }
    std::string content;
    std::array<char, 4096> buffer;
    for (;;) {
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return std::nullopt;
        }
        content.append(buffer.data(), static_cast<size_t>(got));
        // The kernel fills the buffer as far as its next line has room.
        if (static_cast<size_t>(got) < buffer.size() / 2) {
            return content;
        }
    }
}

std::optional<uint64_t> read_number(int directory, const char *name) {
    const std::optional<std::string> text = read(directory, name);
    uint64_t number = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), number).ec != std::errc()) {
        return std::nullopt;
    }
    return number;
}

std::map<std::string, uint64_t> read_table(int directory, const char *name) {
    std::map<std::string, uint64_t> table;
    const std::string text = read(directory, name).value_or("");
    const char *const end = text.data() + text.size();
    for (size_t at = 0; at < text.size();) { // "anon 4096\n"
        const size_t blank = text.find(' ', at);
        const size_t line_end = std::min(text.find('\n', at), text.size());
        uint64_t number = 0;
        if (blank < line_end && std::from_chars(text.data() + blank + 1, end, number).ec == std::errc()) {
            table.emplace(text.substr(at, blank - at), number);
        }
        at = line_end + 1;
    }
    return table;
}

int write(int directory, const char *name, const std::string &text) {
    const Fd file(::openat(directory, name, O_WRONLY | O_CLOEXEC));
    if (!file.is_open()) {
        return errno;
    }
    for (;;) {
        if (::write(file.get(), text.data(), text.size()) >= 0) {
            return 0;
        }
        if (errno != EINTR) {
            return errno;
        }
    }
}

std::vector<std::string> children(int directory) {
    std::vector<std::string> names;
    Fd copy(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    DIR *const stream = copy.is_open() ? ::fdopendir(copy.get()) : nullptr;
    if (stream == nullptr) {
        return names;
    }
    copy.release();
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else has this stream
    while (const dirent *entry = ::readdir(stream)) {
        const std::string_view name = entry->d_name;
        if (entry->d_type == DT_DIR && name != "." && name != "..") {
            names.emplace_back(name);
        }
    }
    ::closedir(stream);
    return names;
}

std::vector<int> processes_below(int directory) {
    std::vector<int> pids;
    std::istringstream own(read(directory, "cgroup.procs").value_or(""));
    for (int pid = 0; own >> pid;) {
        pids.push_back(pid);
    }
    for (const std::string &name : children(directory)) {
        const Fd child(::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (child.is_open()) {
            const std::vector<int> more = processes_below(child.get());
            pids.insert(pids.end(), more.begin(), more.end());
        }
    }
    return pids;
}

} // namespace spaces::cgroup_file
