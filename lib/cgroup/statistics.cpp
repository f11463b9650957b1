// What a container has used, by the same keys in both versions: those of version 2, and the choice.
#include "cgroup/statistics.hpp"

#include "base/json.hpp"
#include "cgroup/files.hpp"

#include <array>
#include <charconv>
#include <sstream>

namespace spaces {

namespace {

using cgroup_file::read;
using cgroup_file::read_number;
using cgroup_file::read_table;

using Table = std::map<std::string, uint64_t>;

struct Name {
    const char *in_file;
    const char *key;
};

template <size_t Count>
void take(const Table &table, const std::array<Name, Count> &names, Statistics &statistics) {
    for (const Name &name : names) {
        if (const auto found = table.find(name.in_file); found != table.end()) {
            statistics[name.key] = found->second;
        }
    }
}

void take_number(const ControlGroup &group, const char *file, const char *key, Statistics &statistics) {
    if (const auto number = read_number(group.directory.get(), file)) {
        statistics[key] = *number;
    }
}

// 8:0 rbytes=4096 wbytes=0 rios=1 wios=0 dbytes=0 dios=0
void add_io(const ControlGroup &group, Statistics &statistics) {
    const std::optional<std::string> text = read(group.directory.get(), "io.stat");
    if (!text) {
        return;
    }
    Table sums{{"rbytes", 0}, {"wbytes", 0}, {"rios", 0}, {"wios", 0}};
    std::istringstream words(*text);
    for (std::string word; words >> word;) {
        const size_t equals = word.find('=');
        const auto sum = sums.find(word.substr(0, equals));
        uint64_t number = 0;
        if (equals != std::string::npos && sum != sums.end() &&
            std::from_chars(word.data() + equals + 1, word.data() + word.size(), number).ec == std::errc()) {
            sum->second += number;
        }
    }
    take(sums,
         std::array<Name, 4>{{{"rbytes", "io.read_bytes"},
                              {"wbytes", "io.write_bytes"},
                              {"rios", "io.read_operations"},
                              {"wios", "io.write_operations"}}},
         statistics);
}

// some avg10=0.12 avg60=0.03 avg300=0.00 total=4711
void add_pressure(const ControlGroup &group, const char *resource, Statistics &statistics) {
    const std::string file = std::string(resource) + ".pressure";
    std::istringstream lines(read(group.directory.get(), file.c_str()).value_or(""));
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string who;
        words >> who;
        for (std::string word; words >> word;) {
            const size_t equals = word.find('=');
            if (equals == std::string::npos) {
                continue;
            }
            std::string digits = word.substr(equals + 1);
            std::erase(digits, '.'); // two decimals: hundredths
            uint64_t number = 0;
            std::from_chars(digits.data(), digits.data() + digits.size(), number);
            statistics[file + "." + who + "." + word.substr(0, equals)] = number;
        }
    }
}

void add_statistics_v2(const ControlGroup &group, Statistics &statistics) {
    const int directory = group.directory.get();
    take(read_table(directory, "cpu.stat"),
         std::array<Name, 6>{{{"usage_usec", "cpu.usage_usec"},
                              {"user_usec", "cpu.user_usec"},
                              {"system_usec", "cpu.system_usec"},
                              {"nr_periods", "cpu.periods"},
                              {"nr_throttled", "cpu.throttled_periods"},
                              {"throttled_usec", "cpu.throttled_usec"}}},
         statistics);
    if (group.has("memory")) {
        take_number(group, "memory.current", "memory.current", statistics);
        take_number(group, "memory.peak", "memory.peak", statistics);
        take_number(group, "memory.max", "memory.limit", statistics);
        take_number(group, "memory.swap.current", "memory.swap", statistics);
        take(read_table(directory, "memory.stat"),
             std::array<Name, 2>{{{"anon", "memory.anon"}, {"file", "memory.file"}}}, statistics);
    }
    if (group.has("pids")) {
        take_number(group, "pids.current", "pids.current", statistics);
        take_number(group, "pids.peak", "pids.peak", statistics);
        take_number(group, "pids.max", "pids.limit", statistics);
    }
    if (group.has("io")) {
        add_io(group, statistics);
    }
    for (const char *resource : {"cpu", "memory", "io"}) {
        add_pressure(group, resource, statistics);
    }
}

void add_events_v2(const ControlGroup &group, Statistics &statistics) {
    const int directory = group.directory.get();
    if (group.has("memory")) {
        take(read_table(directory, "memory.events"),
             std::array<Name, 4>{{{"high", "memory.high_hits"},
                                  {"max", "memory.limit_hits"},
                                  {"oom", "memory.oom"},
                                  {"oom_kill", "memory.oom_kills"}}},
             statistics);
    }
    if (group.has("pids")) {
        take(read_table(directory, "pids.events"), std::array<Name, 1>{{{"max", "pids.limit_hits"}}},
             statistics);
    }
    take(read_table(directory, "cgroup.events"),
         std::array<Name, 2>{{{"populated", "populated"}, {"frozen", "frozen"}}}, statistics);
}

} // namespace

Statistics events_of(const Cgroup &cgroup) {
    Statistics statistics;
    for (const ControlGroup &group : cgroup.groups()) {
        (group.version == CgroupVersion::v1 ? add_events_v1 : add_events_v2)(group, statistics);
    }
    return statistics;
}

Statistics statistics_of(const Cgroup &cgroup) {
    Statistics statistics = use_of(cgroup);
    statistics.merge(events_of(cgroup));
    return statistics;
}

Statistics use_of(const Cgroup &cgroup) {
    Statistics statistics;
    // Version 1 last: where it has a controller, version 2 has not.
    for (const CgroupVersion version : {CgroupVersion::v2, CgroupVersion::v1}) {
        for (const ControlGroup &group : cgroup.groups()) {
            if (group.version == version) {
                (version == CgroupVersion::v1 ? add_statistics_v1 : add_statistics_v2)(group, statistics);
            }
        }
    }
    return statistics;
}

uint64_t oom_kills_of(const Cgroup &cgroup) {
    const ControlGroup *group = cgroup.find("memory");
    if (group == nullptr) {
        return 0;
    }
    const char *file = group->version == CgroupVersion::v1 ? "memory.oom_control" : "memory.events";
    return cgroup_file::read_table(group->directory.get(), file)["oom_kill"];
}

std::string to_json(const Statistics &statistics) {
    Json::Object object;
    for (const auto &[key, number] : statistics) {
        object.emplace_back(key, number);
    }
    return to_text(std::move(object), BadUtf8::replace);
}

} // namespace spaces
