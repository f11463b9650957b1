// Where this machine has the node of a device.
#pragma once

#include "spec/spec.hpp"

namespace spaces {

// The path of a node of this device: by the same name, by that of udev, or any in /dev. Nothing where there
// is none, and for a FIFO.
std::optional<std::string> device_node(const DeviceSpec &device);

// Type, numbers and mode of the node at this path; nothing where it is no device.
std::optional<DeviceSpec> device_at(const std::string &path);

} // namespace spaces
