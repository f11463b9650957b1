// Whose group a directory is: its name tells, and a lock.
#include "cgroup/owner.hpp"

#include "host/check.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace spaces {

namespace {

constexpr std::string_view prefix = "spaces-";
constexpr std::array<const char *, 2> attributes{"trusted.spaces", "user.spaces"};

// Its inode number (include/linux/proc_ns.h).
constexpr uint64_t first_time_namespace = 0xEFFFFFFA;

uint64_t inode_of(const char *path) {
    struct stat status {};
    return ::stat(path, &status) == 0 ? status.st_ino : 0;
}

std::optional<uint64_t> start_time_of(pid_t pid) {
    const std::optional<std::string> text = text_of("/proc/" + std::to_string(pid) + "/stat");
    // The second field is a name in parentheses, which may hold anything.
    const size_t name_end = text ? text->rfind(") ") : std::string::npos;
    if (name_end == std::string::npos) {
        return std::nullopt;
    }
    size_t at = name_end + 2;
    for (int field = 3; field < 22 && at != std::string::npos; ++field) {
        at = text->find(' ', at);
        at = at == std::string::npos ? at : at + 1;
    }
    uint64_t time = 0;
    if (at == std::string::npos ||
        std::from_chars(text->data() + at, text->data() + text->size(), time).ec != std::errc()) {
        return std::nullopt;
    }
    return time;
}

template <class Number> bool take(std::string_view &text, Number &number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end == text.data() + text.size() || *end != '-') {
        return false;
    }
    text.remove_prefix(static_cast<size_t>(end - text.data()) + 1);
    return true;
}

} // namespace

GroupOwner calling_process() {
    const pid_t pid = ::getpid();
    return {inode_of("/proc/self/ns/pid"), pid, start_time_of(pid).value_or(0)};
}

std::string new_group_name(const GroupOwner &owner) {
    uint32_t random = 0;
    // Also of a kernel that has just started: it must be another one each time, and is no secret.
    if (::getrandom(&random, sizeof random, GRND_INSECURE) != sizeof random) {
        random = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(&random)); // mkdir tells what is taken
    }
    char text[96];
    std::snprintf(text, sizeof text, "spaces-%llu-%d-%llu-%08x",
                  static_cast<unsigned long long>(owner.pid_namespace), owner.pid,
                  static_cast<unsigned long long>(owner.start_time), random);
    return text;
}

std::optional<GroupOwner> owner_in(std::string_view name) {
    if (!name.starts_with(prefix)) {
        return std::nullopt;
    }
    name.remove_prefix(prefix.size());
    GroupOwner owner;
    if (!take(name, owner.pid_namespace) || !take(name, owner.pid) || !take(name, owner.start_time) ||
        name.size() != 8 || owner.pid <= 0) {
        return std::nullopt;
    }
    return owner;
}

void mark_group(int directory, const std::string &name) noexcept {
    for (const char *attribute : attributes) {
        if (::fsetxattr(directory, attribute, name.data(), name.size(), 0) == 0) {
            return;
        }
    }
}

std::optional<GroupOwner> owner_of_group(int directory, std::string_view name) {
    if (std::optional<GroupOwner> owner = owner_in(name)) {
        return owner;
    }
    for (const char *attribute : attributes) {
        std::array<char, 96> value;
        const ssize_t length = ::fgetxattr(directory, attribute, value.data(), value.size());
        if (length > 0) {
            return owner_in(std::string_view(value.data(), static_cast<size_t>(length)));
        }
    }
    return std::nullopt;
}

bool has_ended(const GroupOwner &owner) {
    if (owner.pid_namespace != inode_of("/proc/self/ns/pid")) {
        return false;
    }
    const std::optional<uint64_t> time = start_time_of(owner.pid);
    if (!time) {
        return ::access("/proc/self/stat", F_OK) == 0;
    }
    // A time namespace shifts what is read.
    return inode_of("/proc/self/ns/time") == first_time_namespace && *time != owner.start_time;
}

} // namespace spaces
