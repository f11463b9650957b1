// Device rules: what they come to, and version 1's files.
#include "cgroup/devices.hpp"

#include "base/sys.hpp"
#include "cgroup/files.hpp"

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

} // namespace

DevicePolicy device_policy(const std::vector<DeviceRule> &rules) {
    DevicePolicy policy;
    for (const DeviceRule &rule : of_one_type(rules)) {
        if (rule.type == 'a') {
            policy = {.allows = rule.allow, .exceptions = {}};
            continue;
        }
        auto same = std::find_if(policy.exceptions.begin(), policy.exceptions.end(),
                                 [&](const DeviceRule &other) { return is_same_device(rule, other); });
        if (rule.allow == policy.allows) {
            if (same != policy.exceptions.end()) {
                take_access(same->access, rule.access);
                if (same->access.empty()) {
                    policy.exceptions.erase(same);
                }
            }
        } else if (same != policy.exceptions.end()) {
            add_access(same->access, rule.access);
        } else {
            policy.exceptions.push_back(rule);
        }
    }
    return policy;
}

void set_devices_v1(const ControlGroup &group, const std::vector<DeviceRule> &rules) {
    for (const DeviceRule &rule : of_one_type(rules)) {
        const char *file = rule.allow ? "devices.allow" : "devices.deny";
        if (const int error = cgroup_file::write(group.directory.get(), file, text_of(rule)); error != 0) {
            throw_system("cgroup", "write", error, group.path + "/" + file,
                         std::string(rule.allow ? "allow" : "deny") + " the devices " + quoted(text_of(rule)),
                         error == EPERM ? "the group above must allow it too, and changing devices needs "
                                          "CAP_SYS_ADMIN"
                                        : "");
        }
    }
}

} // namespace spaces
