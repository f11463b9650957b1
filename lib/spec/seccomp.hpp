// SeccompSpec: the seccomp filter that is wanted, in the words of OCI's linux.seccomp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spaces {

class FilterMemory; // ../security/filter.hpp

struct SeccompArg {
    uint32_t index = 0;
    uint64_t value = 0;
    uint64_t value_two = 0;
    std::string op; // "SCMP_CMP_EQ"

    bool operator==(const SeccompArg &) const = default;
};

struct SeccompRule {
    std::vector<std::string> names;
    std::string action; // "SCMP_ACT_ERRNO"
    std::optional<uint32_t> errno_ret{};
    std::vector<SeccompArg> args{};

    bool operator==(const SeccompRule &) const = default;
};

struct SeccompProfile {
    std::string default_action;
    std::optional<uint32_t> default_errno_ret{};
    std::vector<std::string> architectures{}; // "SCMP_ARCH_X86_64"
    std::vector<std::string> flags{};         // "SECCOMP_FILTER_FLAG_LOG"
    std::string listener_path{};              // of a socket that gets the descriptor for notifications
    std::string listener_metadata{};
    std::vector<SeccompRule> syscalls{};

    bool operator==(const SeccompProfile &) const = default;
};

std::shared_ptr<FilterMemory> new_filter_memory();

// What the profile was compiled to, for all copies of a Spec. It says nothing about what is wanted.
struct CompiledBefore {
    std::shared_ptr<FilterMemory> memory{};

    bool operator==(const CompiledBefore &) const { return true; }
};

struct SeccompSpec {
    enum class Kind { none, by_default, profile };
    Kind kind = Kind::none;
    SeccompProfile profile{}; // of Kind::profile
    bool report = false;      // the Result names the system call that was refused by an end of the process
    std::string cache{};      // the directory that compiled filters are kept in, or empty
    CompiledBefore compiled{};

    bool operator==(const SeccompSpec &) const = default;
};

// Choose a profile: what was compiled of another one is forgotten.
void set_seccomp_profile(SeccompSpec &seccomp, SeccompProfile profile);
void set_seccomp_default(SeccompSpec &seccomp, bool on);

// Throws SPACES_EINVALID where the profile says something that OCI does not know or allow.
void check_seccomp(const SeccompProfile &profile);

} // namespace spaces
