// From keys to files: how the two versions of control groups spell a limit.
#pragma once

#include "cgroup/wants.hpp"

#include <cstdint>
#include <optional>

namespace spaces {

enum class CgroupVersion { v1, v2 };

// One write to one file.
struct CgroupSetting {
    std::string file; // "memory.limit_in_bytes"
    std::string value;
    std::string key;          // of the want that it comes from
    std::string other_file{}; // where this kernel has not the first one
    std::string other_value{};

    bool operator==(const CgroupSetting &) const = default;
};

// All of them are of controllers that are there in this version. Throws SPACES_EUNSUPPORTED where it has
// nothing of the kind, and SPACES_EINVALID where a value has to be understood and cannot.
std::vector<CgroupSetting> translate(const std::vector<CgroupWant> &wants, CgroupVersion version);

// "64M" as bytes, with the suffixes that the kernel knows; nothing for "max".
std::optional<uint64_t> bytes_of(const CgroupWant &want);

std::string v1_name(const std::string &controller); // "blkio" for "io"

} // namespace spaces
