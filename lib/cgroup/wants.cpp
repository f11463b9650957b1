// What the resources of a Spec come to: a list of keys and values, whatever the hierarchies are like.
#include "cgroup/wants.hpp"

#include "spec/check.hpp"

#include <sstream>

namespace spaces {

namespace {

class Wants {
  public:
    void add(const char *key, std::string value, std::string_view member) {
        list_.push_back({std::string(controller_of(key)), key, std::move(value),
                         "linux.resources." + std::string(member)});
    }

    // -1 stands for no limit.
    void add_limit(const char *key, const std::optional<int64_t> &limit, std::string_view member) {
        if (limit) {
            add(key, *limit < 0 ? "max" : std::to_string(*limit), member);
        }
    }

    template <class Number>
    void add_number(const char *key, const std::optional<Number> &number, std::string_view member) {
        if (number) {
            add(key, std::to_string(*number), member);
        }
    }

    std::vector<CgroupWant> take() { return std::move(list_); }
    std::vector<CgroupWant> &list() { return list_; }

  private:
    std::vector<CgroupWant> list_;
};

void add_memory(Wants &wants, const MemoryResources &memory) {
    const auto add_flag = [&](const char *key, const std::optional<bool> &flag, const char *member) {
        if (flag) {
            wants.add(key, *flag ? "1" : "0", member);
        }
    };
    add_flag(cgroup_key::use_hierarchy, memory.use_hierarchy, "memory.useHierarchy");
    wants.add_limit("memory.max", memory.limit, "memory.limit");
    wants.add_limit(cgroup_key::memory_and_swap, memory.swap, "memory.swap");
    wants.add_limit("memory.low", memory.reservation, "memory.reservation");
    wants.add_limit(cgroup_key::kernel_memory, memory.kernel, "memory.kernel");
    wants.add_limit(cgroup_key::kernel_tcp_memory, memory.kernel_tcp, "memory.kernelTCP");
    wants.add_number(cgroup_key::swappiness, memory.swappiness, "memory.swappiness");
    add_flag(cgroup_key::oom_killer_off, memory.disable_oom_killer, "memory.disableOOMKiller");
}

void add_cpu(Wants &wants, const CpuResources &cpu) {
    wants.add_number(cgroup_key::cpu_shares, cpu.shares, "cpu.shares");
    if (cpu.quota || cpu.period) {
        // A quota alone leaves the period as it is.
        const bool limited = cpu.quota && *cpu.quota > 0;
        wants.add("cpu.max",
                  (limited ? std::to_string(*cpu.quota) : "max") +
                      (cpu.period ? " " + std::to_string(*cpu.period) : ""),
                  cpu.quota ? "cpu.quota" : "cpu.period");
    }
    wants.add_number("cpu.max.burst", cpu.burst, "cpu.burst");
    wants.add_number(cgroup_key::realtime_period, cpu.realtime_period, "cpu.realtimePeriod");
    wants.add_number(cgroup_key::realtime_runtime, cpu.realtime_runtime, "cpu.realtimeRuntime");
    wants.add_number("cpu.idle", cpu.idle, "cpu.idle");
    if (!cpu.cpus.empty()) {
        wants.add("cpuset.cpus", cpu.cpus, "cpu.cpus");
    }
    if (!cpu.mems.empty()) {
        wants.add("cpuset.mems", cpu.mems, "cpu.mems");
    }
}

template <class Device> std::string number_of(const Device &device) {
    return std::to_string(device.major) + ":" + std::to_string(device.minor) + " ";
}

void add_throttle(Wants &wants, const std::vector<ThrottleDevice> &devices, const char *word,
                  const char *member) {
    for (const ThrottleDevice &device : devices) {
        wants.add("io.max",
                  number_of(device) + word + "=" + (device.rate == 0 ? "max" : std::to_string(device.rate)),
                  member);
    }
}

void add_block_io(Wants &wants, const BlockIoResources &io) {
    wants.add_number(cgroup_key::io_weight, io.weight, "blockIO.weight");
    wants.add_number(cgroup_key::io_leaf_weight, io.leaf_weight, "blockIO.leafWeight");
    for (const WeightDevice &device : io.weight_device) {
        if (device.weight) {
            wants.add(cgroup_key::io_weight, number_of(device) + std::to_string(*device.weight),
                      "blockIO.weightDevice");
        }
        if (device.leaf_weight) {
            wants.add(cgroup_key::io_leaf_weight, number_of(device) + std::to_string(*device.leaf_weight),
                      "blockIO.weightDevice");
        }
    }
    add_throttle(wants, io.read_bps, "rbps", "blockIO.throttleReadBpsDevice");
    add_throttle(wants, io.write_bps, "wbps", "blockIO.throttleWriteBpsDevice");
    add_throttle(wants, io.read_iops, "riops", "blockIO.throttleReadIOPSDevice");
    add_throttle(wants, io.write_iops, "wiops", "blockIO.throttleWriteIOPSDevice");
    // The readers know one controller, by its name in version 2.
    for (CgroupWant &want : wants.list()) {
        if (want.controller == "blkio") {
            want.controller = "io";
        }
    }
}

void add_rdma(Wants &wants, const std::map<std::string, RdmaLimit> &rdma) {
    for (const auto &[device, limit] : rdma) {
        std::string line = device;
        const auto put = [&line](const char *word, const std::optional<uint32_t> &number) {
            if (number) {
                line += std::string(" ") + word + "=" + std::to_string(*number);
            }
        };
        put("hca_handle", limit.hca_handles);
        put("hca_object", limit.hca_objects);
        if (line != device) {
            wants.add("rdma.max", line, "rdma");
        }
    }
}

} // namespace

std::vector<CgroupWant> wants_of(const ResourcesSpec &resources) {
    Wants wants;
    add_memory(wants, resources.memory);
    add_cpu(wants, resources.cpu);
    if (resources.pids) {
        // 0 is what callers write that know of no limit.
        wants.add("pids.max", *resources.pids <= 0 ? "max" : std::to_string(*resources.pids), "pids.limit");
    }
    add_block_io(wants, resources.block_io);
    for (const HugepageLimit &limit : resources.hugepages) {
        wants.add(("hugetlb." + limit.page_size + ".max").c_str(), std::to_string(limit.limit),
                  "hugepageLimits");
    }
    wants.add_number(cgroup_key::net_class, resources.network.class_id, "network.classID");
    for (const InterfacePriority &entry : resources.network.priorities) {
        wants.add(cgroup_key::net_priority, entry.name + " " + std::to_string(entry.priority),
                  "network.priorities");
    }
    add_rdma(wants, resources.rdma);
    std::vector<CgroupWant> list = wants.take();
    for (const auto &[key, value] : resources.unified) {
        for (CgroupWant &want : wants_of(key, value)) {
            list.push_back(std::move(want));
        }
    }
    return list;
}

std::vector<CgroupWant> wants_of(const std::string &key, const std::string &value) {
    std::vector<CgroupWant> list;
    std::istringstream lines(value);
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty()) {
            list.push_back({std::string(controller_of(key)), key, line, key});
        }
    }
    return list;
}

} // namespace spaces
