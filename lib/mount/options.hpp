// Mount options as mount(8) and OCI spell them, sorted into what the kernel takes apart.
#pragma once

#include "spec/spec.hpp"

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
    uint64_t file_system_flags = 0;       // MS_SYNCHRONOUS …: of the file system, not of the mount
    std::vector<std::string> data;        // what is left for the file system
    bool make_target = false;             // "X-mount.mkdir"
    bool copy_up = false;                 // "tmpcopyup"
    bool id_mapped = false;               // "idmap", "ridmap"
    bool id_mapped_recursively = false;
    std::vector<IdMapping> uid_map; // "idmap=uids=…;gids=…"; else empty
    std::vector<IdMapping> gid_map;
};

// Throws for what can never be right; `object` names the mount in errors.
MountOptions parse_mount_options(const std::vector<std::string> &options, std::string_view object);

// What contradicts the kind of mount.
void check_mount_options(const MountSpec &mount, const MountOptions &options);

// Separated by commas.
std::string joined_options(const std::vector<std::string> &options);

// MS_PRIVATE for "private" …; 0 for "unchanged"; throws for any other word.
uint64_t propagation_flag(std::string_view word);

} // namespace spaces
