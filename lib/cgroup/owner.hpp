// Whose group a directory is: its name tells, and a lock.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace spaces {

struct GroupOwner {
    uint64_t pid_namespace = 0; // inode number of /proc/PID/ns/pid
    pid_t pid = 0;
    uint64_t start_time = 0; // field 22 of /proc/PID/stat, proc_pid_stat(5)

    bool operator==(const GroupOwner &) const = default;
};

GroupOwner calling_process();
// "spaces-4026531836-4711-123456-9f86d081": unique.
std::string new_group_name(const GroupOwner &owner);
// Nothing where the name is none of ours.
std::optional<GroupOwner> owner_in(std::string_view name);

// Groups with a name that the user has chosen are marked by an extended attribute instead, where that can be
// had: version 2, and the superuser in version 1.
void mark_group(int directory, const std::string &name) noexcept;
std::optional<GroupOwner> owner_of_group(int directory, std::string_view name);

// False where it cannot be told.
bool has_ended(const GroupOwner &owner);

} // namespace spaces
