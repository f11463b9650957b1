// Options for what the program may use: its control group.
#include "option.hpp"
#include "text.hpp"

#include <cerrno>
#include <cmath>
#include <cstdlib>

namespace cli {

namespace {

void set_cgroup_key(Request &request, const char *key, const std::string &value) {
    call(spaces_spec_set_cgroup, request.spec.get(), key, value.c_str());
}

// KEY=VALUE
void set_limit(Request &request, const std::string &text) {
    const size_t equals = text.find('=');
    if (equals == text.npos) {
        throw_usage(in_quotes(text) + " sets nothing",
                    "it is KEY=VALUE, like memory.max=64M or pids.max=100");
    }
    set_cgroup_key(request, text.substr(0, equals).c_str(), text.substr(equals + 1));
}

void set_memory(Request &request, const std::string &size) {
    set_cgroup_key(request, "memory.max", size == "unlimited" ? "max" : size);
}

// Processors, with decimals, as the time of each 100 ms.
void set_cpus(Request &request, const std::string &text) {
    constexpr double period = 100'000;
    constexpr double least = 1000; // microseconds: the kernel takes no less
    char *end = nullptr;
    const double cpus = std::strtod(text.c_str(), &end);
    const double quota = std::round(cpus * period);
    if (text.empty() || *end != '\0' || !(quota >= least) || quota > 1e12) {
        throw_usage(in_quotes(text) + " is no number of processors", "it is at least 0.01, like 0.5 or 2");
    }
    set_cgroup_key(request, "cpu.max", std::to_string(static_cast<int64_t>(quota)) + " 100000");
}

void set_pids_limit(Request &request, const std::string &text) {
    const bool unlimited = text == "unlimited" || text == "max" || text == "-1";
    set_cgroup_key(request, "pids.max",
                   unlimited ? "max"
                             : std::to_string(parse_integer(text, 0, INT32_MAX, "number of processes")));
}

void set_cgroup_path(Request &request, const std::string &path) {
    call(spaces_spec_set_cgroup_path, request.spec.get(), path.c_str());
}

void own_cgroup(Request &request, const std::string &) {
    call(spaces_spec_set_cgroup_path, request.spec.get(), static_cast<const char *>(nullptr));
}

template <int Allow> void add_device_rule(Request &request, const std::string &rule) {
    call(spaces_spec_add_device_rule, request.spec.get(), int{Allow}, rule.c_str());
}

void set_manager(Request &request, const std::string &manager) {
    call(spaces_spec_set_cgroup_manager, request.spec.get(), manager.c_str());
}

void allow_fallback(Request &request, const std::string &) {
    call(spaces_spec_set_cgroup_fallback, request.spec.get(), 1);
}

void join_cgroup(Request &request, const std::string &) {
    request.joins_cgroup = true;
}

constexpr Option options[] = {
    {"--memory", "SIZE", "memory of the program and all that it starts, like 64M (memory.max)", in_all,
     set_memory},
    {"--cpus", "NUMBER", "processor time, in processors: 0.5, 2 (cpu.max)", in_all, set_cpus},
    {"--pids-limit", "NUMBER", "processes and threads at a time, an init among them (pids.max)", in_all,
     set_pids_limit},
    {"--limit", "KEY=VALUE", "a limit by the kernel's name in cgroup version 2: io.max='8:0 rbps=1048576'",
     in_all, set_limit},
    {"--cgroup-path", "PATH",
     "name of the control group, from the root of the hierarchies if it begins with /", in_all,
     set_cgroup_path},
    {"--own-cgroup", "", "a control group even without a limit, for statistics and freezing", in_all,
     own_cgroup},
    {"--cgroup-manager", "auto|cgroupfs|systemd", "who makes the control group: space itself, or systemd",
     in_all, set_manager},
    {"--device-allow", "RULE", "allow devices: \"c 1:3 rwm\", \"b 8:* r\", \"a\"; later rules prevail",
     in_all, add_device_rule<1>},
    {"--device-deny", "RULE", "deny devices, likewise", in_all, add_device_rule<0>},
    {"--cgroup-fallback", "", "where there is no control group to be had, use resource limits", in_all,
     allow_fallback},
    {"--join-cgroup", "", "put the program into the control groups of PID", in_inject, join_cgroup},
};

} // namespace

const std::span<const Option> resource_options = options;

} // namespace cli
