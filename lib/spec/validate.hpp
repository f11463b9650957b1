// The checks that need no system call: one value at a time, and the Spec as a whole.
#pragma once

#include "spec/spec.hpp"

#include <string_view>

namespace spaces {

// Each throws what spaces_spec_set_…() documents for a bad value; `object` is the member it is for.
void check_args(const std::vector<std::string> &args);
void check_env_name(std::string_view name);
void check_cwd(std::string_view path);
void check_umask(uint32_t mask);
void check_rlimit(std::string_view name, const RlimitSpec &limit);
void check_oom_score_adj(int score);
void check_hostname(std::string_view name, std::string_view object);
void check_time_offset(std::string_view clock, const TimeOffset &offset);
void check_propagation(std::string_view propagation);
void check_mount(const MountSpec &mount, std::string_view object);
void check_namespace_bits(uint32_t bits); // not empty, and none that is unknown
void check_fd_target(int target);

// RLIMIT_NOFILE for "RLIMIT_NOFILE"; nothing for a name that Linux does not have.
std::optional<int> rlimit_resource(std::string_view name);

enum class Target { program, callable };

// What can only be said of the whole: combinations that contradict each other. For a program there must be
// arguments, for a callable there must be none.
void validate(const Spec &spec, Target target);

} // namespace spaces
