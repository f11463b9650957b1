// The attributes of a mount, read-only, nosuid and so on: set and cleared. Where mount_setattr(2) is missing
// or forbidden, mount(2) does the same to one mount, though not to all below it.
#include "stage/context.hpp"

#include <linux/fcntl.h>
#include <linux/mount.h>

namespace spaces::stage {

namespace {

using plan::Call;
using plan::Note;
using plan::Step;

constexpr uint64_t same_bits = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC; // everywhere
constexpr uint64_t access_times = MOUNT_ATTR__ATIME | MOUNT_ATTR_NODIRATIME;

struct Change {
    uint64_t set;
    uint64_t clear;
};

// The ways of updating access times exclude each other: who names one must name them all.
uint64_t to_clear(Change change) {
    const bool names_one = ((change.set | change.clear) & MOUNT_ATTR__ATIME) != 0;
    return change.clear | (names_one ? MOUNT_ATTR__ATIME : 0);
}

Outcome attributes_of(int mount, uint64_t &attributes) {
    constexpr unsigned long st_noatime = 1024;
    constexpr unsigned long st_nodiratime = 2048;
    constexpr unsigned long st_relatime = 4096;
    constexpr unsigned long st_nosymfollow = 8192;
    struct {
        long type, block_size;
        unsigned long counts[5];
        int id[2];
        long name_length, fragment_size;
        unsigned long flags, spare[4];
    } status{};
    if (const long result = sys(__NR_fstatfs, mount, &status); result < 0) {
        return check(Call::fstatfs, result);
    }
    attributes = status.flags & same_bits;
    if ((status.flags & st_noatime) != 0) {
        attributes |= MOUNT_ATTR_NOATIME;
    } else if ((status.flags & st_relatime) == 0) {
        attributes |= MOUNT_ATTR_STRICTATIME;
    }
    attributes |= (status.flags & st_nodiratime) != 0 ? MOUNT_ATTR_NODIRATIME : 0;
    attributes |= (status.flags & st_nosymfollow) != 0 ? MOUNT_ATTR_NOSYMFOLLOW : 0;
    return {};
}

Outcome set_attributes(int mount, Change change, long flags) {
    mount_attr attr{};
    attr.attr_set = change.set;
    attr.attr_clr = to_clear(change);
    return check(Call::mount_setattr,
                 sys(__NR_mount_setattr, mount, "", AT_EMPTY_PATH | flags, &attr, sizeof attr));
}

// What a mount has from a more privileged user namespace is locked: protections stay, access times stay as
// they are.
Outcome explained(Context &context, Outcome outcome, uint64_t attributes) {
    constexpr struct {
        uint64_t attributes;
        const char *name;
    } lockable[] = {{MOUNT_ATTR_RDONLY, "ro"},
                    {MOUNT_ATTR_NOSUID, "nosuid"},
                    {MOUNT_ATTR_NODEV, "nodev"},
                    {MOUNT_ATTR_NOEXEC, "noexec"},
                    {access_times, "access times"}};
    unsigned long length = 0;
    for (const auto &each : lockable) {
        if ((attributes & each.attributes) != 0) {
            copy_text(context.detail + length, sizeof context.detail - length, length != 0 ? "," : "");
            length += length != 0 ? 1 : 0;
            copy_text(context.detail + length, sizeof context.detail - length, each.name);
            while (context.detail[length] != 0) {
                ++length;
            }
        }
    }
    if (length != 0) {
        outcome.note = Note::attributes_locked;
        outcome.text = context.detail;
    }
    return outcome;
}

// A remount replaces all that a mount has.
Outcome remount_by_path(Context &context, int target, Change change) {
    uint64_t present = 0;
    if (const Outcome outcome = attributes_of(target, present); outcome.failed()) {
        return outcome;
    }
    const uint64_t wanted = (present & ~to_clear(change)) | change.set;
    char path[32];
    describe_fd(target, path);
    const unsigned long flags = MS_REMOUNT | MS_BIND | mount_flags(wanted);
    const Outcome outcome = check(Call::mount, sys(__NR_mount, 0L, path, 0L, flags, 0L));
    const uint64_t lost = (present & ~wanted) | ((present ^ wanted) & access_times);
    return outcome.error == EPERM ? explained(context, outcome, lost) : outcome;
}

Outcome change_all(Context &context, int mount, Change change) {
    const Outcome outcome = set_attributes(mount, change, AT_RECURSIVE);
    // A change of nothing is refused by nobody but a filter.
    if (outcome.error == EPERM && !set_attributes(-1, {0, 0}, 0).failed()) {
        return explained(context, outcome, change.clear | (change.set & access_times));
    }
    return outcome;
}

} // namespace

unsigned long mount_flags(uint64_t attributes) {
    unsigned long flags = attributes & same_bits;
    switch (attributes & MOUNT_ATTR__ATIME) {
    case MOUNT_ATTR_NOATIME:
        flags |= MS_NOATIME;
        break;
    case MOUNT_ATTR_STRICTATIME:
        flags |= MS_STRICTATIME;
        break;
    default:
        flags |= MS_RELATIME;
    }
    if ((attributes & MOUNT_ATTR_NODIRATIME) != 0) {
        flags |= MS_NODIRATIME;
    }
    if ((attributes & MOUNT_ATTR_NOSYMFOLLOW) != 0) {
        flags |= MS_NOSYMFOLLOW;
    }
    return flags;
}

Outcome change_attributes(Context &context, const Step &step, int mount, bool is_attached) {
    Change change{step.number[1], step.number[2]};
    if (change.clear != 0) {
        // What is not there need not go: "atime" leaves a mount with strictatime alone, which may be locked.
        uint64_t present = 0;
        if (const Outcome outcome = attributes_of(mount, present); outcome.failed()) {
            return outcome;
        }
        change.clear &= present;
    }
    if (change.set == 0 && change.clear == 0) {
        return {};
    }
    const Outcome outcome = set_attributes(mount, change, 0);
    return unavailable(outcome) && is_attached ? remount_by_path(context, mount, change) : outcome;
}

Outcome change_all_attributes(Context &context, const Step &step, int mount) {
    return change_all(context, mount, {step.number[1], step.number[2]});
}

Outcome remount(Context &context, const Step &step) {
    int target = -1;
    if (const Outcome outcome = open_in_root(context, context.text(step.text[0]), target); outcome.failed()) {
        return outcome;
    }
    const bool recursive = (step.flags & plan::step_recursive) != 0;
    const Outcome outcome = recursive ? change_all(context, target, {step.number[1], step.number[2]})
                                      : change_attributes(context, step, target, true);
    sys(__NR_close, target);
    return outcome;
}

} // namespace spaces::stage
