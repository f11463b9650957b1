// Which devices a container may use: rules, as version 1 has them in files and version 2 in a BPF program.
#pragma once

#include "cgroup/group.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace spaces {

// What rules come to in version 1: one answer, and exceptions from it.
struct DevicePolicy {
    bool allows = true;                   // what no exception is about
    std::vector<DeviceRule> exceptions{}; // of type b or c; all of them the other way round

    bool operator==(const DevicePolicy &) const = default;
};

// `before` is what the group has inherited. Later rules prevail; throws SPACES_EUNSUPPORTED where one takes
// back a part of what an earlier one is about, for which version 1 has no words.
DevicePolicy device_policy(const std::vector<DeviceRule> &rules, DevicePolicy before = {});

// devices.list of a group: "a *:* rwm", or a line for each device that it allows.
DevicePolicy parse_device_list(std::string_view text);

// Instructions of a program of type BPF_PROG_TYPE_CGROUP_DEVICE, each as the 8 bytes of struct bpf_insn.
std::vector<uint64_t> device_program(const std::vector<DeviceRule> &rules);

void set_devices_v1(const ControlGroup &group, const std::vector<DeviceRule> &rules);
void set_devices_v2(const ControlGroup &group, const std::vector<DeviceRule> &rules);

} // namespace spaces
