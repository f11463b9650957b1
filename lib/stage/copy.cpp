// Op::copy_up: what a directory contains, copied into the tmpfs that is mounted over it.
#include "stage/context.hpp"

#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/stat.h>
#include <stddef.h>

namespace spaces::stage {

namespace {

using plan::Call;

constexpr unsigned type_mask = 0170000;
constexpr unsigned type_directory = 0040000;
constexpr unsigned type_file = 0100000;
constexpr unsigned type_link = 0120000;
constexpr size_t page = 4096;
constexpr int deepest = 100; // where the stack is a small one, it ends at about 200

// struct linux_dirent64; the name goes on behind it.
struct Entry {
    uint64_t inode;
    int64_t next;
    unsigned short size;
    unsigned char type;
    char name[5];
};

// A stack may be too small for buffers.
class Page {
  public:
    Page()
        : address_(sys(__NR_mmap, 0L, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0L)) {}
    Page(const Page &) = delete;
    Page &operator=(const Page &) = delete;
    ~Page() {
        if (!is_missing()) {
            sys(__NR_munmap, address_, page);
        }
    }
    bool is_missing() const { return address_ < 0 && address_ > -4096; }
    char *data() const { return reinterpret_cast<char *>(address_); }

  private:
    long address_;
};

bool is_dots(const char *name) {
    return name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
}

// The mode after the owner: chown takes bits away.
Outcome give(int to, const char *name, const struct statx &status) {
    long owned =
        sys(__NR_fchownat, to, name, status.stx_uid, status.stx_gid, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH);
    owned = owned == -EINVAL ? 0 : owned; // an owner who is not mapped here owns nothing here
    if (owned < 0 || (status.stx_mode & type_mask) == type_link) {
        return check(Call::fchownat, owned);
    }
    return check(Call::fchmodat, sys(__NR_fchmodat, to, *name != 0 ? name : ".", status.stx_mode & 07777));
}

Outcome copy_file(int from, int to, const char *name) {
    // Not to be held up by a FIFO that has come in its place.
    const long in = sys(__NR_openat, from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (in < 0) {
        return check(Call::open, in);
    }
    const long out = sys(__NR_openat, to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600L);
    long copied = out < 0 ? out : 1;
    while (copied > 0 || copied == -EINTR) {
        copied = sys(__NR_sendfile, out, in, 0L, 1L << 30);
    }
    sys(__NR_close, in);
    sys(__NR_close, out);
    return check(out < 0 ? Call::open : Call::sendfile, copied);
}

Outcome copy_link(int from, int to, const char *name) {
    const Page content;
    if (content.is_missing()) {
        return check(Call::mmap, -ENOMEM);
    }
    const long length = sys(__NR_readlinkat, from, name, content.data(), page - 1);
    if (length < 0) {
        return check(Call::readlinkat, length);
    }
    content.data()[length] = 0;
    return check(Call::symlinkat, sys(__NR_symlinkat, content.data(), to, name));
}

Outcome copy_directory(Context &context, int from, int to, int depth);

Outcome copy_below(Context &context, int from, int to, const char *name, int depth) {
    if (const long made = sys(__NR_mkdirat, to, name, 0700L); made < 0) {
        return check(Call::mkdirat, made);
    }
    const long source = sys(__NR_openat, from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const long target = sys(__NR_openat, to, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    const Outcome outcome = source < 0 || target < 0 ? check(Call::open, source < 0 ? source : target)
                                                     : copy_directory(context, static_cast<int>(source),
                                                                      static_cast<int>(target), depth + 1);
    sys(__NR_close, source);
    sys(__NR_close, target);
    return outcome;
}

Outcome copy_entry(Context &context, int from, int to, const char *name, int depth) {
    struct statx status {};
    const long result = sys(__NR_statx, from, name, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, &status);
    if (result < 0) {
        return check(Call::statx, result);
    }
    Outcome outcome;
    switch (status.stx_mode & type_mask) {
    case type_directory:
        outcome = copy_below(context, from, to, name, depth);
        break;
    case type_file:
        outcome = copy_file(from, to, name);
        break;
    case type_link:
        outcome = copy_link(from, to, name);
        break;
    default:
        outcome = check(Call::mknodat, sys(__NR_mknodat, to, name, status.stx_mode,
                                           (status.stx_rdev_minor & 0xffU) | status.stx_rdev_major << 8U |
                                               (status.stx_rdev_minor & ~0xffU) << 12U));
    }
    return outcome.failed() ? outcome : give(to, name, status);
}

Outcome copy_directory(Context &context, int from, int to, int depth) {
    const Page entries;
    if (entries.is_missing() || depth > deepest) {
        return check(Call::mmap, entries.is_missing() ? -ENOMEM : -ELOOP);
    }
    for (;;) {
        const long size = sys(__NR_getdents64, from, entries.data(), page);
        if (size <= 0) {
            return check(Call::getdents64, size);
        }
        for (long at = 0; at < size;) {
            const auto *entry = reinterpret_cast<const Entry *>(entries.data() + at);
            at += entry->size;
            if (is_dots(entry->name)) {
                continue;
            }
            Outcome outcome = copy_entry(context, from, to, entry->name, depth);
            if (outcome.failed() && outcome.text == nullptr) {
                copy_text(context.detail, sizeof context.detail, entry->name);
                outcome.text = context.detail;
            }
            if (outcome.failed()) {
                return outcome;
            }
        }
    }
}

} // namespace

// What is not there has nothing to be copied.
Outcome open_for_copy(Context &context, const plan::Step &step) {
    int fd = -1;
    const Outcome outcome = open_in_root(context, context.text(step.text[0]), fd);
    if (outcome.failed()) {
        return outcome.error == ENOENT ? Outcome{} : outcome;
    }
    const long directory = sys(__NR_openat, fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    sys(__NR_close, fd);
    context.copy_fd = static_cast<int>(directory);
    context.copy_mode = step.number[0] != 0;
    return check(Call::open, directory);
}

Outcome copy_into(Context &context, int target) {
    struct statx status {};
    const long result = sys(__NR_statx, context.copy_fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &status);
    Outcome outcome = check(Call::statx, result);
    if (!outcome.failed()) {
        outcome = copy_directory(context, context.copy_fd, target, 0);
    }
    if (!outcome.failed() && context.copy_mode) {
        outcome = give(target, "", status);
    }
    sys(__NR_close, context.copy_fd);
    context.copy_fd = -1;
    return outcome;
}

} // namespace spaces::stage
