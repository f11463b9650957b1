// "process.capabilities" and what "spaces" adds to it, read and written.
#include "spec/json_members.hpp"
#include "spec/json_put.hpp"
#include "spec/json_read.hpp"
#include "spec/json_write.hpp"

#include <spaces/spec.h>

namespace spaces {

namespace {

CapabilitySet read_set(const JsonValue &value) {
    CapabilitySet set = 0;
    value.each_item(
        [&](const JsonValue &item, size_t) { set |= parse_capability(item.text(), item.path()); });
    return set;
}

using Sets = std::array<CapabilitySet, 5>;

template <size_t Set> void read_exact(Sets &sets, const JsonValue &value) {
    sets[Set] = read_set(value);
}

// In the order of OCI.
constexpr JsonMember<Sets> members[] = {
    {"bounding", read_exact<SPACES_CAPABILITIES_BOUNDING>},
    {"effective", read_exact<SPACES_CAPABILITIES_EFFECTIVE>},
    {"inheritable", read_exact<SPACES_CAPABILITIES_INHERITABLE>},
    {"permitted", read_exact<SPACES_CAPABILITIES_PERMITTED>},
    {"ambient", read_exact<SPACES_CAPABILITIES_AMBIENT>},
};

} // namespace

// A set that is not named is empty: OCI has no other default.
void read_capabilities(ProcessSpec &process, const JsonValue &value) {
    Sets sets{};
    read_members<Sets>(value, sets, members);
    process.capabilities.exact = sets;
}

void read_drop_capabilities(Spec &spec, const JsonValue &value) {
    spec.process.capabilities.drop = read_set(value);
}

void read_add_capabilities(Spec &spec, const JsonValue &value) {
    spec.process.capabilities.add = read_set(value);
}

void read_securebits(Spec &spec, const JsonValue &value) {
    uint32_t bits = 0;
    value.each_item(
        [&](const JsonValue &item, size_t) { bits |= parse_securebit(item.text(), item.path()); });
    spec.process.securebits = bits;
}

Json::Object capabilities_of(const CapabilitiesSpec &capabilities) {
    Json::Object object;
    if (capabilities.exact) {
        for (size_t set = 0; set < std::size(members); ++set) {
            const std::vector<std::string> names = capability_names((*capabilities.exact)[set]);
            put(object, members[set].name.data(), Json::array_of(names));
        }
    }
    return object;
}

} // namespace spaces
