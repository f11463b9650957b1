// The program's capabilities: what becomes of each of its five sets, around the change to its user.
#include "plan/compilation.hpp"

#include <linux/capability.h>
#include <spaces/spec.h>
#include <unistd.h>

namespace spaces {

namespace {

using plan::CapabilityChange;
using plan::Op;

// Whether the kernel takes the capabilities away at the change of ids: from root to somebody else.
bool leaves_root(const Compilation &compilation) {
    const ProcessSpec &process = compilation.spec.process;
    if (!process.uid || *process.uid == 0) {
        return false;
    }
    if (compilation.new_user() || compilation.namespaces.joins_user) {
        return true; // who sets it up is its root, where it has one
    }
    uid_t real = 0;
    uid_t effective = 0;
    uid_t saved = 0;
    ::getresuid(&real, &effective, &saved);
    return real == 0 || effective == 0 || saved == 0;
}

CapabilityChange change_of(const CapabilitiesSpec &capabilities, size_t set, bool keeps) {
    CapabilityChange change{.keep = keeps ? all_capabilities : 0, .add = 0, .wish = 0};
    if (capabilities.exact) {
        const CapabilitySet exact = (*capabilities.exact)[set];
        const bool all = exact == all_capabilities;
        change = {.keep = 0, .add = all ? 0 : exact, .wish = all ? all_capabilities : 0};
    }
    change.keep &= ~capabilities.drop;
    change.add &= ~capabilities.drop;
    change.wish &= ~capabilities.drop;
    (capabilities.add == all_capabilities ? change.wish : change.add) |= capabilities.add;
    return change;
}

CapabilitySet may_have(const CapabilityChange &change) {
    return change.keep | change.add | change.wish;
}

} // namespace

bool changes_capabilities(const CapabilitiesSpec &capabilities) {
    return capabilities != CapabilitiesSpec{};
}

bool may_have_capability(const CapabilitiesSpec &capabilities, int capability) {
    const CapabilityChange permitted = change_of(capabilities, SPACES_CAPABILITIES_PERMITTED, true);
    return (may_have(permitted) & capability_bit(capability)) != 0;
}

std::optional<CapabilitySet> capabilities_after_exec(const ProcessSpec &process) {
    if (!changes_capabilities(process.capabilities)) {
        return std::nullopt;
    }
    const bool is_root = process.uid.value_or(0) == 0;
    return may_have(is_root ? change_of(process.capabilities, SPACES_CAPABILITIES_BOUNDING, true)
                            : change_of(process.capabilities, SPACES_CAPABILITIES_AMBIENT, false));
}

void add_bounding_set(Compilation &compilation) {
    const CapabilitiesSpec &capabilities = compilation.spec.process.capabilities;
    if (!changes_capabilities(capabilities)) {
        return;
    }
    const uint32_t table =
        compilation.builder().table(std::vector{change_of(capabilities, SPACES_CAPABILITIES_BOUNDING, true)});
    plan::Step &step =
        compilation.add(Op::bound_capabilities, {"capabilities", "bounding set", "bound the capabilities"});
    step.table = table;
    step.number[0] = leaves_root(compilation) ? 1 : 0;
}

void add_capability_sets(Compilation &compilation) {
    const ProcessSpec &process = compilation.spec.process;
    if (!changes_capabilities(process.capabilities) && process.securebits == 0) {
        return;
    }
    const bool keeps = !leaves_root(compilation);
    std::vector changes{change_of(process.capabilities, SPACES_CAPABILITIES_EFFECTIVE, keeps),
                        change_of(process.capabilities, SPACES_CAPABILITIES_INHERITABLE, true),
                        change_of(process.capabilities, SPACES_CAPABILITIES_PERMITTED, keeps),
                        change_of(process.capabilities, SPACES_CAPABILITIES_AMBIENT, keeps)};
    // The filter takes it without no_new_privs, and is installed last. What is permitted does not survive the
    // exec; a function has it taken away by that step.
    if (compilation.gives_up_capabilities()) {
        changes[plan::of_permitted].wish |= capability_bit(CAP_SYS_ADMIN);
    }
    const uint32_t table = compilation.builder().table(changes);
    plan::Step &step =
        compilation.add(Op::capabilities, {"capabilities", "capability sets", "set the capabilities"});
    step.table = table;
    step.number[0] = process.securebits;
}

} // namespace spaces
