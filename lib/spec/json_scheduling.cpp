// "process.scheduler", "process.ioPriority", "process.execCPUAffinity" and "linux.personality", read and
// written.
#include "spec/json_members.hpp"
#include "spec/json_put.hpp"
#include "spec/json_read.hpp"
#include "spec/json_write.hpp"
#include "spec/scheduling.hpp"

namespace spaces {

namespace {

void read_flags(SchedulerSpec &scheduler, const JsonValue &value) {
    scheduler.flags = 0;
    value.each_item([&](const JsonValue &item, size_t) {
        scheduler.flags |= parse_scheduling_flag(item.text(), item.path());
    });
}

constexpr JsonMember<SchedulerSpec> scheduler_members[] = {
    {"policy",
     [](SchedulerSpec &scheduler, const JsonValue &value) {
         scheduler.policy = parse_scheduling_policy(value.text(), value.path());
     }},
    {"nice",
     [](SchedulerSpec &scheduler, const JsonValue &value) {
         scheduler.nice = static_cast<int32_t>(value.integer(INT32_MIN, INT32_MAX));
     }},
    {"priority",
     [](SchedulerSpec &scheduler, const JsonValue &value) {
         scheduler.priority = static_cast<uint32_t>(value.integer(0, INT32_MAX));
     }},
    {"flags", read_flags},
    {"runtime",
     [](SchedulerSpec &scheduler, const JsonValue &value) { scheduler.runtime = value.number<uint64_t>(); }},
    {"deadline",
     [](SchedulerSpec &scheduler, const JsonValue &value) { scheduler.deadline = value.number<uint64_t>(); }},
    {"period",
     [](SchedulerSpec &scheduler, const JsonValue &value) { scheduler.period = value.number<uint64_t>(); }},
};

constexpr JsonMember<IoPrioritySpec> io_priority_members[] = {
    {"class", [](IoPrioritySpec &priority,
                 const JsonValue &value) { priority.io_class = parse_io_class(value.text(), value.path()); }},
    {"priority",
     [](IoPrioritySpec &priority, const JsonValue &value) {
         priority.priority = static_cast<uint32_t>(value.integer(0, 7));
     }},
};

template <std::optional<std::string> ProcessSpec::*Member>
void read_cpus(ProcessSpec &process, const JsonValue &value) {
    const std::string list = value.text();
    parse_cpu_list(list, value.path());
    process.*Member = list;
}

constexpr JsonMember<ProcessSpec> affinity_members[] = {
    {"initial", read_cpus<&ProcessSpec::initial_cpus>},
    {"final", read_cpus<&ProcessSpec::final_cpus>},
};

constexpr JsonMember<uint32_t> personality_members[] = {
    {"domain", [](uint32_t &domain,
                  const JsonValue &value) { domain = parse_personality(value.text(), value.path()); }},
    {"flags", nullptr}, // OCI knows none yet
};

void require(const JsonValue &object, const char *member) {
    if (!object.member(member)) {
        object.refuse("lacks the member \"" + std::string(member) + '"');
    }
}

} // namespace

void read_scheduler(ProcessSpec &process, const JsonValue &value) {
    SchedulerSpec scheduler;
    require(value, "policy");
    read_members<SchedulerSpec>(value, scheduler, scheduler_members);
    check_scheduler(scheduler);
    process.scheduler = scheduler;
}

void read_io_priority(ProcessSpec &process, const JsonValue &value) {
    IoPrioritySpec priority;
    require(value, "class");
    read_members<IoPrioritySpec>(value, priority, io_priority_members);
    check_io_priority(priority);
    process.io_priority = priority;
}

void read_cpu_affinity(ProcessSpec &process, const JsonValue &value) {
    read_members<ProcessSpec>(value, process, affinity_members);
}

void read_personality(Spec &spec, const JsonValue &value) {
    uint32_t domain = 0;
    require(value, "domain");
    read_members<uint32_t>(value, domain, personality_members);
    spec.personality = domain;
}

Json::Object scheduler_of(const SchedulerSpec &scheduler) {
    Json::Object object;
    put(object, "policy", scheduling_policy_name(scheduler.policy));
    if (scheduler.nice != 0) {
        put(object, "nice", scheduler.nice);
    }
    if (scheduler.priority != 0) {
        put(object, "priority", scheduler.priority);
    }
    put_list(object, "flags", scheduling_flag_names(scheduler.flags));
    for (const auto &[name, time] : {std::pair{"runtime", scheduler.runtime},
                                     {"deadline", scheduler.deadline},
                                     {"period", scheduler.period}}) {
        if (time != 0) {
            put(object, name, time);
        }
    }
    return object;
}

Json::Object io_priority_of(const IoPrioritySpec &priority) {
    return {{"class", io_class_name(priority.io_class)}, {"priority", priority.priority}};
}

Json::Object cpu_affinity_of(const ProcessSpec &process) {
    Json::Object object;
    put_optional(object, "initial", process.initial_cpus);
    put_optional(object, "final", process.final_cpus);
    return object;
}

} // namespace spaces
