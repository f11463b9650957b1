// What libseccomp knows of system calls: their names and numbers.
#include "security/syscalls.hpp"

#include <cstdlib>
#include <memory>
#include <seccomp.h>

namespace spaces {

namespace {

// All architectures number what is new alike, from 424 on; what lies this high is something else (x32, or
// private calls of arm).
constexpr int far_above = 1024;

} // namespace

uint32_t native_architecture() {
    return ::seccomp_arch_native();
}

std::string syscall_name(uint32_t architecture, int number) {
    const auto release = [](char *text) { std::free(text); };
    const std::unique_ptr<char, decltype(release)> name(
        ::seccomp_syscall_resolve_num_arch(architecture, number), release);
    return name ? std::string(name.get()) : std::string();
}

std::string syscall_words(uint32_t architecture, int number) {
    std::string name = syscall_name(architecture, number);
    return name.empty() ? "system call " + std::to_string(number) : name;
}

int newest_syscall(uint32_t architecture) {
    for (int number = far_above; number > 0; --number) {
        if (!syscall_name(architecture, number).empty()) {
            return number;
        }
    }
    return far_above;
}

// To libseccomp it is "x86_64".
uint32_t architecture_token(std::string_view word) {
    std::string name(word.substr(std::string_view("SCMP_ARCH_").size()));
    for (char &letter : name) {
        letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
    return ::seccomp_arch_resolve_name(name.c_str());
}

std::string libseccomp_version() {
    const scmp_version *version = ::seccomp_version();
    return std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
           std::to_string(version->micro);
}

} // namespace spaces
