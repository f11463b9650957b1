// Landlock's rights by name, and which of them an ABI of the kernel has: landlock(7).
#pragma once

#include "spec/spec.hpp"

#include <string_view>

namespace spaces {

// LANDLOCK_ACCESS_NET_*
inline constexpr uint64_t landlock_bind_tcp = 1;
inline constexpr uint64_t landlock_connect_tcp = 2;

// LANDLOCK_ACCESS_FS_*, by the kernel's words in lower case, "read_file", or by those for many of them:
// "read", "write" and "all". Throws SPACES_EINVALID for what is none; `object` is the member it is for.
uint64_t parse_landlock_access(std::string_view word, std::string_view object);
std::vector<std::string> landlock_access_words(uint64_t access);

// LANDLOCK_SCOPE_*: "abstract_unix_socket", "signal".
uint64_t parse_landlock_scope(std::string_view word, std::string_view object);
std::vector<std::string> landlock_scope_words(uint64_t scope);

// What this ABI version knows of.
uint64_t landlock_fs_rights(int abi);
uint64_t landlock_net_rights(int abi);
uint64_t landlock_scopes(int abi);

} // namespace spaces
