// Mounts: made detached, then attached to a descriptor of their target. Where the calls for that are missing
// or forbidden, mount(2) does the same through /proc/self/fd.
#include "stage/context.hpp"

#include <linux/fcntl.h>
#include <linux/mount.h>
#include <stddef.h>

namespace spaces::stage {

namespace {

using plan::Call;
using plan::Step;

constexpr long empty_to_empty = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH;

// In the Plan's table: a tree as its descriptor, anything else as a negative number below -1.
int encode(Slot slot) {
    return slot.is_tree ? slot.fd : -2 - slot.fd;
}
Slot decode(int value) {
    return value >= 0 ? Slot{value, true} : Slot{-2 - value, false};
}

Slot slot_of(const Context &context, const Step &step) {
    return step.fd >= 0 ? Slot{step.fd, true} : slot_at(context, step.number[0]);
}

// Up to the comma that ends the first of them. A security context may have commas of its own, and is in
// quotes then, for mount(2): context="…:c1,c2". `quoted`: where that is so, the position behind the first
// quote.
size_t option_length(const char *options, size_t &quoted) {
    constexpr char context[] = "context=\"";
    size_t matched = 0; // of these characters, up to here
    quoted = 0;
    size_t length = 0;
    for (; options[length] != 0; ++length) {
        const char next = options[length];
        if (next == ',' && (quoted == 0 || options[length - 1] == '"')) {
            break;
        }
        if (quoted == 0) {
            matched = next == context[matched] ? matched + 1 : next == context[0] ? 1 : 0;
            quoted = context[matched] == 0 ? length + 1 : 0;
        }
    }
    return length;
}

// Gives fsopen's context one option: "size=64m" as a string, "ro" as a flag.
long configure(long filesystem, const char *option, size_t length, size_t quoted) {
    char key[256]; // longer ones fsconfig(2) does not take, while mount(2) does: those of overlay can be long
    char value[256];
    if (length >= sizeof value) {
        return -ENOSYS;
    }
    size_t at = 0;
    size_t key_length = 0;
    while (at < length && option[at] != '=' && key_length + 1 < sizeof key) {
        key[key_length++] = option[at++];
    }
    key[key_length] = 0;
    if (at == length) {
        return sys(__NR_fsconfig, filesystem, FSCONFIG_SET_FLAG, key, 0L, 0L);
    }
    size_t value_length = 0;
    const size_t end = quoted != 0 ? length - 1 : length;
    for (at = quoted != 0 ? quoted : at + 1; at < end && value_length + 1 < sizeof value; ++at) {
        value[value_length++] = option[at];
    }
    value[value_length] = 0;
    return sys(__NR_fsconfig, filesystem, FSCONFIG_SET_STRING, key, value, 0L);
}

constexpr struct {
    unsigned long flag;
    const char *name;
} file_system_flags[] = {
    {MS_SYNCHRONOUS, "sync"}, {MS_DIRSYNC, "dirsync"}, {MS_LAZYTIME, "lazytime"}, {MS_MANDLOCK, "mand"}};

// The kernel explains a refused option in words: "e tmpfs: Bad value for 'size'".
const char *explanation(Context &context, long filesystem) {
    const long got = sys(__NR_read, filesystem, context.detail, sizeof context.detail - 1);
    if (got < 3) {
        return nullptr;
    }
    context.detail[got] = 0;
    if (context.detail[got - 1] == '\n') {
        context.detail[got - 1] = 0;
    }
    return context.detail + 2;
}

Outcome mount_at(Context &context, const Step &step, const char *path, const char *data) {
    const char *source = context.text(step.text[2]);
    const char *type = context.text(step.text[1]);
    return check(Call::mount, sys(__NR_mount, source != nullptr ? source : type, path, type,
                                  mount_flags(step.number[1]) | step.number[2], data));
}

// Most starts mount no more than a /proc where it always is: one system call, to eleven. What fails is tried
// the other way, which explains more.
bool mount_at_once(Context &context, const Step &step) {
    return (step.flags & plan::step_callers_root) != 0 && step.text[3] == 0 &&
           !mount_at(context, step, context.text(step.text[0]), nullptr).failed();
}

Outcome open_clone(long from, const char *path, long flags, long &tree) {
    tree = sys(__NR_open_tree, from, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | flags);
    return check(Call::open_tree, tree);
}

} // namespace

bool can_attach() {
    const Outcome outcome = check(Call::move_mount, sys(__NR_move_mount, -1L, "", -1L, "", empty_to_empty));
    return !unavailable(outcome); // but EBADF
}

Slot slot_at(const Context &context, uint64_t index) {
    return decode(context.at<int>(context.header().slots)[index]);
}

void fill_slot(const Context &context, uint64_t index, Slot slot) {
    context.at<int>(context.header().slots)[index] = encode(slot);
}

Outcome attach(Slot slot, int target, bool recursive) {
    if (slot.is_tree) {
        return check(Call::move_mount, sys(__NR_move_mount, slot.fd, "", target, "", empty_to_empty));
    }
    char from[32];
    char to[32];
    describe_fd(slot.fd, from);
    describe_fd(target, to);
    return check(Call::mount, sys(__NR_mount, from, to, 0L, MS_BIND | (recursive ? MS_REC : 0), 0L));
}

Outcome bind(int fd, int target, bool recursive) {
    if (can_attach()) {
        long tree = -1;
        Outcome outcome = open_clone(fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), tree);
        if (!outcome.failed()) {
            outcome = attach({static_cast<int>(tree), true}, target, recursive);
            sys(__NR_close, tree);
        }
        if (!unavailable(outcome)) {
            return outcome;
        }
    }
    return attach({fd, false}, target, recursive);
}

Outcome open_path(Context &context, const Step &step) {
    const long directory = (step.flags & plan::step_target_is_file) != 0 ? 0 : O_DIRECTORY;
    const long fd = sys(__NR_openat, AT_FDCWD, context.text(step.text[0]), O_PATH | O_CLOEXEC | directory);
    if (fd >= 0) {
        fill_slot(context, step.number[0], {static_cast<int>(fd), false});
    }
    return check(Call::open, fd);
}

Outcome clone_tree(Context &context, const Step &step) {
    const char *source = context.text(step.text[0]);
    if (can_attach()) {
        long tree = -1;
        const bool recursive = (step.flags & plan::step_recursive) != 0;
        const Outcome outcome = open_clone(AT_FDCWD, source, recursive ? AT_RECURSIVE : 0, tree);
        if (!outcome.failed()) {
            fill_slot(context, step.number[0], {static_cast<int>(tree), true});
        }
        if (!unavailable(outcome)) {
            return outcome;
        }
    }
    const long fd = sys(__NR_openat, AT_FDCWD, source, O_PATH | O_CLOEXEC);
    if (fd >= 0) {
        fill_slot(context, step.number[0], {static_cast<int>(fd), false});
    }
    return check(Call::open, fd);
}

Outcome restrict_tree(Context &context, const Step &step) {
    const Slot slot = slot_of(context, step);
    return slot.is_tree ? change_all_attributes(context, step, slot.fd) : check(Call::mount_setattr, -ENOSYS);
}

Outcome attach_tree(Context &context, const Step &step) {
    const Slot slot = slot_of(context, step);
    int target = -1;
    if (const Outcome outcome = open_target(context, step, target); outcome.failed()) {
        return outcome;
    }
    bool attributes_wanted = (step.number[1] | step.number[2]) != 0;
    if (slot.is_tree && attributes_wanted) {
        // Before it is attached: the tree is never visible without its restrictions.
        const Outcome outcome = change_attributes(context, step, slot.fd, false);
        if (outcome.failed() && !unavailable(outcome)) {
            sys(__NR_close, target);
            return outcome;
        }
        attributes_wanted = outcome.failed();
    }
    Outcome outcome = attach(slot, target, (step.flags & plan::step_recursive) != 0);
    sys(__NR_close, slot.fd);
    sys(__NR_close, target);
    if (outcome.failed() || !attributes_wanted) {
        return outcome;
    }
    // Once more: now it is what has been mounted there.
    if (outcome = open_in_root(context, context.text(step.text[0]), target); outcome.failed()) {
        return outcome;
    }
    outcome = change_attributes(context, step, target, true);
    sys(__NR_close, target);
    return outcome;
}

long configure_all(Context &context, const Step &step, long filesystem) {
    long result = 0;
    if (const char *source = context.text(step.text[2]); source != nullptr) {
        result = sys(__NR_fsconfig, filesystem, FSCONFIG_SET_STRING, "source", source, 0L);
    }
    const char *options = context.text(step.text[3]);
    while (options != nullptr && *options != 0 && result >= 0) {
        size_t quoted = 0;
        const size_t length = option_length(options, quoted);
        result = configure(filesystem, options, length, quoted);
        options += length + (options[length] == ',' ? 1 : 0);
    }
    for (const auto &each : file_system_flags) {
        if (result >= 0 && (step.number[2] & each.flag) != 0) {
            result = sys(__NR_fsconfig, filesystem, FSCONFIG_SET_FLAG, each.name, 0L, 0L);
        }
    }
    return result < 0 ? result : sys(__NR_fsconfig, filesystem, FSCONFIG_CMD_CREATE, 0L, 0L, 0L);
}

Outcome mount_detached(Context &context, const Step &step, Configure configure, long &mount) {
    const long filesystem = sys(__NR_fsopen, context.text(step.text[1]), FSOPEN_CLOEXEC);
    if (filesystem < 0) {
        return check(Call::fsopen, filesystem);
    }
    Outcome outcome = check(Call::fsconfig, configure(context, step, filesystem));
    if (outcome.failed()) {
        outcome.text = explanation(context, filesystem);
    } else {
        mount = sys(__NR_fsmount, filesystem, FSMOUNT_CLOEXEC, step.number[1]);
        outcome = check(Call::fsmount, mount);
    }
    sys(__NR_close, filesystem);
    return outcome;
}

Outcome mount_by_path(Context &context, const Step &step, int target, const char *data) {
    char path[32];
    describe_fd(target, path);
    return mount_at(context, step, path, data);
}

Outcome mount_on(Context &context, const Step &step, int target) {
    long mount = -1;
    Outcome outcome = mount_detached(context, step, configure_all, mount);
    if (!outcome.failed() && context.copy_fd >= 0) {
        outcome = copy_into(context, static_cast<int>(mount));
        if (outcome.failed()) {
            sys(__NR_close, mount);
            return outcome;
        }
    }
    if (!outcome.failed()) {
        outcome = attach({static_cast<int>(mount), true}, target, false);
        sys(__NR_close, mount);
    }
    return unavailable(outcome) ? mount_by_path(context, step, target, context.text(step.text[3])) : outcome;
}

Outcome mount_filesystem(Context &context, const Step &step) {
    if (context.copy_fd < 0 && mount_at_once(context, step)) {
        return {};
    }
    int target = -1;
    if (const Outcome outcome = open_target(context, step, target); outcome.failed()) {
        return outcome;
    }
    Outcome outcome = mount_on(context, step, target);
    sys(__NR_close, target);
    if (outcome.failed() || context.copy_fd < 0) {
        return outcome;
    }
    // By path, so that only now there is something to copy to.
    if (outcome = open_in_root(context, context.text(step.text[0]), target); !outcome.failed()) {
        outcome = copy_into(context, target);
        sys(__NR_close, target);
    }
    return outcome;
}

// By the name in its parent: a descriptor of the mount itself would keep it busy.
Outcome unmount(Context &context, const Step &step) {
    constexpr long mnt_detach = 2;
    constexpr long umount_nofollow = 8;
    int parent = -1;
    const char *name = nullptr;
    if (const Outcome outcome = open_parent(context, step, parent, name); outcome.failed()) {
        return outcome;
    }
    const long entered = sys(__NR_fchdir, parent);
    sys(__NR_close, parent);
    if (entered < 0) {
        return check(Call::fchdir, entered);
    }
    const long flags = umount_nofollow | ((step.flags & plan::step_optional) != 0 ? mnt_detach : 0);
    return check(Call::umount2, sys(__NR_umount2, name, flags));
}

Outcome propagate(Context &context, const Step &step) {
    int target = -1;
    if (const Outcome outcome = open_in_root(context, context.text(step.text[0]), target); outcome.failed()) {
        return outcome;
    }
    mount_attr attr{};
    attr.propagation = step.number[0] & ~static_cast<uint64_t>(MS_REC);
    const long recursive = (step.number[0] & MS_REC) != 0 ? AT_RECURSIVE : 0;
    Outcome outcome = check(Call::mount_setattr, sys(__NR_mount_setattr, target, "",
                                                     AT_EMPTY_PATH | recursive, &attr, sizeof attr));
    if (unavailable(outcome)) {
        char path[32];
        describe_fd(target, path);
        outcome = check(Call::mount, sys(__NR_mount, 0L, path, 0L, step.number[0], 0L));
    }
    sys(__NR_close, target);
    return outcome;
}

} // namespace spaces::stage
