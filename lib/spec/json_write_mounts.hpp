// The container's file system in a config.json: mounts, devices, files.
#pragma once

#include "base/json.hpp"
#include "spec/spec.hpp"

namespace spaces {

Json::Array mounts_json(const std::vector<MountSpec> &mounts);
Json::Array devices_json(const std::vector<DeviceSpec> &devices);
Json::Array files_json(const std::vector<FileSpec> &files);
Json::Array id_ranges_json(const std::vector<IdMapping> &ranges);

} // namespace spaces
