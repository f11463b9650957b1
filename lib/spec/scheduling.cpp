// Scheduling and execution domain by name: the policies, flags and classes of the OCI specification, lists of
// CPUs, and personality(2).
#include "spec/scheduling.hpp"

#include "spec/refuse.hpp"

#include <array>
#include <charconv>
#include <linux/ioprio.h>
#include <linux/personality.h>
#include <linux/sched.h>
#include <span>

namespace spaces {

namespace {

template <class Number> struct Word {
    std::string_view name;
    Number number;
};

constexpr std::array policies{
    Word<uint32_t>{"SCHED_OTHER", SCHED_NORMAL}, Word<uint32_t>{"SCHED_FIFO", SCHED_FIFO},
    Word<uint32_t>{"SCHED_RR", SCHED_RR},        Word<uint32_t>{"SCHED_BATCH", SCHED_BATCH},
    Word<uint32_t>{"SCHED_IDLE", SCHED_IDLE},    Word<uint32_t>{"SCHED_DEADLINE", SCHED_DEADLINE},
};

constexpr std::array flags{
    Word<uint64_t>{"SCHED_FLAG_RESET_ON_FORK", SCHED_FLAG_RESET_ON_FORK},
    Word<uint64_t>{"SCHED_FLAG_RECLAIM", SCHED_FLAG_RECLAIM},
    Word<uint64_t>{"SCHED_FLAG_DL_OVERRUN", SCHED_FLAG_DL_OVERRUN},
    Word<uint64_t>{"SCHED_FLAG_KEEP_POLICY", SCHED_FLAG_KEEP_POLICY},
    Word<uint64_t>{"SCHED_FLAG_KEEP_PARAMS", SCHED_FLAG_KEEP_PARAMS},
    Word<uint64_t>{"SCHED_FLAG_UTIL_CLAMP_MIN", SCHED_FLAG_UTIL_CLAMP_MIN},
    Word<uint64_t>{"SCHED_FLAG_UTIL_CLAMP_MAX", SCHED_FLAG_UTIL_CLAMP_MAX},
};

constexpr std::array io_classes{
    Word<uint32_t>{"IOPRIO_CLASS_RT", IOPRIO_CLASS_RT},
    Word<uint32_t>{"IOPRIO_CLASS_BE", IOPRIO_CLASS_BE},
    Word<uint32_t>{"IOPRIO_CLASS_IDLE", IOPRIO_CLASS_IDLE},
};

constexpr std::array personalities{
    Word<uint32_t>{"LINUX", PER_LINUX},
    Word<uint32_t>{"LINUX32", PER_LINUX32},
};

template <class Number>
Number number_of(std::span<const Word<Number>> words, std::string_view name, std::string_view object,
                 std::string_view kind) {
    std::string known;
    for (const Word<Number> &word : words) {
        if (word.name == name) {
            return word.number;
        }
        known += (known.empty() ? "\"" : ", \"") + std::string(word.name) + '"';
    }
    refuse(object, excerpt(name) + " is no " + std::string(kind), "known are " + known);
}

template <class Number> std::string_view name_of(std::span<const Word<Number>> words, Number number) {
    for (const Word<Number> &word : words) {
        if (word.number == number) {
            return word.name;
        }
    }
    return {};
}

// The first number of `text`, which loses it.
bool take_number(std::string_view &text, uint32_t &number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) {
        return false;
    }
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    return true;
}

// sched(7): the nice value is for SCHED_OTHER and SCHED_BATCH, the static priority for SCHED_FIFO and
// SCHED_RR.
void check_priority(const SchedulerSpec &scheduler) {
    const bool is_real_time = scheduler.policy == SCHED_FIFO || scheduler.policy == SCHED_RR;
    const std::string name(scheduling_policy_name(scheduler.policy));
    if (is_real_time && (scheduler.priority < 1 || scheduler.priority > 99)) {
        refuse("process.scheduler.priority",
               std::to_string(scheduler.priority) + " is not between 1 and 99, the priorities of " + name);
    }
    if (!is_real_time && scheduler.priority != 0) {
        refuse("process.scheduler.priority", name + " has no static priority",
               "SCHED_FIFO and SCHED_RR have one, SCHED_OTHER has a nice value");
    }
}

void check_deadline(const SchedulerSpec &scheduler) {
    const bool told = scheduler.runtime != 0 || scheduler.deadline != 0 || scheduler.period != 0;
    if (scheduler.policy != SCHED_DEADLINE) {
        if (told) {
            refuse("process.scheduler",
                   std::string(scheduling_policy_name(scheduler.policy)) +
                       " has neither runtime nor deadline nor period",
                   "they are for SCHED_DEADLINE");
        }
        return;
    }
    const uint64_t period = scheduler.period != 0 ? scheduler.period : scheduler.deadline;
    if (scheduler.runtime == 0 || scheduler.runtime > scheduler.deadline || scheduler.deadline > period) {
        refuse("process.scheduler",
               "SCHED_DEADLINE needs a runtime that is not above the deadline, and a deadline not above the "
               "period");
    }
}

} // namespace

uint32_t parse_scheduling_policy(std::string_view name, std::string_view object) {
    return number_of<uint32_t>(policies, name, object, "scheduling policy");
}

uint64_t parse_scheduling_flag(std::string_view name, std::string_view object) {
    return number_of<uint64_t>(flags, name, object, "scheduling flag");
}

uint32_t parse_io_class(std::string_view name, std::string_view object) {
    return number_of<uint32_t>(io_classes, name, object, "class of I/O priorities");
}

uint32_t parse_personality(std::string_view name, std::string_view object) {
    return number_of<uint32_t>(personalities, name, object, "execution domain");
}

std::vector<uint64_t> parse_cpu_list(std::string_view list, std::string_view object) {
    constexpr uint32_t most = 8192; // NR_CPUS of the largest kernels
    std::vector<uint64_t> mask;
    std::string_view rest = list;
    do {
        uint32_t first = 0;
        if (!take_number(rest, first)) {
            break;
        }
        uint32_t last = first;
        if (rest.starts_with('-')) {
            rest.remove_prefix(1);
            if (!take_number(rest, last)) {
                break;
            }
        }
        if (last < first || last >= most) {
            break;
        }
        if (mask.size() <= last / 64) {
            mask.resize(last / 64 + 1);
        }
        for (uint32_t cpu = first; cpu <= last; ++cpu) {
            mask[cpu / 64] |= uint64_t{1} << cpu % 64;
        }
        if (rest.empty()) {
            return mask;
        }
        if (!rest.starts_with(',')) {
            break;
        }
        rest.remove_prefix(1);
    } while (true);
    refuse(object, excerpt(list) + " is no list of CPUs", "it is like \"0-3,7\"");
}

std::string_view scheduling_policy_name(uint32_t policy) {
    return name_of<uint32_t>(policies, policy);
}

std::vector<std::string> scheduling_flag_names(uint64_t set) {
    std::vector<std::string> names;
    for (const Word<uint64_t> &flag : flags) {
        if ((set & flag.number) != 0) {
            names.emplace_back(flag.name);
        }
    }
    return names;
}

std::string_view io_class_name(uint32_t io_class) {
    return name_of<uint32_t>(io_classes, io_class);
}

std::string_view personality_name(uint32_t domain) {
    return name_of<uint32_t>(personalities, domain);
}

void check_scheduler(const SchedulerSpec &scheduler) {
    if (scheduler.nice < -20 || scheduler.nice > 19) {
        refuse("process.scheduler.nice", std::to_string(scheduler.nice) + " is not between -20 and 19");
    }
    if (scheduler.nice != 0 && scheduler.policy != SCHED_NORMAL && scheduler.policy != SCHED_BATCH) {
        refuse("process.scheduler.nice",
               std::string(scheduling_policy_name(scheduler.policy)) + " has no nice value",
               "SCHED_OTHER and SCHED_BATCH have one");
    }
    check_priority(scheduler);
    check_deadline(scheduler);
}

void check_io_priority(const IoPrioritySpec &priority) {
    if (priority.priority > 7) {
        refuse("process.ioPriority.priority", std::to_string(priority.priority) + " is not between 0 and 7");
    }
    if (priority.io_class == IOPRIO_CLASS_IDLE && priority.priority != 0) {
        refuse("process.ioPriority.priority", "IOPRIO_CLASS_IDLE has no priorities");
    }
}

} // namespace spaces
