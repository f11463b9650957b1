// The checks of what a control group is told.
#include "spec/check.hpp"

#include "spec/refuse.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace spaces {

namespace {

constexpr std::array<std::string_view, 8> controllers{"cpu",    "cpuset", "hugetlb", "io",
                                                      "memory", "misc",   "pids",    "rdma"};

// What of the core's own files is a limit.
constexpr std::array<std::string_view, 3> core_keys{"cgroup.max.depth", "cgroup.max.descendants",
                                                    "cgroup.pressure"};

bool is_of_name(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '.' || letter == '_' || letter == '-';
}

// "c 1:3 rwm" without its type: "1:3", of which each may be "*".
std::optional<uint32_t> device_number(std::string_view text, std::string_view rule) {
    if (text == "*") {
        return std::nullopt;
    }
    uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) {
        refuse(
            "linux.resources.devices", excerpt(rule) + " is no device rule",
            "a rule is \"a\", or a type (b, c), MAJOR:MINOR (each a number or *) and of rwm: \"c 1:3 rwm\"");
    }
    return number;
}

} // namespace

std::string_view controller_of(std::string_view key) {
    return key.substr(0, key.find('.'));
}

constexpr std::array<std::pair<const char *, CgroupManager>, 3> managers{{
    {"auto", CgroupManager::automatic},
    {"cgroupfs", CgroupManager::cgroupfs},
    {"systemd", CgroupManager::systemd},
}};

CgroupManager cgroup_manager(std::string_view word, std::string_view object) {
    for (const auto &[name, manager] : managers) {
        if (word == name) {
            return manager;
        }
    }
    refuse(object, excerpt(word) + " manages no control groups",
           "it is \"auto\", \"cgroupfs\" or \"systemd\"");
}

const char *cgroup_manager_word(CgroupManager wanted) {
    for (const auto &[name, manager] : managers) {
        if (wanted == manager) {
            return name;
        }
    }
    return "";
}

void check_cgroup_key(std::string_view key, std::string_view object) {
    const std::string_view controller = controller_of(key);
    const bool known = std::find(controllers.begin(), controllers.end(), controller) != controllers.end() ||
                       std::find(core_keys.begin(), core_keys.end(), key) != core_keys.end();
    if (!known || key.size() <= controller.size() + 1 || !std::all_of(key.begin(), key.end(), is_of_name)) {
        refuse(
            object, excerpt(key) + " is no limit of a control group",
            "the names are those of cgroup version 2, like \"memory.max\": controllers cpu, cpuset, hugetlb, "
            "io, memory, misc, pids and rdma");
    }
}

int size_shift(char suffix) {
    switch (suffix) {
    case 'k':
    case 'K':
        return 10;
    case 'm':
    case 'M':
        return 20;
    case 'g':
    case 'G':
        return 30;
    case 't':
    case 'T':
        return 40;
    case 'p':
    case 'P':
        return 50;
    case 'e':
    case 'E':
        return 60;
    default:
        return -1;
    }
}

namespace {

bool is_size(std::string_view key) {
    constexpr std::array sizes{"memory.max",      "memory.high",      "memory.low",      "memory.min",
                               "memory.swap.max", "memory.swap.high", "memory.zswap.max"};
    return std::find(sizes.begin(), sizes.end(), key) != sizes.end();
}

bool is_bytes(std::string_view value) {
    const size_t digits = std::min(value.find_first_not_of("0123456789"), value.size());
    const std::string_view suffix = value.substr(digits);
    return digits != 0 && (suffix.empty() || (suffix.size() == 1 && size_shift(suffix.front()) >= 0));
}

} // namespace

void check_cgroup_value(std::string_view key, std::string_view value, std::string_view object) {
    if (value.empty()) {
        refuse(object, "an empty value for " + excerpt(key));
    }
    if (is_size(key) && value != "max" && value != "-1" && !is_bytes(value)) {
        refuse(object, excerpt(value) + " is no value for " + std::string(key),
               "it is a number of bytes, with K, M or G behind it if you like, or \"max\"");
    }
    constexpr size_t longest = 4095; // a page, less the newline
    if (value.size() > longest) {
        refuse(object, "a value of " + std::to_string(value.size()) + " bytes, and the kernel takes 4095");
    }
}

void check_cgroup_path(std::string_view path, std::string_view object) {
    check_path(path, object);
    std::string_view rest = path;
    bool names_one = false;
    while (!rest.empty()) {
        const std::string_view part = rest.substr(0, rest.find('/'));
        if (part == "." || part == "..") {
            refuse(object, excerpt(path) + " has a part " + excerpt(part));
        }
        if (part.find('\n') != std::string_view::npos) {
            refuse(object, excerpt(path) + " has a newline in it");
        }
        names_one |= !part.empty();
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    }
    if (!names_one) {
        refuse(
            object, excerpt(path) + " names no group of the container's own",
            "it is a path below the root of each hierarchy, \"/machines/one\", or below the caller's group, "
            "\"one\"");
    }
}

std::string checked_device_access(std::string_view access, std::string_view object) {
    std::string result;
    for (const char right : {'r', 'w', 'm'}) {
        if (access.find(right) != std::string_view::npos) {
            result += right;
        }
    }
    if (result.size() != access.size() || result.empty()) {
        refuse(object, excerpt(access) + " is no access to a device",
               "it is of the letters r (read), w (write) and m (mknod)");
    }
    return result;
}

DeviceRule device_rule(bool allow, std::string_view text) {
    DeviceRule rule;
    rule.allow = allow;
    std::vector<std::string_view> words;
    for (std::string_view rest = text; !rest.empty();) {
        const std::string_view word = rest.substr(0, rest.find(' '));
        if (!word.empty()) {
            words.push_back(word);
        }
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    }
    if (words.size() == 1 && words[0] == "a") {
        return rule;
    }
    const bool formed = words.size() == 3 && (words[0] == "a" || words[0] == "b" || words[0] == "c");
    const size_t colon = formed ? words[1].find(':') : std::string_view::npos;
    if (colon == std::string_view::npos) {
        device_number("", text); // refuses
    }
    rule.type = words[0][0];
    rule.major = device_number(words[1].substr(0, colon), text);
    rule.minor = device_number(words[1].substr(colon + 1), text);
    rule.access = checked_device_access(words[2], "linux.resources.devices");
    return rule;
}

} // namespace spaces
