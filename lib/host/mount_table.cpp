// The mounts that this process sees: /proc/self/mountinfo, see proc_pid_mountinfo(5).
#include "host/mount_table.hpp"

#include "host/check.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace spaces {

namespace {

bool is_octal(char character) {
    return character >= '0' && character <= '7';
}

// "\040" for a blank, and so on.
std::string unescaped(const std::string &text) {
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

} // namespace

std::vector<MountEntry> parse_mount_table(const std::string &mountinfo) {
    std::vector<MountEntry> mounts;
    std::istringstream lines(mountinfo);
    for (std::string line; std::getline(lines, line);) {
        // 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
        const size_t separator = line.find(" - ");
        if (separator == std::string::npos) {
            continue;
        }
        std::istringstream first(line.substr(0, separator));
        std::istringstream second(line.substr(separator + 3));
        std::string ignored;
        MountEntry mount;
        first >> ignored >> ignored >> ignored >> mount.root >> mount.point;
        second >> mount.type >> ignored >> mount.super_options;
        mount.root = unescaped(mount.root);
        mount.point = unescaped(mount.point);
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
