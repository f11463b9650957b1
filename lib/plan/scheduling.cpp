// How the program is scheduled, and its execution domain.
#include "spec/scheduling.hpp"
#include "base/sys.hpp"
#include "plan/compilation.hpp"

#include <linux/ioprio.h>

namespace spaces {

namespace {

using plan::Op;

void add_affinity(Compilation &compilation, const std::string &list, std::string_view member) {
    const std::vector<uint64_t> mask = parse_cpu_list(list, member);
    const uint32_t table = compilation.builder().table(mask);
    plan::Step &step =
        compilation.add(Op::cpu_affinity, {"cpu_affinity", list, "run on the CPUs " + quoted(list)});
    step.table = table;
    step.number[0] = mask.size() * sizeof mask.front();
}

void add_scheduler(Compilation &compilation, const SchedulerSpec &scheduler) {
    const plan::SchedulingAttributes attributes{.size = sizeof attributes,
                                                .policy = scheduler.policy,
                                                .flags = scheduler.flags,
                                                .nice = scheduler.nice,
                                                .priority = scheduler.priority,
                                                .runtime = scheduler.runtime,
                                                .deadline = scheduler.deadline,
                                                .period = scheduler.period};
    const uint32_t table = compilation.builder().table(std::vector{attributes});
    const std::string policy(scheduling_policy_name(scheduler.policy));
    compilation.add(Op::scheduler, {"scheduler", policy, "set the scheduling policy " + policy}).table =
        table;
}

} // namespace

void add_initial_affinity(Compilation &compilation) {
    if (const auto &list = compilation.spec.process.initial_cpus) {
        add_affinity(compilation, *list, "process.execCPUAffinity.initial");
    }
}

void add_scheduling(Compilation &compilation) {
    const ProcessSpec &process = compilation.spec.process;
    if (process.final_cpus) {
        add_affinity(compilation, *process.final_cpus, "process.execCPUAffinity.final");
    }
    if (process.scheduler) {
        add_scheduler(compilation, *process.scheduler);
    }
    if (const auto &priority = process.io_priority) {
        const std::string name(io_class_name(priority->io_class));
        compilation.add(Op::io_priority, {"io_priority", name, "set the I/O priority " + name}).number[0] =
            uint64_t{priority->io_class} << IOPRIO_CLASS_SHIFT | priority->priority;
    }
    if (const auto &domain = compilation.spec.personality) {
        const std::string name(personality_name(*domain));
        compilation.add(Op::personality, {"personality", name, "enter the execution domain " + name})
            .number[0] = *domain;
    }
}

} // namespace spaces
