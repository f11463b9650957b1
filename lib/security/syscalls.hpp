// What libseccomp knows of system calls: their names and numbers.
#pragma once

#include <cstdint>
#include <string>

namespace spaces {

// AUDIT_ARCH_* of this build, which is libseccomp's token for it too.
uint32_t native_architecture();

// Empty: there is none of that number, or it is newer than this libseccomp.
std::string syscall_name(uint32_t architecture, int number);

// The same for people: "mkdir", or "system call 999".
std::string syscall_words(uint32_t architecture, int number);

// The highest number that has a name.
int newest_syscall(uint32_t architecture);

} // namespace spaces
