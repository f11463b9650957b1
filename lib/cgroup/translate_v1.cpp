// Version 1's files for what is wanted. The names are version 2's, but for those of OCI.
#include "cgroup/translators.hpp"
#include "spec/refuse.hpp"

#include <array>
#include <sstream>

namespace spaces {

namespace {

// Words that have the same meaning and the same values, but for "max".
struct SameFile {
    std::string_view key;
    std::string_view file;
    std::string_view no_limit; // what "max" is there; empty: "max" too
};

constexpr std::array same_files{
    SameFile{"memory.max", "memory.limit_in_bytes", "-1"},
    SameFile{"memory.low", "memory.soft_limit_in_bytes", "-1"},
    SameFile{cgroup_key::memory_and_swap, "memory.memsw.limit_in_bytes", "-1"},
    SameFile{cgroup_key::kernel_memory, "memory.kmem.limit_in_bytes", "-1"},
    SameFile{cgroup_key::kernel_tcp_memory, "memory.kmem.tcp.limit_in_bytes", "-1"},
    SameFile{cgroup_key::swappiness, "memory.swappiness", ""},
    SameFile{cgroup_key::oom_killer_off, "memory.oom_control", ""},
    SameFile{cgroup_key::use_hierarchy, "memory.use_hierarchy", ""},
    SameFile{cgroup_key::cpu_shares, "cpu.shares", ""},
    SameFile{cgroup_key::realtime_period, "cpu.rt_period_us", ""},
    SameFile{cgroup_key::realtime_runtime, "cpu.rt_runtime_us", ""},
    SameFile{"cpu.max.burst", "cpu.cfs_burst_us", ""},
    SameFile{"cpu.idle", "cpu.idle", ""},
    SameFile{"cpuset.cpus", "cpuset.cpus", ""},
    SameFile{"cpuset.mems", "cpuset.mems", ""},
    SameFile{"pids.max", "pids.max", ""},
    SameFile{"rdma.max", "rdma.max", ""},
    SameFile{"misc.max", "misc.max", ""},
    SameFile{cgroup_key::net_class, "net_cls.classid", ""},
    SameFile{cgroup_key::net_priority, "net_prio.ifpriomap", ""},
};

std::vector<std::string> words_of(const std::string &line) {
    std::istringstream stream(line);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) {
        words.push_back(word);
    }
    return words;
}

// "50000 100000", "max", "50000"
void add_cpu_max(const CgroupWant &want, std::vector<CgroupSetting> &settings) {
    const std::vector<std::string> words = words_of(want.value);
    if (words.empty() || words.size() > 2) {
        refuse(want.member, excerpt(want.value) + " is no value for cpu.max",
               "it is QUOTA PERIOD in microseconds, \"50000 100000\", and \"max\" is no quota");
    }
    if (words.size() == 2) {
        number_in(want, words[1], 1, UINT64_MAX);
        settings.push_back({"cpu.cfs_period_us", words[1], want.key});
    }
    if (words[0] != "max") {
        number_in(want, words[0], 1, UINT64_MAX);
    }
    settings.push_back({"cpu.cfs_quota_us", words[0] == "max" ? "-1" : words[0], want.key});
}

// The inverse of OCI's formula: weights of 1 to 10000 are shares of 2 to 262144.
std::string shares_of(const CgroupWant &want) {
    const uint64_t weight = number_in(want, want.value, 1, 10000);
    return std::to_string(2 + (weight - 1) * 262142 / 9999);
}

// Version 1 counts memory and swap together.
void add_swap(const CgroupWant &want, const std::vector<CgroupWant> &all,
              std::vector<CgroupSetting> &settings) {
    const std::optional<uint64_t> swap = bytes_of(want);
    const CgroupWant *memory = find_want(all, "memory.max");
    const std::optional<uint64_t> limit = memory != nullptr ? bytes_of(*memory) : std::nullopt;
    if (swap && !limit) {
        refuse_unsupported(want.member, "cgroup version 1 limits memory and swap together",
                           "set memory.max as well");
    }
    settings.push_back(
        {"memory.memsw.limit_in_bytes", swap ? std::to_string(limit.value_or(0) + *swap) : "-1", want.key});
}

// "8:0 rbps=1048576 wiops=max"
void add_io_max(const CgroupWant &want, std::vector<CgroupSetting> &settings) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> files{{
        {"rbps", "blkio.throttle.read_bps_device"},
        {"wbps", "blkio.throttle.write_bps_device"},
        {"riops", "blkio.throttle.read_iops_device"},
        {"wiops", "blkio.throttle.write_iops_device"},
    }};
    const std::vector<std::string> words = words_of(want.value);
    for (size_t index = 1; index < words.size(); ++index) {
        const size_t equals = words[index].find('=');
        const std::string word = words[index].substr(0, equals);
        const auto *file = files.begin();
        while (file != files.end() && file->first != word) {
            ++file;
        }
        if (file == files.end() || equals == std::string::npos) {
            refuse(want.member, excerpt(want.value) + " is no value for io.max",
                   "it is MAJOR:MINOR and any of rbps=, wbps=, riops= and wiops=");
        }
        const std::string rate = words[index].substr(equals + 1);
        settings.push_back(
            {std::string(file->second), words[0] + " " + (rate == "max" ? "0" : rate), want.key});
    }
    if (words.size() < 2) {
        refuse(want.member, excerpt(want.value) + " names no rate");
    }
}

// A device may stand before the weight, which CFQ and BFQ take in files of their own.
void add_weight(const CgroupWant &want, std::string weight, std::vector<CgroupSetting> &settings) {
    const std::vector<std::string> words = words_of(want.value);
    const std::string leaf = want.key == cgroup_key::io_leaf_weight ? "leaf_" : "";
    if (words.size() == 2 && words[0] != "default") {
        weight = words[0] + " " + weight;
        settings.push_back({"blkio." + leaf + "weight_device", weight, want.key,
                            leaf.empty() ? "blkio.bfq.weight_device" : "", weight});
    } else {
        settings.push_back(
            {"blkio." + leaf + "weight", weight, want.key, leaf.empty() ? "blkio.bfq.weight" : "", weight});
    }
}

// The inverse of runc's and crun's formula: 1 to 10000 for version 1's 10 to 1000.
std::string v1_weight(const CgroupWant &want, const std::string &text) {
    return std::to_string(10 + (number_in(want, text, 1, 10000) - 1) * 990 / 9999);
}

// hugetlb.2MB.max, hugetlb.2MB.rsvd.max
bool add_hugetlb(const CgroupWant &want, std::vector<CgroupSetting> &settings) {
    if (want.controller != "hugetlb" || !want.key.ends_with(".max")) {
        return false;
    }
    settings.push_back({want.key.substr(0, want.key.size() - 3) + "limit_in_bytes",
                        want.value == "max" ? "-1" : want.value, want.key});
    return true;
}

} // namespace

void translate_to_v1(const CgroupWant &want, const std::vector<CgroupWant> &all,
                     std::vector<CgroupSetting> &settings) {
    for (const SameFile &same : same_files) {
        if (same.key == want.key) {
            const bool no_limit = want.value == "max" && !same.no_limit.empty();
            settings.push_back(
                {std::string(same.file), no_limit ? std::string(same.no_limit) : want.value, want.key});
            return;
        }
    }
    if (want.key == "cpu.max") {
        add_cpu_max(want, settings);
    } else if (want.key == "cpu.weight") {
        settings.push_back({"cpu.shares", shares_of(want), want.key});
    } else if (want.key == "memory.swap.max") {
        add_swap(want, all, settings);
    } else if (want.key == "io.max") {
        add_io_max(want, settings);
    } else if (want.key == "io.weight") {
        const std::vector<std::string> words = words_of(want.value);
        add_weight(want, v1_weight(want, words.empty() ? "" : words.back()), settings);
    } else if (want.key == "io.bfq.weight" || want.key == cgroup_key::io_weight ||
               want.key == cgroup_key::io_leaf_weight) {
        const std::vector<std::string> words = words_of(want.value);
        add_weight(want, words.empty() ? "" : words.back(), settings);
    } else if (!add_hugetlb(want, settings)) {
        throw_no_such(want, CgroupVersion::v1,
                      want.key == "memory.high"
                          ? "memory.max and memory.low have counterparts"
                          : "boot with systemd.unified_cgroup_hierarchy=1 to have version 2");
    }
}

} // namespace spaces
