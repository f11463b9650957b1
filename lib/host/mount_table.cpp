// The mounts that this process sees: /proc/self/mountinfo, see proc_pid_mountinfo(5).
#include "host/mount_table.hpp"

#include "host/check.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace spaces {

namespace {

bool is_octal(char character) {
    return character >= '0' && character <= '7';
}

// "\040" for a blank, and so on.
std::string unescaped(std::string_view text) {
    std::string result;
    for (size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && at + 3 < text.size() && is_octal(text[at + 1]) && is_octal(text[at + 2]) &&
            is_octal(text[at + 3])) {
            result += static_cast<char>((text[at + 1] - '0') * 64 + (text[at + 2] - '0') * 8 +
                                        (text[at + 3] - '0'));
            at += 3;
        } else {
            result += text[at];
        }
    }
    return result;
}

// Up to the separator, which is taken away with it.
std::string_view next_word(std::string_view &text, char separator) {
    const std::string_view word = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

} // namespace

std::vector<MountEntry> parse_mount_table(const std::string &mountinfo) {
    std::vector<MountEntry> mounts;
    std::string_view rest = mountinfo;
    while (!rest.empty()) {
        // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
        std::string_view line = next_word(rest, '\n');
        const size_t separator = line.find(" - ");
        if (separator == std::string_view::npos) {
            continue;
        }
        std::string_view file_system = line.substr(separator + 3);
        for (int ignored = 0; ignored < 3; ++ignored) {
            next_word(line, ' ');
        }
        MountEntry mount;
        mount.root = unescaped(next_word(line, ' '));
        mount.point = unescaped(next_word(line, ' '));
        mount.type = next_word(file_system, ' ');
        next_word(file_system, ' ');
        mount.super_options = next_word(file_system, ' ');
        mounts.push_back(std::move(mount));
    }
    return mounts;
}

std::vector<MountEntry> mount_table() {
    return parse_mount_table(text_of("/proc/self/mountinfo").value_or(""));
}

std::string hidden_parts(const std::string &point) {
    // Mounted on directories that are empty for ever, they hide nothing.
    constexpr std::array<std::string_view, 9> harmless{
        "/proc/sys/fs/binfmt_misc", "/sys/fs/cgroup",       "/sys/kernel/debug",
        "/sys/kernel/tracing",      "/sys/kernel/security", "/sys/fs/bpf",
        "/sys/fs/pstore",           "/sys/kernel/config",   "/sys/fs/fuse/connections"};
    std::vector<std::string> parts;
    for (const MountEntry &mount : mount_table()) {
        const auto is_it = [&](std::string_view place) { return mount.point.starts_with(place); };
        if (mount.point.starts_with(point + "/") && std::none_of(harmless.begin(), harmless.end(), is_it)) {
            parts.push_back(mount.point);
        }
    }
    constexpr size_t most = 5;
    std::string text;
    for (size_t i = 0; i < parts.size() && i < most; ++i) {
        text += (i == 0 ? "" : ", ") + parts[i];
    }
    return text + (parts.size() > most ? " ..." : "");
}

} // namespace spaces
