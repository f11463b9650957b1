// Device rules: what they come to, and version 1's files.
#include "cgroup/devices.hpp"

#include "base/sys.hpp"
#include "cgroup/files.hpp"
#include "spec/check.hpp"

#include <algorithm>
#include <cerrno>

namespace spaces {

namespace {

bool is_about_everything(const DeviceRule &rule) {
    return rule.type == 'a' && !rule.major && !rule.minor && rule.access == "rwm";
}

// Version 1 reads a rule of type "a" as being about everything, whatever else it says.
std::vector<DeviceRule> of_one_type(const std::vector<DeviceRule> &rules) {
    std::vector<DeviceRule> result;
    for (const DeviceRule &rule : rules) {
        if (rule.type != 'a' || is_about_everything(rule)) {
            result.push_back(rule);
            continue;
        }
        for (const char type : {'b', 'c'}) {
            result.push_back(rule);
            result.back().type = type;
        }
    }
    return result;
}

bool is_same_device(const DeviceRule &one, const DeviceRule &other) {
    return one.type == other.type && one.major == other.major && one.minor == other.minor;
}

// Whether `all` is about every device that `some` is about.
bool includes(const DeviceRule &all, const DeviceRule &some) {
    const auto covers = [](const std::optional<uint32_t> &many, const std::optional<uint32_t> &few) {
        return !many || many == few;
    };
    return all.type == some.type && covers(all.major, some.major) && covers(all.minor, some.minor);
}

bool overlap(const DeviceRule &one, const DeviceRule &other) {
    const auto meet = [](const std::optional<uint32_t> &left, const std::optional<uint32_t> &right) {
        return !left || !right || left == right;
    };
    return one.type == other.type && meet(one.major, other.major) && meet(one.minor, other.minor) &&
           one.access.find_first_of(other.access) != std::string::npos;
}

void add_access(std::string &access, const std::string &more) {
    const std::string both = access + more;
    access.clear();
    for (const char right : {'r', 'w', 'm'}) {
        if (both.find(right) != std::string::npos) {
            access += right;
        }
    }
}

void take_access(std::string &access, const std::string &less) {
    std::erase_if(access, [&](char right) { return less.find(right) != std::string::npos; });
}

std::string text_of(const DeviceRule &rule) {
    if (rule.type == 'a') {
        return "a";
    }
    const auto number = [](const std::optional<uint32_t> &value) {
        return value ? std::to_string(*value) : std::string("*");
    };
    return std::string(1, rule.type) + " " + number(rule.major) + ":" + number(rule.minor) + " " +
           rule.access;
}

// What the rule is about is as everything else again.
void take_back(std::vector<DeviceRule> &exceptions, const DeviceRule &rule) {
    for (DeviceRule &exception : exceptions) {
        if (includes(rule, exception)) {
            take_access(exception.access, rule.access);
        } else if (overlap(rule, exception)) {
            throw_unsupported("linux.resources.devices",
                              std::string(rule.allow ? "allowing " : "denying ") + quoted(text_of(rule)) +
                                  " takes back a part of the earlier rule about " +
                                  quoted(text_of(exception)) + ", which control groups of version 1 cannot",
                              "name the devices of the earlier rule one by one");
        }
    }
    std::erase_if(exceptions, [](const DeviceRule &exception) { return exception.access.empty(); });
}

void add_exception(std::vector<DeviceRule> &exceptions, const DeviceRule &rule) {
    const auto same = std::find_if(exceptions.begin(), exceptions.end(),
                                   [&](const DeviceRule &other) { return is_same_device(rule, other); });
    if (same != exceptions.end()) {
        add_access(same->access, rule.access);
    } else {
        exceptions.push_back(rule);
    }
}

void write(const ControlGroup &group, bool allow, const std::string &text) {
    const char *file = allow ? "devices.allow" : "devices.deny";
    if (const int error = cgroup_file::write(group.directory.get(), file, text); error != 0) {
        throw_system("cgroup", "write", error, group.path + "/" + file,
                     std::string(allow ? "allow" : "deny") + " the devices " + quoted(text),
                     error == EPERM ? "the group above must allow it too, and changing devices needs "
                                      "CAP_SYS_ADMIN"
                                    : "");
    }
}

} // namespace

DevicePolicy device_policy(const std::vector<DeviceRule> &rules, DevicePolicy policy) {
    for (const DeviceRule &rule : of_one_type(rules)) {
        if (rule.type == 'a') {
            policy = {.allows = rule.allow, .exceptions = {}};
        } else if (rule.allow == policy.allows) {
            take_back(policy.exceptions, rule);
        } else {
            add_exception(policy.exceptions, rule);
        }
    }
    return policy;
}

DevicePolicy parse_device_list(std::string_view text) {
    DevicePolicy policy{.allows = false, .exceptions = {}};
    while (!text.empty()) {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        const DeviceRule rule = device_rule(true, line);
        if (rule.type == 'a') {
            return {};
        }
        policy.exceptions.push_back(rule);
    }
    return policy;
}

void set_devices_v1(const ControlGroup &group, const std::vector<DeviceRule> &rules) {
    const std::string list = cgroup_file::read(group.directory.get(), "devices.list").value_or("a *:* rwm\n");
    const DevicePolicy before = parse_device_list(list);
    const DevicePolicy policy = device_policy(rules, before);
    if (policy == before) {
        return;
    }
    if (!policy.allows || !before.allows) {
        write(group, policy.allows, "a"); // which forgets all exceptions
    }
    for (const DeviceRule &exception : policy.exceptions) {
        write(group, !policy.allows, text_of(exception));
    }
}

} // namespace spaces
