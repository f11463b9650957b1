// FilterDirectory: compiled filters in files, for the processes of one user.
//
// A file is a Head, the key, the names that were ignored (one a line), and the program. The directory and its
// files are the user's own and closed to all others, since what is in them decides what programs may do.
#include "security/filter.hpp"

#include "base/sys.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <linux/bpf_common.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spaces {

namespace {

struct Head {
    std::array<char, 8> magic;
    uint32_t key_size;
    uint32_t ignored_size;
    uint32_t instructions;
    uint32_t reserved;
};

constexpr std::array<char, 8> magic{'s', 'p', 'a', 'c', 'e', 's', 'F', '1'};
constexpr size_t largest_file = size_t{4} << 20;
constexpr mode_t for_others = 077;

bool is_ours(const Fd &file, mode_t type, mode_t forbidden) {
    struct stat status {};
    return file.is_open() && ::fstat(file.get(), &status) == 0 && (status.st_mode & S_IFMT) == type &&
           status.st_uid == ::geteuid() && (status.st_mode & forbidden) == 0;
}

Fd open_directory(const std::string &path) {
    return Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

// FNV-1a: a name that differs for different keys, nearly always.
std::string name_of(std::string_view key) {
    uint64_t hash = 0xcbf29ce484222325U;
    size_t at = 0;
    for (; at + sizeof(uint64_t) <= key.size(); at += sizeof(uint64_t)) { // a word at a time
        uint64_t word = 0;
        std::memcpy(&word, key.data() + at, sizeof word);
        hash = (hash ^ word) * 0x100000001b3U;
        hash ^= hash >> 29U;
    }
    for (; at < key.size(); ++at) {
        hash = (hash ^ static_cast<unsigned char>(key[at])) * 0x100000001b3U;
    }
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
    return text.data();
}

bool read_all(const Fd &file, std::string &content) {
    size_t got = 0;
    while (got < content.size()) {
        const ssize_t size = ::read(file.get(), content.data() + got, content.size() - got);
        if (size < 0 && errno == EINTR) {
            continue;
        }
        if (size <= 0) {
            return false;
        }
        got += static_cast<size_t>(size);
    }
    return true;
}

std::optional<Filter> parse(std::string_view content, std::string_view key) {
    Head head{};
    if (content.size() < sizeof head) {
        return std::nullopt;
    }
    std::memcpy(&head, content.data(), sizeof head);
    content.remove_prefix(sizeof head);
    const uint64_t size =
        uint64_t{head.key_size} + head.ignored_size + uint64_t{head.instructions} * sizeof(sock_filter);
    if (head.magic != magic || content.size() != size || head.instructions == 0 ||
        head.instructions > BPF_MAXINSNS || content.substr(0, head.key_size) != key) {
        return std::nullopt;
    }
    Filter filter;
    std::string_view names = content.substr(head.key_size, head.ignored_size);
    while (!names.empty()) {
        const size_t end = std::min(names.find('\n'), names.size());
        filter.ignored.emplace_back(names.substr(0, end));
        names.remove_prefix(std::min(end + 1, names.size()));
    }
    filter.program.resize(head.instructions);
    std::memcpy(filter.program.data(), content.data() + head.key_size + head.ignored_size,
                head.instructions * sizeof(sock_filter));
    return filter;
}

std::string written(std::string_view key, const Filter &filter) {
    std::string ignored;
    for (const std::string &name : filter.ignored) {
        ignored += name + "\n";
    }
    const Head head{magic, static_cast<uint32_t>(key.size()), static_cast<uint32_t>(ignored.size()),
                    static_cast<uint32_t>(filter.program.size()), 0};
    std::string content(reinterpret_cast<const char *>(&head), sizeof head);
    content += key;
    content += ignored;
    content.append(reinterpret_cast<const char *>(filter.program.data()),
                   filter.program.size() * sizeof(sock_filter));
    return content;
}

// A write beyond the limit would end this process by SIGXFSZ.
bool may_be_written(size_t size) {
    rlimit limit{};
    return ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur >= size;
}

// Nothing else that is in the directory is ours to remove.
bool is_name(std::string_view name) {
    return name.size() == 16 && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// The oldest make room. Whoever reads one meanwhile has it open.
void make_room(int directory) {
    struct File {
        timespec time;
        std::string name;
    };
    std::vector<File> files;
    std::error_code error;
    std::filesystem::directory_iterator entry("/proc/self/fd/" + std::to_string(directory), error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        const std::string name = entry->path().filename();
        struct stat status {};
        if (is_name(name) && ::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
            files.push_back({status.st_mtim, name});
        }
    }
    if (files.size() < FilterDirectory::most) {
        return;
    }
    std::sort(files.begin(), files.end(), [](const File &a, const File &b) {
        return a.time.tv_sec != b.time.tv_sec ? a.time.tv_sec < b.time.tv_sec
                                              : a.time.tv_nsec < b.time.tv_nsec;
    });
    for (size_t i = 0; i + FilterDirectory::most <= files.size(); ++i) {
        ::unlinkat(directory, files[i].name.c_str(), 0);
    }
}

} // namespace

FilterDirectory::FilterDirectory(const std::string &path) {
    directory_ = open_directory(path);
    if (!directory_.is_open() && errno == ENOENT) {
        const size_t slash = path.rfind('/');
        if (slash != std::string::npos && slash != 0) {
            ::mkdir(path.substr(0, slash).c_str(), 0700);
        }
        ::mkdir(path.c_str(), 0700);
        directory_ = open_directory(path);
    }
    if (!is_ours(directory_, S_IFDIR, for_others)) {
        directory_.reset();
    }
}

std::optional<Filter> FilterDirectory::find(std::string_view key) const noexcept {
    if (!directory_.is_open()) {
        return std::nullopt;
    }
    try {
        const Fd file(
            ::openat(directory_.get(), name_of(key).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        struct stat status {};
        if (!is_ours(file, S_IFREG, for_others) || ::fstat(file.get(), &status) != 0 || status.st_size < 0 ||
            static_cast<size_t>(status.st_size) > largest_file) {
            return std::nullopt;
        }
        std::string content(static_cast<size_t>(status.st_size), '\0');
        return read_all(file, content) ? parse(content, key) : std::nullopt;
    } catch (const std::bad_alloc &) {
        return std::nullopt;
    }
}

void FilterDirectory::keep(std::string_view key, const Filter &filter) const noexcept {
    if (!directory_.is_open()) {
        return;
    }
    try {
        const std::string content = written(key, filter);
        if (content.size() > largest_file || !may_be_written(content.size())) {
            return;
        }
        make_room(directory_.get());
        const Fd file(::openat(directory_.get(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600));
        if (!file.is_open() || ::fchmod(file.get(), 0600) != 0 ||
            ::write(file.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size())) {
            return;
        }
        // It gets its name when it is whole: whoever looks finds all of it, or nothing.
        const std::string name = name_of(key);
        const std::string unnamed = "/proc/self/fd/" + std::to_string(file.get());
        ::unlinkat(directory_.get(), name.c_str(), 0);
        ::linkat(AT_FDCWD, unnamed.c_str(), directory_.get(), name.c_str(), AT_SYMLINK_FOLLOW);
    } catch (const std::bad_alloc &) { // then it is compiled again next time
    }
}

} // namespace spaces
