// The checks of what a container's file system has besides mounts: files, links, devices, covered paths.
#pragma once

#include "spec/spec.hpp"

#include <string_view>

namespace spaces {

// As those of check.hpp: each throws SPACES_EINVALID. `object` is the member it is for.
void check_file(const FileSpec &file, std::string_view object);
void check_device(const DeviceSpec &device, std::string_view object);
void check_covered_path(std::string_view path, std::string_view object); // masked or read-only
void check_file_mode(uint32_t mode, std::string_view object);
void check_mount_mappings(const MountSpec &mount, std::string_view object);

// 'c' for "c" and "u", 'b', 'p'.
char device_type(std::string_view word, std::string_view object);

} // namespace spaces
