// Device nodes: made where that is permitted, else the caller's own node is bound in their place.
#include "stage/context.hpp"

#include <linux/fcntl.h>
#include <linux/stat.h>

namespace spaces::stage {

namespace {

using plan::Call;
using plan::DeviceNode;
using plan::Note;
using plan::Step;

constexpr unsigned type_mask = 0170000;

// As the kernel takes it from user space: new_decode_dev().
unsigned long encoded(const DeviceNode &node) {
    return (node.minor & 0xffU) | node.major << 8U | (node.minor & ~0xffU) << 12U;
}

Outcome make_node(int parent, const char *name, const DeviceNode &node) {
    const long made = sys(__NR_mknodat, parent, name, node.mode, encoded(node));
    if (made < 0) {
        return check(Call::mknodat, made);
    }
    // After the owner, whose change takes bits away.
    const long owned = sys(__NR_fchownat, parent, name, node.uid, node.gid, AT_SYMLINK_NOFOLLOW);
    return check(Call::fchownat, owned);
}

// Whether it is there already. A link there is none, wherever it leads.
Outcome check_present(int parent, const char *name, const DeviceNode &node) {
    struct statx status {};
    const long result = sys(__NR_statx, parent, name, AT_SYMLINK_NOFOLLOW, STATX_TYPE, &status);
    const bool is_fifo = node.major == 0 && node.minor == 0;
    const bool is_it =
        result == 0 && (status.stx_mode & type_mask) == (node.mode & type_mask) &&
        (is_fifo || (status.stx_rdev_major == node.major && status.stx_rdev_minor == node.minor));
    Outcome outcome = check(Call::mknodat, is_it ? 0 : -EEXIST);
    outcome.note = is_it ? Note::none : Note::is_another;
    return outcome;
}

Outcome bind_node(Context &context, const Step &step, const Slot &slot) {
    int target = -1;
    Outcome outcome = open_target(context, step, target);
    if (!outcome.failed()) {
        outcome = attach(slot, target, false);
        sys(__NR_close, target);
    }
    return outcome;
}

} // namespace

Outcome make_device(Context &context, const Step &step) {
    const DeviceNode &node = *context.at<DeviceNode>(step.table);
    const Slot slot = node.slot != DeviceNode::no_slot ? slot_at(context, node.slot) : Slot{-1, false};
    Outcome outcome;
    if ((step.flags & plan::step_make_target) != 0) {
        int parent = -1;
        const char *name = nullptr;
        if (outcome = open_parent(context, step, parent, name); outcome.failed()) {
            return outcome;
        }
        outcome = make_node(parent, name, node);
        if (outcome.error == EEXIST) {
            outcome = check_present(parent, name, node);
        }
        sys(__NR_close, parent);
    } else {
        outcome = check(Call::mknodat, -EPERM); // not in the caller's own directories
    }
    if (outcome.error == EPERM && slot.fd >= 0) {
        outcome = bind_node(context, step, slot);
    }
    if (slot.fd >= 0) {
        sys(__NR_close, slot.fd);
    }
    return outcome;
}

} // namespace spaces::stage
