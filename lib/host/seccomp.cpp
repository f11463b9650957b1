// What the kernel and libseccomp know of seccomp filters, in the form of OCI's "features".
#include "host/seccomp.hpp"

#include "host/check.hpp"
#include "security/syscalls.hpp"
#include "spec/seccomp_words.hpp"
#include "stage/syscall.hpp"

#include <array>
#include <cerrno>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) // Linux 5.19
#endif

namespace spaces {

namespace {

struct KernelAction {
    std::string_view word;
    uint32_t action;
};

constexpr std::array kernel_actions{
    KernelAction{"SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD},
    KernelAction{"SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS},
    KernelAction{"SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD},
    KernelAction{"SCMP_ACT_TRAP", SECCOMP_RET_TRAP},
    KernelAction{"SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO},
    KernelAction{"SCMP_ACT_TRACE", SECCOMP_RET_TRACE},
    KernelAction{"SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW},
    KernelAction{"SCMP_ACT_LOG", SECCOMP_RET_LOG},
    KernelAction{"SCMP_ACT_NOTIFY", SECCOMP_RET_USER_NOTIF},
};

Json::Array known_actions() {
    Json::Array words;
    for (const KernelAction &known : kernel_actions) {
        const uint32_t action = known.action;
        if (stage::sys(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0) {
            words.emplace_back(known.word);
        }
    }
    return words;
}

// A filter at no address: the kernel says so only after it has found the flag to be one.
bool knows_flag(uint64_t flag) {
    return stage::sys(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flag, nullptr) == -EFAULT;
}

Json::Array known_flags() {
    constexpr uint64_t killable = SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    constexpr std::array<uint64_t, 4> flags{SECCOMP_FILTER_FLAG_TSYNC, SECCOMP_FILTER_FLAG_LOG,
                                            SECCOMP_FILTER_FLAG_SPEC_ALLOW,
                                            killable | SECCOMP_FILTER_FLAG_NEW_LISTENER};
    static_assert(flags.size() == std::size(seccomp_flags));
    Json::Array words;
    for (size_t index = 0; index < flags.size(); ++index) {
        if (knows_flag(flags.at(index))) {
            words.emplace_back(seccomp_flags[index]);
        }
    }
    return words;
}

Json::Array known_architectures() {
    Json::Array words;
    for (const std::string_view word : seccomp_architectures) {
        if (knows_architecture(word)) {
            words.emplace_back(word);
        }
    }
    return words;
}

} // namespace

Json::Object seccomp_features() {
    Json::Array actions = known_actions();
    const bool enabled = !actions.empty();
    return {{"enabled", enabled},
            {"actions", std::move(actions)},
            {"operators", Json::array_of(seccomp_operators)},
            {"archs", known_architectures()},
            {"knownFlags", Json::array_of(seccomp_flags)},
            {"supportedFlags", known_flags()},
            {"libseccomp", libseccomp_version()}};
}

} // namespace spaces
