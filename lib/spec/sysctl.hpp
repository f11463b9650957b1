// Kernel parameters that belong to a namespace: which one, and where they are below /proc/sys.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spaces {

// The path below /proc/sys of "net.ipv4.ip_forward" or, as sysctl(8) has it, "net/ipv4/conf/eth0.1/mtu" where
// names have dots. Throws SPACES_EINVALID for what is none.
std::string sysctl_path(std::string_view name, std::string_view object);
std::string sysctl_name(std::string_view path); // the other way round

// The CLONE_NEW* bit of the namespace that this parameter belongs to; 0 for those of the whole machine.
uint32_t sysctl_namespace(std::string_view path);

} // namespace spaces
