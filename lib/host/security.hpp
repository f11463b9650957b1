// Which security modules are active in this kernel.
#pragma once

namespace spaces {

bool has_apparmor();
bool has_selinux();
int landlock_abi(); // the version of Landlock's ABI; 0 where it is missing or not active

} // namespace spaces
