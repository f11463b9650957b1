// The checks of single values: what can be said of them without the rest of the Spec.
#pragma once

#include "spec/spec.hpp"

#include <string_view>

namespace spaces {

// Each throws SPACES_EINVALID where a value cannot be right. `object` is the member it is for.
void check_args(const std::vector<std::string> &args);
void check_executable(std::string_view name);
void check_env_name(std::string_view name, std::string_view object = "process.env");
void check_path(std::string_view path, std::string_view object);
void check_id(uint32_t id, std::string_view object);
void check_groups(const std::vector<uint32_t> &gids);
void check_umask(uint32_t mask);
void check_rlimit(std::string_view name, const RlimitSpec &limit,
                  std::string_view object = "process.rlimits");
void check_capability_set(int set);
void check_oom_score_adj(int64_t score);
void check_process_group(int64_t pgid);
void check_default_signal(int64_t signal);
void check_terminal_size(uint64_t rows, uint64_t columns);
void check_label(std::string_view label, std::string_view object); // of a security module
void check_mount_label(std::string_view label);
void check_hostname(std::string_view name, std::string_view object);
void check_time_offset(std::string_view clock, const TimeOffset &offset);
void check_propagation(std::string_view propagation);
void check_mount(const MountSpec &mount, std::string_view object);
void check_namespace_bits(uint32_t bits); // not empty, and none that is unknown
void check_pid(int64_t pid, std::string_view object);
void check_fd_target(int target);
void check_time_limit(uint64_t milliseconds, std::string_view object);

// check_cgroup.cpp
void check_cgroup_key(std::string_view key, std::string_view object); // "memory.max"
// The suffix of a size as the kernel's memparse() reads it, K to E: the power of two that it stands for, or
// -1.
int size_shift(char suffix);
void check_cgroup_value(std::string_view key, std::string_view value, std::string_view object);
void check_cgroup_path(std::string_view path, std::string_view object);
std::string checked_device_access(std::string_view access, std::string_view object); // in the order "rwm"
DeviceRule device_rule(bool allow, std::string_view text); // "a", "c 1:3 rwm", "b 8:* r"
CgroupManager cgroup_manager(std::string_view word, std::string_view object);
const char *cgroup_manager_word(CgroupManager manager);
std::string_view controller_of(std::string_view key); // "memory"

// RLIMIT_NOFILE for "RLIMIT_NOFILE"; nothing for a name that Linux does not have.
std::optional<int> rlimit_resource(std::string_view name);

// Whether the mount is a bind mount: by its type, or as OCI has it by its options.
bool is_bind(const MountSpec &mount);

} // namespace spaces
