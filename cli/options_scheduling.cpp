// Options for how the program is scheduled, its execution domain, and kernel parameters of its namespaces.
#include "option.hpp"
#include "text.hpp"

namespace cli {

namespace {

std::string with_prefix(const std::string &prefix, std::string_view word) {
    const std::string upper = upper_case(word);
    return upper.starts_with(prefix) ? upper : prefix + upper;
}

void set_nice(Request &request, const std::string &text) {
    call(spaces_spec_set_scheduler, request.spec.get(), "SCHED_OTHER",
         static_cast<int>(parse_integer(text, -20, 19, "nice value")), 0);
}

// chrt(1)'s words: "fifo:50", "batch".
void set_scheduler(Request &request, const std::string &text) {
    const auto [policy, priority] = split_once(text, ':');
    call(spaces_spec_set_scheduler, request.spec.get(), with_prefix("SCHED_", policy).c_str(), 0,
         priority.empty() ? 0 : static_cast<int>(parse_integer(priority, 0, 99, "static priority")));
}

// ionice(1)'s: "idle", "be:7".
void set_io_priority(Request &request, const std::string &text) {
    const auto [io_class, priority] = split_once(text, ':');
    call(spaces_spec_set_io_priority, request.spec.get(), with_prefix("IOPRIO_CLASS_", io_class).c_str(),
         priority.empty() ? 0 : static_cast<int>(parse_integer(priority, 0, 7, "I/O priority")));
}

void set_cpu_affinity(Request &request, const std::string &list) {
    call(spaces_spec_set_cpu_affinity, request.spec.get(), list.c_str());
}

void set_personality(Request &request, const std::string &domain) {
    call(spaces_spec_set_personality, request.spec.get(), upper_case(domain).c_str());
}

void set_sysctl(Request &request, const std::string &text) {
    const size_t equals = text.find('=');
    if (equals == text.npos) {
        throw_usage(in_quotes(text) + " is no kernel parameter with its value",
                    "it is NAME=VALUE, like net.ipv4.ip_forward=1");
    }
    call(spaces_spec_set_sysctl, request.spec.get(), text.substr(0, equals).c_str(),
         text.c_str() + equals + 1);
}

constexpr Option options[] = {
    {"--nice", "NUMBER", "nice value, -20 to 19", in_all, set_nice},
    {"--scheduler", "POLICY[:PRIORITY]", "scheduling policy: batch, idle, fifo:50, rr:1", in_all,
     set_scheduler},
    {"--io-priority,--ionice", "CLASS[:PRIORITY]", "I/O priority: idle, be:0 to be:7, rt:0 to rt:7", in_all,
     set_io_priority},
    {"--cpu-affinity", "LIST", "the CPUs to run on: 0-3,7", in_all, set_cpu_affinity},
    {"--personality", "linux|linux32", "execution domain", in_all, set_personality},
    {"--sysctl", "NAME=VALUE", "kernel parameter of a new namespace", in_new, set_sysctl},
};

} // namespace

const std::span<const Option> scheduling_options = options;

} // namespace cli
