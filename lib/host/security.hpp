// Which security modules are active in this kernel.
#pragma once

#include <string>

namespace spaces {

bool has_apparmor();
bool has_selinux();
// Whether the loaded policy has this label; also where this process may not ask.
bool selinux_knows(const std::string &label);
int landlock_abi(); // the version of Landlock's ABI; 0 where it is missing or not active

} // namespace spaces
