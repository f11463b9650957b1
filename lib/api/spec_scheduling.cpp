// The setters of how the program is scheduled, and of kernel parameters.
#include "spec/scheduling.hpp"

#include "api/argument.hpp"
#include "spec/sysctl.hpp"

#include <spaces/spec.h>

using namespace spaces;

spaces_status spaces_spec_set_scheduler(spaces_spec *spec, const char *policy, int nice, int priority,
                                        spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        if (priority < 0) {
            refuse("process.scheduler.priority", std::to_string(priority) + " is negative");
        }
        const SchedulerSpec scheduler{
            .policy = parse_scheduling_policy(given_text(policy, "policy"), "process.scheduler.policy"),
            .nice = nice,
            .priority = static_cast<uint32_t>(priority)};
        check_scheduler(scheduler);
        changed.process.scheduler = scheduler;
    });
}

spaces_status spaces_spec_set_io_priority(spaces_spec *spec, const char *io_class, int priority,
                                          spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        if (priority < 0) {
            refuse("process.ioPriority.priority", std::to_string(priority) + " is not between 0 and 7");
        }
        const IoPrioritySpec wanted{
            .io_class = parse_io_class(given_text(io_class, "io_class"), "process.ioPriority.class"),
            .priority = static_cast<uint32_t>(priority)};
        check_io_priority(wanted);
        changed.process.io_priority = wanted;
    });
}

spaces_status spaces_spec_set_cpu_affinity(spaces_spec *spec, const char *cpus,
                                           spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        parse_cpu_list(given_text(cpus, "cpus"), "process.execCPUAffinity.final");
        changed.process.final_cpus = cpus;
    });
}

spaces_status spaces_spec_set_personality(spaces_spec *spec, const char *domain,
                                          spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        changed.personality = parse_personality(given_text(domain, "domain"), "linux.personality.domain");
    });
}

spaces_status spaces_spec_set_sysctl(spaces_spec *spec, const char *name, const char *value,
                                     spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        std::string path = sysctl_path(given_text(name, "name"), "linux.sysctl");
        changed.sysctl.insert_or_assign(std::move(path), std::string(given_text(value, "value")));
    });
}

spaces_status spaces_spec_set_new_keyring(spaces_spec *spec, int on, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { changed.process.new_keyring = on != 0; });
}
