// Version 2's files for what is wanted: its own names, and those of OCI.
#include "cgroup/translators.hpp"
#include "spec/refuse.hpp"

#include <algorithm>
#include <array>

namespace spaces {

namespace {

// What OCI's members and version 1 have and version 2 has not.
constexpr std::array<std::string_view, 8> only_in_v1{
    cgroup_key::kernel_memory,   cgroup_key::kernel_tcp_memory, cgroup_key::swappiness,
    cgroup_key::realtime_period, cgroup_key::realtime_runtime,  cgroup_key::io_leaf_weight,
    cgroup_key::net_class,       cgroup_key::net_priority,
};

// OCI's formula: shares of 2 to 262144 are weights of 1 to 10000. 0 is "not said".
void add_shares(const CgroupWant &want, std::vector<CgroupSetting> &settings) {
    const uint64_t shares = number_in(want, want.value, 0, UINT64_MAX);
    if (shares != 0) {
        const uint64_t within = std::clamp<uint64_t>(shares, 2, 262144);
        settings.push_back({"cpu.weight", std::to_string(1 + (within - 2) * 9999 / 262142), want.key});
    }
}

// Version 2 limits the swap alone.
void add_swap(const CgroupWant &want, const std::vector<CgroupWant> &all,
              std::vector<CgroupSetting> &settings) {
    const std::optional<uint64_t> both = bytes_of(want);
    if (!both) {
        settings.push_back({"memory.swap.max", "max", want.key});
        return;
    }
    const CgroupWant *memory = find_want(all, "memory.max");
    if (memory == nullptr || !bytes_of(*memory)) {
        refuse(want.member, "memory and swap together are limited, and memory alone is not",
               "set memory.limit as well");
    }
    const uint64_t alone = bytes_of(*memory).value_or(0);
    if (*both < alone) {
        refuse(want.member,
               "memory and swap together, " + want.value + ", are less than memory alone, " + memory->value);
    }
    settings.push_back({"memory.swap.max", std::to_string(*both - alone), want.key});
}

// Of 10 to 1000; the BFQ scheduler takes them as they are, the other one wants 1 to 10000.
void add_weight(const CgroupWant &want, std::vector<CgroupSetting> &settings) {
    const size_t blank = want.value.find(' ');
    const std::string device = blank == std::string::npos ? "" : want.value.substr(0, blank + 1);
    const uint64_t weight = number_in(want, std::string_view(want.value).substr(device.size()), 0, 1000);
    if (weight == 0) {
        return;
    }
    const uint64_t other = 1 + (std::max<uint64_t>(weight, 10) - 10) * 9999 / 990;
    settings.push_back({"io.bfq.weight", want.value, want.key, "io.weight",
                        (device.empty() ? "default " : device) + std::to_string(other)});
}

} // namespace

void translate_to_v2(const CgroupWant &want, const std::vector<CgroupWant> &all,
                     std::vector<CgroupSetting> &settings) {
    if (want.key == cgroup_key::cpu_shares) {
        add_shares(want, settings);
    } else if (want.key == cgroup_key::memory_and_swap) {
        add_swap(want, all, settings);
    } else if (want.key == cgroup_key::io_weight) {
        add_weight(want, settings);
    } else if (want.key == cgroup_key::use_hierarchy || want.key == cgroup_key::oom_killer_off) {
        // Every group is part of its parent there, and no group can do without the OOM killer.
        const bool as_it_is = (want.key == cgroup_key::use_hierarchy) == (want.value == "1");
        if (!as_it_is) {
            throw_no_such(want, CgroupVersion::v2, "");
        }
    } else if (std::find(only_in_v1.begin(), only_in_v1.end(), want.key) != only_in_v1.end()) {
        throw_no_such(want, CgroupVersion::v2, "leave it out");
    } else {
        settings.push_back({want.key, want.value, want.key});
    }
}

} // namespace spaces
