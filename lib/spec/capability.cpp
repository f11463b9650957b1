// Capabilities by name and number, and sets of them: capabilities(7).
#include "spec/capability.hpp"

#include "spec/refuse.hpp"

#include <array>
#include <linux/securebits.h>

namespace spaces {

namespace {

constexpr std::array<std::string_view, 41> names{
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
};

constexpr std::string_view prefix = "CAP_";

struct Securebit {
    std::string_view name;
    uint32_t bit;
};

// Not SECBIT_KEEP_CAPS, which execve(2) clears.
constexpr std::array securebits{
    Securebit{"noroot", SECBIT_NOROOT},
    Securebit{"noroot_locked", SECBIT_NOROOT_LOCKED},
    Securebit{"no_setuid_fixup", SECBIT_NO_SETUID_FIXUP},
    Securebit{"no_setuid_fixup_locked", SECBIT_NO_SETUID_FIXUP_LOCKED},
    Securebit{"keep_caps_locked", SECBIT_KEEP_CAPS_LOCKED},
    Securebit{"no_cap_ambient_raise", SECBIT_NO_CAP_AMBIENT_RAISE},
    Securebit{"no_cap_ambient_raise_locked", SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED},
};

std::string upper_case(std::string_view text) {
    std::string result(text);
    for (char &letter : result) {
        if (letter >= 'a' && letter <= 'z') {
            letter = static_cast<char>(letter - 'a' + 'A');
        }
    }
    return result;
}

} // namespace

std::string capability_name(int capability) {
    const auto index = static_cast<size_t>(capability);
    return index < names.size() ? std::string(names[index]) : "CAP_" + std::to_string(capability);
}

std::vector<std::string> capability_names(CapabilitySet set) {
    if (set == all_capabilities) {
        return {"ALL"};
    }
    std::vector<std::string> result;
    for (int capability = 0; capability < 64; ++capability) {
        if ((set & capability_bit(capability)) != 0) {
            result.push_back(capability_name(capability));
        }
    }
    return result;
}

CapabilitySet parse_capability(std::string_view name, std::string_view object) {
    const std::string upper = upper_case(name);
    if (upper == "ALL") {
        return all_capabilities;
    }
    const std::string full = upper.starts_with(prefix) ? upper : std::string(prefix) + upper;
    for (size_t index = 0; index < names.size(); ++index) {
        if (names[index] == full) {
            return capability_bit(static_cast<int>(index));
        }
    }
    refuse(object, excerpt(name) + " is no capability",
           "the names are those of capabilities(7), \"CAP_NET_RAW\", and \"ALL\"");
}

std::vector<std::string> securebit_names(uint32_t bits) {
    std::vector<std::string> result;
    for (const Securebit &each : securebits) {
        if ((bits & each.bit) != 0) {
            result.emplace_back(each.name);
        }
    }
    return result;
}

uint32_t parse_securebit(std::string_view name, std::string_view object) {
    for (const Securebit &each : securebits) {
        if (each.name == name) {
            return each.bit;
        }
    }
    refuse(
        object, excerpt(name) + " is no security flag",
        "they are \"noroot\", \"no_setuid_fixup\" and \"no_cap_ambient_raise\", each with \"_locked\" too, "
        "and \"keep_caps_locked\"");
}

} // namespace spaces
