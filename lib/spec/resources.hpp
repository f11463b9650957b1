// What a container may use, and of what: OCI's linux.resources as plain data.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spaces {

struct MemoryResources {
    std::optional<int64_t> limit; // bytes, -1: none; so are the next ones
    std::optional<int64_t> reservation;
    std::optional<int64_t> swap; // memory and swap together
    std::optional<int64_t> kernel;
    std::optional<int64_t> kernel_tcp;
    std::optional<uint64_t> swappiness;
    std::optional<bool> disable_oom_killer;
    std::optional<bool> use_hierarchy;
    std::optional<bool> check_before_update;

    bool operator==(const MemoryResources &) const = default;
};

struct CpuResources {
    std::optional<uint64_t> shares;
    std::optional<int64_t> quota; // microseconds in each period; -1: no limit
    std::optional<uint64_t> burst;
    std::optional<uint64_t> period;
    std::optional<int64_t> realtime_runtime;
    std::optional<uint64_t> realtime_period;
    std::string cpus{}; // "0-3,7"
    std::string mems{};
    std::optional<int64_t> idle;

    bool operator==(const CpuResources &) const = default;
};

struct WeightDevice {
    int64_t major = 0;
    int64_t minor = 0;
    std::optional<uint32_t> weight;
    std::optional<uint32_t> leaf_weight;

    bool operator==(const WeightDevice &) const = default;
};

struct ThrottleDevice {
    int64_t major = 0;
    int64_t minor = 0;
    uint64_t rate = 0; // bytes or operations in a second; 0: no limit

    bool operator==(const ThrottleDevice &) const = default;
};

struct BlockIoResources {
    std::optional<uint32_t> weight;
    std::optional<uint32_t> leaf_weight;
    std::vector<WeightDevice> weight_device;
    std::vector<ThrottleDevice> read_bps;
    std::vector<ThrottleDevice> write_bps;
    std::vector<ThrottleDevice> read_iops;
    std::vector<ThrottleDevice> write_iops;

    bool operator==(const BlockIoResources &) const = default;
};

struct HugepageLimit {
    std::string page_size; // "2MB"
    uint64_t limit = 0;

    bool operator==(const HugepageLimit &) const = default;
};

struct InterfacePriority {
    std::string name;
    uint32_t priority = 0;

    bool operator==(const InterfacePriority &) const = default;
};

struct NetworkResources {
    std::optional<uint32_t> class_id;
    std::vector<InterfacePriority> priorities;

    bool operator==(const NetworkResources &) const = default;
};

struct RdmaLimit {
    std::optional<uint32_t> hca_handles;
    std::optional<uint32_t> hca_objects;

    bool operator==(const RdmaLimit &) const = default;
};

struct DeviceRule {
    bool allow = false;
    char type = 'a'; // or 'b', 'c'
    std::optional<uint32_t> major;
    std::optional<uint32_t> minor;
    std::string access = "rwm"; // in this order

    bool operator==(const DeviceRule &) const = default;
};

struct ResourcesSpec {
    MemoryResources memory;
    CpuResources cpu;
    std::optional<int64_t> pids;
    BlockIoResources block_io;
    std::vector<HugepageLimit> hugepages;
    NetworkResources network;
    std::map<std::string, RdmaLimit> rdma;
    std::vector<DeviceRule> devices;            // in order: later ones prevail
    std::map<std::string, std::string> unified; // by the kernel's name in cgroup version 2

    bool operator==(const ResourcesSpec &) const = default;
};

// Who makes the groups: libspaces itself in the file system of the hierarchies, or systemd as a scope.
enum class CgroupManager { automatic, cgroupfs, systemd };

struct CgroupSpec {
    bool own = false;                // one of its own even where nothing is limited
    std::optional<std::string> path; // OCI's cgroupsPath
    int32_t join_of = 0;             // the groups of this process instead of new ones; 0: none
    bool fallback = false;           // resource limits where no group can be had
    CgroupManager manager = CgroupManager::automatic; // cgroupfs, and systemd for a user who may not
    ResourcesSpec resources;

    bool makes_one() const { return own || path || resources != ResourcesSpec{}; }
    bool operator==(const CgroupSpec &) const = default;
};

} // namespace spaces
