// The object "linux.resources" of a config.json.
#include "spec/check.hpp"
#include "spec/json_members.hpp"
#include "spec/json_read.hpp"

namespace spaces {

namespace {

template <class Target, std::optional<int64_t> Target::*Member>
void read_signed(Target &target, const JsonValue &value) {
    target.*Member = value.integer(INT64_MIN, INT64_MAX);
}

template <class Target, std::optional<uint64_t> Target::*Member>
void read_natural(Target &target, const JsonValue &value) {
    target.*Member = value.number<uint64_t>();
}

template <class Target, std::optional<bool> Target::*Member>
void read_flag(Target &target, const JsonValue &value) {
    target.*Member = value.boolean();
}

template <class Target, std::optional<uint32_t> Target::*Member>
void read_number(Target &target, const JsonValue &value) {
    target.*Member = value.number<uint32_t>();
}

// Bytes, or -1 for no limit.
template <std::optional<int64_t> MemoryResources::*Member>
void read_bytes(MemoryResources &memory, const JsonValue &value) {
    memory.*Member = value.integer(-1, INT64_MAX);
}

constexpr JsonMember<MemoryResources> memory_members[] = {
    {"limit", read_bytes<&MemoryResources::limit>},
    {"reservation", read_bytes<&MemoryResources::reservation>},
    {"swap", read_bytes<&MemoryResources::swap>},
    {"kernel", read_bytes<&MemoryResources::kernel>},
    {"kernelTCP", read_bytes<&MemoryResources::kernel_tcp>},
    {"swappiness", read_natural<MemoryResources, &MemoryResources::swappiness>},
    {"disableOOMKiller", read_flag<MemoryResources, &MemoryResources::disable_oom_killer>},
    {"useHierarchy", read_flag<MemoryResources, &MemoryResources::use_hierarchy>},
    {"checkBeforeUpdate", read_flag<MemoryResources, &MemoryResources::check_before_update>},
};

constexpr JsonMember<CpuResources> cpu_members[] = {
    {"shares", read_natural<CpuResources, &CpuResources::shares>},
    {"quota", read_signed<CpuResources, &CpuResources::quota>},
    {"burst", read_natural<CpuResources, &CpuResources::burst>},
    {"period", read_natural<CpuResources, &CpuResources::period>},
    {"realtimeRuntime", read_signed<CpuResources, &CpuResources::realtime_runtime>},
    {"realtimePeriod", read_natural<CpuResources, &CpuResources::realtime_period>},
    {"cpus", [](CpuResources &cpu, const JsonValue &value) { cpu.cpus = value.text(); }},
    {"mems", [](CpuResources &cpu, const JsonValue &value) { cpu.mems = value.text(); }},
    {"idle", read_signed<CpuResources, &CpuResources::idle>},
};

struct Pids {
    std::optional<int64_t> limit;
};

constexpr JsonMember<Pids> pids_members[] = {
    {"limit", read_signed<Pids, &Pids::limit>},
};

void read_pids(ResourcesSpec &resources, const JsonValue &value) {
    Pids pids;
    read_members<Pids>(value, pids, pids_members);
    resources.pids = pids.limit;
}

template <class Device> void read_major(Device &device, const JsonValue &value) {
    device.major = value.integer(0, UINT32_MAX);
}

template <class Device> void read_minor(Device &device, const JsonValue &value) {
    device.minor = value.integer(0, UINT32_MAX);
}

constexpr JsonMember<WeightDevice> weight_members[] = {
    {"major", read_major<WeightDevice>},
    {"minor", read_minor<WeightDevice>},
    {"weight", read_number<WeightDevice, &WeightDevice::weight>},
    {"leafWeight", read_number<WeightDevice, &WeightDevice::leaf_weight>},
};

constexpr JsonMember<ThrottleDevice> throttle_members[] = {
    {"major", read_major<ThrottleDevice>},
    {"minor", read_minor<ThrottleDevice>},
    {"rate", [](ThrottleDevice &device, const JsonValue &value) { device.rate = value.number<uint64_t>(); }},
};

template <std::vector<ThrottleDevice> BlockIoResources::*Member>
void read_throttle(BlockIoResources &io, const JsonValue &value) {
    std::vector<ThrottleDevice> devices;
    value.each_item([&](const JsonValue &item, size_t) {
        read_members<ThrottleDevice>(item, devices.emplace_back(), throttle_members);
    });
    io.*Member = std::move(devices);
}

void read_weights(BlockIoResources &io, const JsonValue &value) {
    std::vector<WeightDevice> devices;
    value.each_item([&](const JsonValue &item, size_t) {
        read_members<WeightDevice>(item, devices.emplace_back(), weight_members);
    });
    io.weight_device = std::move(devices);
}

constexpr JsonMember<BlockIoResources> block_io_members[] = {
    {"weight", read_number<BlockIoResources, &BlockIoResources::weight>},
    {"leafWeight", read_number<BlockIoResources, &BlockIoResources::leaf_weight>},
    {"weightDevice", read_weights},
    {"throttleReadBpsDevice", read_throttle<&BlockIoResources::read_bps>},
    {"throttleWriteBpsDevice", read_throttle<&BlockIoResources::write_bps>},
    {"throttleReadIOPSDevice", read_throttle<&BlockIoResources::read_iops>},
    {"throttleWriteIOPSDevice", read_throttle<&BlockIoResources::write_iops>},
};

constexpr JsonMember<HugepageLimit> hugepage_members[] = {
    {"pageSize",
     [](HugepageLimit &limit, const JsonValue &value) {
         limit.page_size = value.text();
         check_cgroup_key("hugetlb." + limit.page_size + ".max", value.path());
     }},
    {"limit", [](HugepageLimit &limit, const JsonValue &value) { limit.limit = value.number<uint64_t>(); }},
};

void read_hugepages(ResourcesSpec &resources, const JsonValue &value) {
    std::vector<HugepageLimit> limits;
    value.each_item([&](const JsonValue &item, size_t) {
        read_members<HugepageLimit>(item, limits.emplace_back(), hugepage_members);
        if (limits.back().page_size.empty()) {
            item.refuse("lacks the member \"pageSize\"");
        }
    });
    resources.hugepages = std::move(limits);
}

constexpr JsonMember<InterfacePriority> priority_members[] = {
    {"name", [](InterfacePriority &entry, const JsonValue &value) { entry.name = value.text(); }},
    {"priority",
     [](InterfacePriority &entry, const JsonValue &value) { entry.priority = value.number<uint32_t>(); }},
};

constexpr JsonMember<NetworkResources> network_members[] = {
    {"classID", read_number<NetworkResources, &NetworkResources::class_id>},
    {"priorities",
     [](NetworkResources &network, const JsonValue &value) {
         std::vector<InterfacePriority> priorities;
         value.each_item([&](const JsonValue &item, size_t) {
             read_members<InterfacePriority>(item, priorities.emplace_back(), priority_members);
         });
         network.priorities = std::move(priorities);
     }},
};

constexpr JsonMember<RdmaLimit> rdma_members[] = {
    {"hcaHandles", read_number<RdmaLimit, &RdmaLimit::hca_handles>},
    {"hcaObjects", read_number<RdmaLimit, &RdmaLimit::hca_objects>},
};

void read_rdma(ResourcesSpec &resources, const JsonValue &value) {
    std::map<std::string, RdmaLimit> limits;
    value.each_member([&](const std::string &device, const JsonValue &limit) {
        if (device.empty() || device.find_first_of(std::string_view(" \n\0", 3)) != std::string::npos) {
            limit.refuse("cannot be the name of a device");
        }
        read_members<RdmaLimit>(limit, limits[device], rdma_members);
    });
    resources.rdma = std::move(limits);
}

// Encoders write -1 for any number.
std::optional<uint32_t> read_device_number(const JsonValue &value) {
    const int64_t number = value.integer(-1, UINT32_MAX);
    return number < 0 ? std::nullopt : std::optional(static_cast<uint32_t>(number));
}

void read_device_type(DeviceRule &rule, const JsonValue &value) {
    const std::string type = value.text();
    if (type != "a" && type != "b" && type != "c" && type != "u" && !type.empty()) {
        value.refuse(excerpt(type) + " is no type of device", "the types are \"a\" (all), \"b\" and \"c\"");
    }
    rule.type = type.empty() ? 'a' : type == "u" ? 'c' : type[0];
}

constexpr JsonMember<DeviceRule> device_members[] = {
    {"allow", [](DeviceRule &rule, const JsonValue &value) { rule.allow = value.boolean(); }},
    {"type", read_device_type},
    {"major", [](DeviceRule &rule, const JsonValue &value) { rule.major = read_device_number(value); }},
    {"minor", [](DeviceRule &rule, const JsonValue &value) { rule.minor = read_device_number(value); }},
    {"access",
     [](DeviceRule &rule, const JsonValue &value) {
         const std::string access = value.text();
         rule.access = access.empty() ? "rwm" : checked_device_access(access, value.path());
     }},
};

void read_devices(ResourcesSpec &resources, const JsonValue &value) {
    std::vector<DeviceRule> rules;
    value.each_item([&](const JsonValue &item, size_t) {
        read_members<DeviceRule>(item, rules.emplace_back(), device_members);
    });
    resources.devices = std::move(rules);
}

void read_unified(ResourcesSpec &resources, const JsonValue &value) {
    std::map<std::string, std::string> unified;
    value.each_member([&](const std::string &key, const JsonValue &setting) {
        check_cgroup_key(key, setting.path());
        std::string text = setting.text();
        check_cgroup_value(key, text, setting.path());
        unified.emplace(key, std::move(text));
    });
    resources.unified = std::move(unified);
}

constexpr JsonMember<ResourcesSpec> resources_members[] = {
    {"memory",
     [](ResourcesSpec &resources, const JsonValue &value) {
         read_members<MemoryResources>(value, resources.memory, memory_members);
     }},
    {"cpu", [](ResourcesSpec &resources,
               const JsonValue &value) { read_members<CpuResources>(value, resources.cpu, cpu_members); }},
    {"pids", read_pids},
    {"blockIO",
     [](ResourcesSpec &resources, const JsonValue &value) {
         read_members<BlockIoResources>(value, resources.block_io, block_io_members);
     }},
    {"hugepageLimits", read_hugepages},
    {"network",
     [](ResourcesSpec &resources, const JsonValue &value) {
         read_members<NetworkResources>(value, resources.network, network_members);
     }},
    {"rdma", read_rdma},
    {"devices", read_devices},
    {"unified", read_unified},
};

} // namespace

void read_resources(ResourcesSpec &resources, const JsonValue &value) {
    read_members<ResourcesSpec>(value, resources, resources_members);
}

} // namespace spaces
