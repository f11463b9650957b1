// What libseccomp knows of system calls: their names and numbers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spaces {

// AUDIT_ARCH_* of this build, which is libseccomp's token for it too.
uint32_t native_architecture();

// Empty: there is none of that number, or it is newer than this libseccomp.
std::string syscall_name(uint32_t architecture, int number);

// The same for people: "mkdir", or "system call 999".
std::string syscall_words(uint32_t architecture, int number);

// The highest number that has a name.
int newest_syscall(uint32_t architecture);

// libseccomp's token of "SCMP_ARCH_X86_64"; 0: it does not know that one.
uint32_t architecture_token(std::string_view word);
inline bool knows_architecture(std::string_view word) {
    return architecture_token(word) != 0;
}

std::string libseccomp_version(); // "2.5.4"

} // namespace spaces
