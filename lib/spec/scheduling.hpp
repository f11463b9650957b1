// Scheduling and execution domain by name: the policies, flags and classes of the OCI specification, lists of
// CPUs, and personality(2).
#pragma once

#include "spec/spec.hpp"

#include <string_view>

namespace spaces {

// Each throws SPACES_EINVALID for what is no value of its kind; `object` is the member it is for.
uint32_t parse_scheduling_policy(std::string_view name, std::string_view object); // "SCHED_OTHER"
uint64_t parse_scheduling_flag(std::string_view name, std::string_view object);   // "SCHED_FLAG_RECLAIM"
uint32_t parse_io_class(std::string_view name, std::string_view object);          // "IOPRIO_CLASS_IDLE"
uint32_t parse_personality(std::string_view name, std::string_view object);       // "LINUX32"

// "0-3,7", as cpuset(7) writes lists. The result is the kernel's mask: a bit for each CPU, in words of 64.
std::vector<uint64_t> parse_cpu_list(std::string_view list, std::string_view object);

std::string_view scheduling_policy_name(uint32_t policy);
std::vector<std::string> scheduling_flag_names(uint64_t flags);
std::string_view io_class_name(uint32_t io_class);
std::string_view personality_name(uint32_t domain);

// What belongs to another policy, or is out of its range: sched(7), ioprio_set(2).
void check_scheduler(const SchedulerSpec &scheduler);
void check_io_priority(const IoPrioritySpec &priority);

} // namespace spaces
