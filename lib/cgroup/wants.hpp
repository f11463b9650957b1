// What the resources of a Spec come to: a list of keys and values, whatever the hierarchies are like.
#pragma once

#include "spec/resources.hpp"

#include <string>
#include <vector>

namespace spaces {

// The key is that of cgroup version 2, or for what only OCI and version 1 know one of those below.
struct CgroupWant {
    std::string controller; // "memory"
    std::string key;        // "memory.max"
    std::string value;      // a line
    std::string member;     // "linux.resources.memory.limit": for messages
};

namespace cgroup_key {

inline constexpr const char *memory_and_swap = "memory.memsw.max"; // version 2 has the swap alone
inline constexpr const char *kernel_memory = "memory.kmem.max";
inline constexpr const char *kernel_tcp_memory = "memory.kmem.tcp.max";
inline constexpr const char *swappiness = "memory.swappiness";
inline constexpr const char *oom_killer_off = "memory.oom_control";
inline constexpr const char *use_hierarchy = "memory.use_hierarchy";
inline constexpr const char *cpu_shares = "cpu.shares";
inline constexpr const char *realtime_period = "cpu.rt_period_us";
inline constexpr const char *realtime_runtime = "cpu.rt_runtime_us";
inline constexpr const char *io_weight = "blkio.weight"; // of 10 to 1000, a device may stand before it
inline constexpr const char *io_leaf_weight = "blkio.leaf_weight";
inline constexpr const char *net_class = "net_cls.classid";
inline constexpr const char *net_priority = "net_prio.ifpriomap";

} // namespace cgroup_key

// In the order in which they are to be written.
std::vector<CgroupWant> wants_of(const ResourcesSpec &resources);
// The lines of one value of linux.resources.unified.
std::vector<CgroupWant> wants_of(const std::string &key, const std::string &value);

} // namespace spaces
