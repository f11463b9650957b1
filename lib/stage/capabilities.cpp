// The five sets of capabilities and the security flags of the program: capabilities(7).
#include "stage/context.hpp"

#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/securebits.h>

namespace spaces::stage {

namespace {

using plan::Call;
using plan::CapabilityChange;
using plan::Note;
using plan::Step;

constexpr long highest = 63;

constexpr uint64_t bit(long capability) {
    return uint64_t{1} << static_cast<unsigned long>(capability);
}

uint64_t changed(const CapabilityChange &change, uint64_t present, uint64_t available) {
    return (present & change.keep) | change.add | (change.wish & available);
}

Outcome missing(Context &context, Call call, uint64_t set) {
    constexpr unsigned digits = 16;
    for (unsigned i = 0; i < digits; ++i) {
        context.detail[i] = "0123456789abcdef"[set >> (4 * (digits - 1 - i)) & 15U];
    }
    context.detail[digits] = 0;
    Outcome outcome;
    outcome.error = EPERM;
    outcome.call = call;
    outcome.note = Note::capabilities_missing;
    outcome.text = context.detail;
    return outcome;
}

struct Sets {
    uint64_t effective = 0;
    uint64_t permitted = 0;
    uint64_t inheritable = 0;
};

Outcome get(Sets &sets) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
    const long result = sys(__NR_capget, &header, data);
    sets.effective = uint64_t{data[1].effective} << 32U | data[0].effective;
    sets.permitted = uint64_t{data[1].permitted} << 32U | data[0].permitted;
    sets.inheritable = uint64_t{data[1].inheritable} << 32U | data[0].inheritable;
    return check(Call::capget, result);
}

Outcome set(const Sets &sets) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const auto low = [](uint64_t all) { return static_cast<uint32_t>(all); };
    const auto high = [](uint64_t all) { return static_cast<uint32_t>(all >> 32U); };
    const __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {
        {low(sets.effective), low(sets.permitted), low(sets.inheritable)},
        {high(sets.effective), high(sets.permitted), high(sets.inheritable)}};
    return check(Call::capset, sys(__NR_capset, &header, data));
}

uint64_t ambient_set() {
    uint64_t present = 0;
    for (long each = 0; each <= highest; ++each) {
        const long answer = sys(__NR_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, each, 0L, 0L);
        if (answer < 0) {
            break; // the kernel has no more
        }
        present |= answer > 0 ? bit(each) : 0;
    }
    return present;
}

Outcome set_ambient(uint64_t present, uint64_t wanted) {
    for (long each = 0; each <= highest; ++each) {
        if (((present ^ wanted) & bit(each)) == 0) {
            continue;
        }
        const long what = (wanted & bit(each)) != 0 ? PR_CAP_AMBIENT_RAISE : PR_CAP_AMBIENT_LOWER;
        if (const long result = sys(__NR_prctl, PR_CAP_AMBIENT, what, each, 0L, 0L); result < 0) {
            return check(Call::prctl, result);
        }
    }
    return {};
}

Outcome set_securebits(uint64_t wanted) {
    const long present = sys(__NR_prctl, PR_GET_SECUREBITS, 0L, 0L, 0L, 0L);
    if (present < 0) {
        return check(Call::prctl, present);
    }
    const uint64_t all = static_cast<uint64_t>(present) | wanted;
    return all == static_cast<uint64_t>(present)
               ? Outcome{}
               : check(Call::prctl, sys(__NR_prctl, PR_SET_SECUREBITS, all, 0L, 0L, 0L));
}

} // namespace

Outcome bound_capabilities(Context &context, const Step &step) {
    uint64_t present = 0;
    for (long each = 0; each <= highest; ++each) {
        const long answer = sys(__NR_prctl, PR_CAPBSET_READ, each, 0L, 0L, 0L);
        if (answer < 0) {
            break; // the kernel has no more
        }
        present |= answer > 0 ? bit(each) : 0;
    }
    const uint64_t wanted = changed(*context.at<CapabilityChange>(step.table), present, present);
    if ((wanted & ~present) != 0) {
        return missing(context, Call::prctl, wanted & ~present);
    }
    for (long each = 0; each <= highest; ++each) {
        if ((present & ~wanted & bit(each)) == 0) {
            continue;
        }
        if (const long result = sys(__NR_prctl, PR_CAPBSET_DROP, each, 0L, 0L, 0L); result < 0) {
            return check(Call::prctl, result);
        }
    }
    return step.number[0] == 0 ? Outcome{}
                               : check(Call::prctl, sys(__NR_prctl, PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L));
}

Outcome set_capabilities(Context &context, const Step &step) {
    const CapabilityChange *changes = context.at<CapabilityChange>(step.table);
    Sets present;
    if (const Outcome outcome = get(present); outcome.failed()) {
        return outcome;
    }
    // The change of ids is over. A program clears this flag by its exec, a function would not.
    if (const long result = sys(__NR_prctl, PR_SET_KEEPCAPS, 0L, 0L, 0L, 0L); result < 0) {
        return check(Call::prctl, result);
    }
    const uint64_t available = present.permitted;
    Sets wanted;
    wanted.permitted = changed(changes[plan::of_permitted], available, available);
    wanted.inheritable = changed(changes[plan::of_inheritable], present.inheritable, available);
    wanted.effective =
        changed(changes[plan::of_effective], present.effective & wanted.permitted, wanted.permitted);
    // What is ambient is both permitted and inheritable.
    const uint64_t ambient = present.inheritable != 0 ? ambient_set() : 0;
    const uint64_t can_be_ambient = wanted.permitted & wanted.inheritable;
    const uint64_t wanted_ambient =
        changed(changes[plan::of_ambient], ambient & can_be_ambient, can_be_ambient);
    const uint64_t lacking = (wanted.permitted | wanted.effective | wanted_ambient) & ~available;
    if (lacking != 0) {
        return missing(context, Call::capset, lacking);
    }
    // The flags need CAP_SETPCAP, and may forbid what is ambient to be raised: so the permitted set is last.
    Outcome outcome = set({available, available, wanted.inheritable});
    if (!outcome.failed()) {
        outcome = set_ambient(ambient & wanted.inheritable, wanted_ambient);
    }
    if (!outcome.failed()) {
        outcome = set_securebits(step.number[0]);
    }
    return outcome.failed() ? outcome : set(wanted);
}

} // namespace spaces::stage
