// Capabilities by name and number, and sets of them: capabilities(7).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spaces {

// A bit for each capability, by its number.
using CapabilitySet = uint64_t;

// Every capability that there is, those that are newer than this library too: the name "ALL".
inline constexpr CapabilitySet all_capabilities = ~CapabilitySet{0};

constexpr CapabilitySet capability_bit(int capability) {
    return CapabilitySet{1} << static_cast<unsigned>(capability);
}

// "CAP_SYS_ADMIN"; one that is newer than this library is "CAP_41".
std::string capability_name(int capability);

// The names of those in `set`, or only "ALL".
std::vector<std::string> capability_names(CapabilitySet set);

// "CAP_NET_RAW", "net_raw", "ALL". Throws SPACES_EINVALID for what is none; `object` is the member it is for.
CapabilitySet parse_capability(std::string_view name, std::string_view object);

// The security flags of a thread, SECBIT_*, by setpriv(1)'s words: "noroot", "noroot_locked".
std::vector<std::string> securebit_names(uint32_t bits);
uint32_t parse_securebit(std::string_view name, std::string_view object);

} // namespace spaces
