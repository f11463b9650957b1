// Mount options as mount(8) and OCI spell them, sorted into what the kernel takes apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spaces {

// MOUNT_ATTR_*: what a mount is to have and what not. The rest is as the source of a bind mount has it, and
// unset for a new file system.
struct AttributeChange {
    uint64_t set = 0;
    uint64_t clear = 0;
};

struct MountOptions {
    bool bind = false;
    bool recursive = false;               // of a bind mount: rbind
    AttributeChange attributes;           // of this mount
    AttributeChange recursive_attributes; // of this mount and all below it: "rro", "rsuid"
    uint64_t propagation = 0;             // MS_PRIVATE …, with MS_REC, or 0
    std::string data;                     // what is left for the file system, separated by commas
};

// Throws for what can never be right; `object` names the mount in errors.
MountOptions parse_mount_options(const std::vector<std::string> &options, std::string_view object);

// MS_PRIVATE for "private" …; 0 for "unchanged"; throws for any other word.
uint64_t propagation_flag(std::string_view word);

} // namespace spaces
