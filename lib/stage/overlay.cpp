// Overlay mounts: their layers are descriptors, so that no path is resolved twice. Where fsconfig(2) takes no
// descriptors (before Linux 6.13) mount(2) finds them through /proc/self/fd.
#include "stage/context.hpp"

#include <linux/fcntl.h>
#include <linux/mount.h>
#include <linux/stat.h>
#include <stddef.h>

namespace spaces::stage {

namespace {

using plan::Call;
using plan::Note;
using plan::OverlayLayer;
using plan::Step;
using Kind = OverlayLayer::Kind;

constexpr size_t page = 4096; // what mount(2) takes

OverlayLayer *layers_of(const Context &context, const Step &step) {
    return context.at<OverlayLayer>(step.table);
}

int fd_of(const Context &context, const OverlayLayer &layer) {
    return slot_at(context, layer.slot).fd;
}

const char *parameter(Kind kind) {
    constexpr const char *names[] = {"lowerdir+", "datadir+", "upperdir", "workdir"};
    return names[static_cast<unsigned>(kind)];
}

long configure_layers(Context &context, const Step &step, long filesystem) {
    for (uint64_t i = 0; i < step.number[0]; ++i) {
        const OverlayLayer &layer = layers_of(context, step)[i];
        const long result =
            sys(__NR_fsconfig, filesystem, FSCONFIG_SET_FD, parameter(layer.kind), 0L, fd_of(context, layer));
        if (result == -EINVAL || result == -EBADF || result == -EOPNOTSUPP) {
            return -ENOSYS; // this kernel wants paths
        }
        if (result < 0) {
            return result;
        }
    }
    return configure_all(context, step, filesystem);
}

class Text {
  public:
    Outcome add(const char *text) {
        for (; *text != 0; ++text) {
            if (length_ + 1 == page) {
                return check(Call::mount, -E2BIG);
            }
            content_[length_++] = *text;
        }
        content_[length_] = 0;
        return {};
    }
    bool is_empty() const { return length_ == 0; }
    const char *content() const { return content_; }

  private:
    char content_[page] = {};
    size_t length_ = 0;
};

Outcome mount_by_names(Context &context, const Step &step, int target) {
    Text text;
    Outcome outcome;
    Kind last = Kind::work;
    for (uint64_t i = 0; i < step.number[0] && !outcome.failed(); ++i) {
        const OverlayLayer &layer = layers_of(context, step)[i];
        const char *separator = i == 0                      ? "lowerdir="
                                : layer.kind == Kind::upper ? ",upperdir="
                                : layer.kind == Kind::work  ? ",workdir="
                                : layer.kind != last        ? "::"
                                                            : ":";
        last = layer.kind;
        char path[32];
        describe_fd(fd_of(context, layer), path);
        outcome = text.add(separator);
        outcome = outcome.failed() ? outcome : text.add(path);
    }
    if (const char *more = context.text(step.text[3]); more != nullptr && !outcome.failed()) {
        outcome = text.add(",");
        outcome = outcome.failed() ? outcome : text.add(more);
    }
    return outcome.failed() ? outcome : mount_by_path(context, step, target, text.content());
}

// What an upper directory is shows as the overlay's own root: it is made like the uppermost of those below.
Outcome make_in_memory(Context &context, const Step &step) {
    struct statx status {};
    long result = sys(__NR_statx, fd_of(context, layers_of(context, step)[0]), "", AT_EMPTY_PATH,
                      STATX_BASIC_STATS, &status);
    if (result < 0) {
        return check(Call::statx, result);
    }
    for (uint64_t i = 0; i < step.number[0]; ++i) {
        const OverlayLayer &layer = layers_of(context, step)[i];
        if (layer.in_memory == 0) {
            continue;
        }
        const bool is_upper = layer.kind == Kind::upper;
        const char *name = is_upper ? "upper" : "work";
        result = sys(__NR_mkdirat, context.memory_fd, name, 0755L);
        if (result < 0) {
            return check(Call::mkdirat, result);
        }
        if (is_upper) {
            // An owner who is not mapped here cannot be given to a file.
            sys(__NR_fchownat, context.memory_fd, name, status.stx_uid, status.stx_gid, AT_SYMLINK_NOFOLLOW);
            result = sys(__NR_fchmodat, context.memory_fd, name, status.stx_mode & 07777);
        }
        const long fd = result < 0 ? result
                                   : sys(__NR_openat, context.memory_fd, name,
                                         O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0) {
            return check(Call::open, fd);
        }
        fill_slot(context, layer.slot, {static_cast<int>(fd), false});
    }
    return {};
}

struct Unsuitable {
    unsigned long magic;
    const char *name;
};

// File systems that can hold no upper directory: what they lack is in the kernel's "Overlay Filesystem".
constexpr Unsuitable unsuitable[] = {{0x794c7630, "overlay"}, {0x6969, "nfs"},       {0x65735546, "fuse"},
                                     {0x4d44, "vfat"},        {0x2011bab0, "exfat"}, {0x01021997, "9p"},
                                     {0xff534d42, "cifs"},    {0x9660, "iso9660"},   {0x73717368, "squashfs"},
                                     {0x858458f6, "ramfs"},   {0xe0f5e1e2, "erofs"}, {0x9fa0, "proc"}};

void explain(Context &context, const Step &step, Outcome &outcome) {
    for (uint64_t i = 0; i < step.number[0]; ++i) {
        const OverlayLayer &layer = layers_of(context, step)[i];
        unsigned long status[16] = {}; // struct statfs begins with the type
        if (layer.kind != Kind::upper || sys(__NR_fstatfs, fd_of(context, layer), status) < 0) {
            continue;
        }
        for (const Unsuitable &each : unsuitable) {
            if (each.magic == status[0]) {
                outcome.note = Note::unsuitable_upper;
                outcome.text = each.name;
            }
        }
    }
}

} // namespace

Outcome mount_overlay(Context &context, const Step &step) {
    int target = -1;
    Outcome outcome = open_target(context, step, target);
    if (outcome.failed()) {
        return outcome;
    }
    if (context.memory_fd >= 0) {
        outcome = make_in_memory(context, step);
    }
    if (!outcome.failed()) {
        long mount = -1;
        outcome = can_attach() ? mount_detached(context, step, configure_layers, mount)
                               : check(Call::fsopen, -ENOSYS);
        if (!outcome.failed()) {
            outcome = attach({static_cast<int>(mount), true}, target, false);
            sys(__NR_close, mount);
        }
        if (unavailable(outcome)) {
            const char *text = outcome.text;
            outcome = mount_by_names(context, step, target);
            outcome.text = outcome.failed() ? text : nullptr;
        }
    }
    sys(__NR_close, target);
    if (outcome.failed()) {
        explain(context, step, outcome);
        return outcome;
    }
    for (uint64_t i = 0; i < step.number[0]; ++i) {
        sys(__NR_close, fd_of(context, layers_of(context, step)[i]));
    }
    return outcome;
}

} // namespace spaces::stage
