// Which devices a container may use: rules, as version 1 has them in files and version 2 in a BPF program.
#pragma once

#include "cgroup/group.hpp"

#include <cstdint>
#include <vector>

namespace spaces {

// What rules come to, by the way in which version 1's kernel code takes them one after the other.
struct DevicePolicy {
    bool allows = true;                   // what no exception is about
    std::vector<DeviceRule> exceptions{}; // of type b or c; all of them the other way round

    bool operator==(const DevicePolicy &) const = default;
};

DevicePolicy device_policy(const std::vector<DeviceRule> &rules);

// Instructions of a program of type BPF_PROG_TYPE_CGROUP_DEVICE, each as the 8 bytes of struct bpf_insn.
std::vector<uint64_t> device_program(const DevicePolicy &policy);

void set_devices_v1(const ControlGroup &group, const std::vector<DeviceRule> &rules);
void set_devices_v2(const ControlGroup &group, const std::vector<DeviceRule> &rules);

} // namespace spaces
