// Masked and read-only paths: covered by nothing, or by themselves without the right to write.
#include "stage/context.hpp"

#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/stat.h>

namespace spaces::stage {

namespace {

using plan::Call;

constexpr unsigned type_mask = 0170000;
constexpr unsigned type_directory = 0040000;

bool is_missing(const Outcome &outcome) {
    return outcome.error == ENOENT || outcome.error == ENOTDIR;
}

Outcome cover(Context &context, const plan::Step &step, int target) {
    struct statx status {};
    if (const long result = sys(__NR_statx, target, "", AT_EMPTY_PATH, STATX_TYPE, &status); result < 0) {
        return check(Call::statx, result);
    }
    if ((status.stx_mode & type_mask) == type_directory) {
        return mount_on(context, step, target);
    }
    return bind(slot_at(context, step.number[0]).fd, target, false);
}

// The tree is read-only before anybody sees it.
Outcome cover_by_itself(Context &context, const plan::Step &step, int target) {
    const long tree =
        sys(__NR_open_tree, target, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE | AT_EMPTY_PATH);
    Outcome outcome = check(Call::open_tree, tree);
    if (!outcome.failed()) {
        const int fd = static_cast<int>(tree);
        outcome = change_all_attributes(context, step, fd);
        if (!outcome.failed()) {
            outcome = attach({fd, true}, target, true);
        }
        sys(__NR_close, fd);
    }
    return outcome;
}

} // namespace

Outcome mask(Context &context, const plan::Step &step) {
    int target = -1;
    Outcome outcome = open_in_root(context, context.text(step.text[0]), target);
    if (!outcome.failed()) {
        outcome = cover(context, step, target);
        sys(__NR_close, target);
    }
    if ((step.flags & plan::step_close_slot) != 0) {
        sys(__NR_close, slot_at(context, step.number[0]).fd);
    }
    return is_missing(outcome) ? Outcome{} : outcome;
}

Outcome make_readonly(Context &context, const plan::Step &step) {
    int target = -1;
    Outcome outcome = open_in_root(context, context.text(step.text[0]), target);
    if (outcome.failed()) {
        return is_missing(outcome) ? Outcome{} : outcome;
    }
    outcome = cover_by_itself(context, step, target);
    if (!unavailable(outcome)) {
        sys(__NR_close, target);
        return outcome;
    }
    outcome = attach({target, false}, target, true);
    sys(__NR_close, target);
    if (!outcome.failed()) {
        outcome = open_in_root(context, context.text(step.text[0]), target);
    }
    if (!outcome.failed()) {
        outcome = change_attributes(context, step, target, true);
        sys(__NR_close, target);
    }
    return outcome;
}

} // namespace spaces::stage
