// Which descriptors stay open.
#include "stage/context.hpp"

#include <linux/fcntl.h>
#include <stddef.h>

namespace spaces::stage {

namespace {

// struct linux_dirent64; the name goes on behind it.
struct DirectoryEntry {
    uint64_t inode;
    int64_t next;
    unsigned short size;
    unsigned char type;
    char name[5];
};

int number(const char *name) {
    int value = 0;
    for (; *name >= '0' && *name <= '9'; ++name) {
        value = value * 10 + (*name - '0');
    }
    return *name == 0 ? value : -1;
}

// Without close_range: what /proc says is open, or else everything that could be.
void close_between(int first, int last) {
    const long directory = sys(__NR_openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        uint64_t limit[2] = {1024, 1024};
        constexpr long rlimit_nofile = 7;
        sys(__NR_prlimit64, 0L, rlimit_nofile, 0L, limit);
        for (int fd = first; fd <= last && static_cast<uint64_t>(fd) < limit[1]; ++fd) {
            sys(__NR_close, fd);
        }
        return;
    }
    alignas(DirectoryEntry) char buffer[2048];
    for (bool closed = true; closed;) { // closing while reading may skip some: until a pass finds none
        closed = false;
        sys(__NR_lseek, directory, 0L, 0L);
        long size;
        while ((size = sys(__NR_getdents64, directory, buffer, sizeof buffer)) > 0) {
            for (long at = 0; at < size;) {
                const auto *entry = reinterpret_cast<const DirectoryEntry *>(buffer + at);
                at += entry->size;
                const int fd = number(entry->name);
                if (entry->name[0] != '.' && fd >= first && fd <= last && fd != directory) {
                    sys(__NR_close, fd);
                    closed = true;
                }
            }
        }
    }
    sys(__NR_close, directory);
}

} // namespace

void close_all_but(const int *keep, uint32_t count) {
    constexpr int last = 0x7fffffff;
    int first = 0;
    for (uint32_t i = 0; i <= count; ++i) {
        const int end = i < count ? keep[i] - 1 : last;
        if (first <= end && sys(__NR_close_range, first, end, 0L) < 0) {
            close_between(first, end);
        }
        if (i < count) {
            first = keep[i] + 1;
        }
    }
}

void close_kept(const Context &context) {
    const int *keep = context.at<int>(context.header().keep);
    for (uint32_t i = 0; i < context.header().keep_count; ++i) {
        const bool is_supervisors =
            context.header().shares_files != 0 && keep[i] == context.header().caller_pidfd;
        if (keep[i] > 2 && keep[i] != context.control && !is_supervisors) {
            sys(__NR_close, keep[i]);
        }
    }
}

} // namespace spaces::stage
