// A container's control groups, for tests: their files, whichever version has them, and what is to be had
// here.
#pragma once

#include "support/api.hpp"
#include "support/needs.hpp"

#include <string>
#include <vector>

namespace groups {

std::vector<std::string> paths_of(const support::Process &process);
// The content without the newline of the first of these files that a group of the container has; "none": no
// group has one.
std::string file_of(const support::Process &process, const std::vector<std::string> &names);
uint64_t stat_of(const support::Process &process, const char *key);
// The groups that this test has made, and those of processes that have ended.
std::vector<std::string> all_of_ours();
std::string text(spaces_status (*function)(const spaces_process *, char **, spaces_error **),
                 const support::Process &process);
std::string collect(); // spaces_gc()

// Whether a program can be given this limit here.
support::Answer memory();
support::Answer pids();
support::Answer cpu();
support::Answer cpuset();
support::Answer devices();
bool has_devices_of_version_1();
support::Answer own_group();
support::Answer
own_group_by_libspaces(); // and not in a scope, which systemd removes, and lets nobody else enter

} // namespace groups
