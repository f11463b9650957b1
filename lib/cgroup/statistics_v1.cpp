// What a group of version 1 can tell of a container, by the keys of version 2.
#include "cgroup/files.hpp"
#include "cgroup/statistics.hpp"

#include <array>
#include <sstream>

namespace spaces {

namespace {

using cgroup_file::read_number;
using cgroup_file::read_table;

constexpr uint64_t nanoseconds = 1000; // in a microsecond

void take_number(const ControlGroup &group, const char *file, const char *key, Statistics &statistics,
                 uint64_t divisor = 1) {
    if (const auto number = read_number(group.directory.get(), file)) {
        statistics[key] = *number / divisor;
    }
}

void add_cpu(const ControlGroup &group, Statistics &statistics) {
    std::map<std::string, uint64_t> table = read_table(group.directory.get(), "cpu.stat");
    if (table.contains("nr_periods")) {
        statistics["cpu.periods"] = table["nr_periods"];
        statistics["cpu.throttled_periods"] = table["nr_throttled"];
        statistics["cpu.throttled_usec"] = table["throttled_time"] / nanoseconds;
    }
}

void add_memory(const ControlGroup &group, Statistics &statistics) {
    take_number(group, "memory.usage_in_bytes", "memory.current", statistics);
    take_number(group, "memory.max_usage_in_bytes", "memory.peak", statistics);
    // What the kernel says for no limit: the most pages that there could be.
    constexpr uint64_t no_limit = uint64_t{1} << 62;
    if (const auto limit = read_number(group.directory.get(), "memory.limit_in_bytes");
        limit && *limit < no_limit) {
        statistics["memory.limit"] = *limit;
    }
    std::map<std::string, uint64_t> table = read_table(group.directory.get(), "memory.stat");
    constexpr std::array<std::pair<const char *, const char *>, 3> names{
        {{"total_rss", "memory.anon"}, {"total_cache", "memory.file"}, {"total_swap", "memory.swap"}}};
    for (const auto &[name, key] : names) {
        if (const auto found = table.find(name); found != table.end()) {
            statistics[key] = found->second;
        }
    }
}

// "8:0 Read 4096" … "Total 4096"
void add_io(const ControlGroup &group, const char *file, const char *read_key, const char *write_key,
            Statistics &statistics) {
    const std::optional<std::string> text = cgroup_file::read(group.directory.get(), file);
    if (!text) {
        return;
    }
    statistics.emplace(read_key, 0);
    statistics.emplace(write_key, 0);
    std::istringstream lines(*text);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string device;
        std::string operation;
        uint64_t number = 0;
        if (words >> device >> operation >> number && (operation == "Read" || operation == "Write")) {
            statistics[operation == "Read" ? read_key : write_key] += number;
        }
    }
}

} // namespace

void add_statistics_v1(const ControlGroup &group, Statistics &statistics) {
    if (group.has("cpu")) {
        add_cpu(group, statistics);
    }
    if (group.has("cpuacct")) {
        take_number(group, "cpuacct.usage", "cpu.usage_usec", statistics, nanoseconds);
        take_number(group, "cpuacct.usage_user", "cpu.user_usec", statistics, nanoseconds);
        take_number(group, "cpuacct.usage_sys", "cpu.system_usec", statistics, nanoseconds);
    }
    if (group.has("memory")) {
        add_memory(group, statistics);
    }
    if (group.has("pids")) {
        take_number(group, "pids.current", "pids.current", statistics);
        take_number(group, "pids.peak", "pids.peak", statistics);
        take_number(group, "pids.max", "pids.limit", statistics);
    }
    if (group.has("io")) {
        add_io(group, "blkio.throttle.io_service_bytes_recursive", "io.read_bytes", "io.write_bytes",
               statistics);
        add_io(group, "blkio.throttle.io_serviced_recursive", "io.read_operations", "io.write_operations",
               statistics);
    }
}

void add_events_v1(const ControlGroup &group, Statistics &statistics) {
    if (group.has("memory")) {
        std::map<std::string, uint64_t> table = read_table(group.directory.get(), "memory.oom_control");
        statistics["memory.oom_kills"] = table["oom_kill"];
        take_number(group, "memory.failcnt", "memory.limit_hits", statistics);
    }
    if (group.has("pids")) {
        std::map<std::string, uint64_t> table = read_table(group.directory.get(), "pids.events");
        statistics["pids.limit_hits"] = table["max"];
    }
    if (group.has("freezer")) {
        const std::string state = cgroup_file::read(group.directory.get(), "freezer.state").value_or("");
        statistics["frozen"] = state.starts_with("FROZEN") ? 1 : 0;
    }
}

} // namespace spaces
