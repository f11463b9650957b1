// The object "linux.resources" of a config.json, as to_json() writes it.
#include "spec/json_put.hpp"
#include "spec/json_write.hpp"

namespace spaces {

namespace {

using Object = Json::Object;
using Array = Json::Array;

Object memory_of(const MemoryResources &memory) {
    Object object;
    put_optional(object, "limit", memory.limit);
    put_optional(object, "reservation", memory.reservation);
    put_optional(object, "swap", memory.swap);
    put_optional(object, "kernel", memory.kernel);
    put_optional(object, "kernelTCP", memory.kernel_tcp);
    put_optional(object, "swappiness", memory.swappiness);
    put_optional(object, "disableOOMKiller", memory.disable_oom_killer);
    put_optional(object, "useHierarchy", memory.use_hierarchy);
    put_optional(object, "checkBeforeUpdate", memory.check_before_update);
    return object;
}

Object cpu_of(const CpuResources &cpu) {
    Object object;
    put_optional(object, "shares", cpu.shares);
    put_optional(object, "quota", cpu.quota);
    put_optional(object, "burst", cpu.burst);
    put_optional(object, "period", cpu.period);
    put_optional(object, "realtimeRuntime", cpu.realtime_runtime);
    put_optional(object, "realtimePeriod", cpu.realtime_period);
    put_text(object, "cpus", cpu.cpus);
    put_text(object, "mems", cpu.mems);
    put_optional(object, "idle", cpu.idle);
    return object;
}

Array throttle_of(const std::vector<ThrottleDevice> &devices) {
    Array list;
    for (const ThrottleDevice &device : devices) {
        list.emplace_back(Object{{"major", device.major}, {"minor", device.minor}, {"rate", device.rate}});
    }
    return list;
}

Object block_io_of(const BlockIoResources &io) {
    Object object;
    put_optional(object, "weight", io.weight);
    put_optional(object, "leafWeight", io.leaf_weight);
    Array weights;
    for (const WeightDevice &device : io.weight_device) {
        Object entry{{"major", device.major}, {"minor", device.minor}};
        put_optional(entry, "weight", device.weight);
        put_optional(entry, "leafWeight", device.leaf_weight);
        weights.emplace_back(std::move(entry));
    }
    put_array(object, "weightDevice", std::move(weights));
    put_array(object, "throttleReadBpsDevice", throttle_of(io.read_bps));
    put_array(object, "throttleWriteBpsDevice", throttle_of(io.write_bps));
    put_array(object, "throttleReadIOPSDevice", throttle_of(io.read_iops));
    put_array(object, "throttleWriteIOPSDevice", throttle_of(io.write_iops));
    return object;
}

Array hugepages_of(const std::vector<HugepageLimit> &limits) {
    Array list;
    for (const HugepageLimit &limit : limits) {
        list.emplace_back(Object{{"pageSize", limit.page_size}, {"limit", limit.limit}});
    }
    return list;
}

Object network_of(const NetworkResources &network) {
    Object object;
    put_optional(object, "classID", network.class_id);
    Array priorities;
    for (const InterfacePriority &entry : network.priorities) {
        priorities.emplace_back(Object{{"name", entry.name}, {"priority", entry.priority}});
    }
    put_array(object, "priorities", std::move(priorities));
    return object;
}

Object rdma_of(const std::map<std::string, RdmaLimit> &rdma) {
    Object object;
    for (const auto &[device, limit] : rdma) {
        Object entry;
        put_optional(entry, "hcaHandles", limit.hca_handles);
        put_optional(entry, "hcaObjects", limit.hca_objects);
        put(object, device.c_str(), std::move(entry));
    }
    return object;
}

Array devices_of(const std::vector<DeviceRule> &rules) {
    Array list;
    for (const DeviceRule &rule : rules) {
        Object entry{{"allow", rule.allow}, {"type", std::string(1, rule.type)}};
        put_optional(entry, "major", rule.major);
        put_optional(entry, "minor", rule.minor);
        put(entry, "access", rule.access);
        list.emplace_back(std::move(entry));
    }
    return list;
}

} // namespace

Object resources_of(const ResourcesSpec &resources) {
    Object object;
    put_object(object, "memory", memory_of(resources.memory));
    put_object(object, "cpu", cpu_of(resources.cpu));
    if (resources.pids) {
        put(object, "pids", Object{{"limit", *resources.pids}});
    }
    put_object(object, "blockIO", block_io_of(resources.block_io));
    put_array(object, "hugepageLimits", hugepages_of(resources.hugepages));
    put_object(object, "network", network_of(resources.network));
    put_object(object, "rdma", rdma_of(resources.rdma));
    put_array(object, "devices", devices_of(resources.devices));
    Object unified;
    for (const auto &[key, value] : resources.unified) {
        put(unified, key.c_str(), value);
    }
    put_object(object, "unified", std::move(unified));
    return object;
}

} // namespace spaces
