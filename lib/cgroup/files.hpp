// The small files of a control group, by the descriptor of its directory.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spaces::cgroup_file {

// Nothing where it is not there or cannot be read.
std::optional<std::string> read(int directory, const char *name);
// A number alone in its file; nothing for "max" too.
std::optional<uint64_t> read_number(int directory, const char *name);
// "key value" lines.
std::map<std::string, uint64_t> read_table(int directory, const char *name);

// 0 or an errno.
int write(int directory, const char *name, const std::string &text);

// The pids of the group and of all below it, as this pid namespace knows them (0 for others).
std::vector<int> processes_below(int directory);

// The names of the groups right below.
std::vector<std::string> children(int directory);

} // namespace spaces::cgroup_file
