// Paths inside a root that may be hostile: resolved on descriptors, never as a string twice.
#include "stage/context.hpp"

#include <linux/fcntl.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <stddef.h>

namespace spaces::stage {

namespace {

using plan::Call;
using plan::Note;

constexpr long path_max = 4096;
// S_IFMT and so on, which <linux/stat.h> leaves to libc where there is one.
constexpr unsigned type_mask = 0170000;
constexpr unsigned type_link = 0120000;
constexpr unsigned type_file = 0100000;

// What paths are resolved in: the root directory that is to come, or the present one.
class Root {
  public:
    explicit Root(const Context &context)
        : fd(context.root_fd >= 0 ? context.root_fd
                                  : sys(__NR_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC)),
          is_ours_(context.root_fd < 0) {}
    Root(const Root &) = delete;
    Root &operator=(const Root &) = delete;
    ~Root() {
        if (is_ours_ && fd >= 0) {
            sys(__NR_close, fd);
        }
    }

    const long fd;

  private:
    bool is_ours_;
};

// Without openat2, or where a filter forbids it: component by component, and no symbolic link at all, since
// only the kernel can follow one without a race.
long open_by_component(long root, const char *path) {
    long directory = sys(__NR_openat, root, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    while (directory >= 0) {
        while (*path == '/') {
            ++path;
        }
        if (*path == 0) {
            return directory;
        }
        char name[256];
        size_t length = 0;
        while (path[length] != 0 && path[length] != '/' && length + 1 < sizeof name) {
            name[length] = path[length];
            ++length;
        }
        name[length] = 0;
        path += length;
        if (*path != 0 && *path != '/') {
            sys(__NR_close, directory);
            return -ENAMETOOLONG;
        }
        const bool is_parent = length == 2 && name[0] == '.' && name[1] == '.';
        const long next =
            is_parent ? -ELOOP : sys(__NR_openat, directory, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        sys(__NR_close, directory);
        if (next >= 0) {
            struct statx status;
            const long result = sys(__NR_statx, next, "", AT_EMPTY_PATH, STATX_TYPE, &status);
            if (result < 0 || (status.stx_mode & type_mask) == type_link) {
                sys(__NR_close, next);
                return result < 0 ? result : -ELOOP;
            }
        }
        directory = next;
    }
    return directory;
}

long resolve(long root, const char *path) {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    long fd = -EAGAIN;
    // EAGAIN: somebody renamed something on the way; an attacker can do so for ever, so not for ever.
    for (int attempt = 0; attempt < 64 && fd == -EAGAIN; ++attempt) {
        fd = sys(__NR_openat2, root, path, &how, sizeof how);
    }
    if (fd == -ENOSYS || fd == -EPERM) {
        return open_by_component(root, path);
    }
    return fd;
}

Outcome opened(long result, int &fd) {
    Outcome outcome = check(Call::openat2, result);
    if (result == -ELOOP) {
        outcome.note = Note::symlink_refused;
    }
    fd = static_cast<int>(result);
    return outcome;
}

// Splits off the last component: "/a/b" becomes "/a" in `parent`, and "b" is returned.
const char *last_component(const char *path, char (&parent)[path_max]) {
    size_t end = 0;
    size_t slash = 0;
    while (path[end] != 0 && end + 1 < sizeof parent) {
        if (path[end] == '/') {
            slash = end;
        }
        parent[end] = path[end];
        ++end;
    }
    parent[slash == 0 ? 1 : slash] = 0;
    parent[0] = '/';
    return path + (path[slash] == '/' ? slash + 1 : slash);
}

Outcome make(long parent, const char *name, bool is_file) {
    const Call call = is_file ? Call::mknodat : Call::mkdirat;
    const long result = is_file ? sys(__NR_mknodat, parent, name, type_file | 0644, 0L)
                                : sys(__NR_mkdirat, parent, name, 0755L);
    return result == -EEXIST ? Outcome{} : check(call, result);
}

// A directory or file in one that is there.
Outcome make_last(long root, const char *path, bool is_file) {
    char parent_path[path_max];
    const char *name = last_component(path, parent_path);
    const long parent = resolve(root, parent_path);
    if (parent < 0) {
        return check(Call::openat2, parent);
    }
    const Outcome outcome = make(parent, name, is_file);
    sys(__NR_close, parent);
    return outcome;
}

// mkdir -p inside the root; each step is resolved anew from the root, so that links in it stay inside.
Outcome make_path(long root, const char *path, bool is_file) {
    char prefix[path_max];
    size_t length = 0;
    while (path[length] != 0) {
        size_t next = length + 1;
        while (path[next] != 0 && path[next] != '/') {
            ++next;
        }
        if (next + 1 >= sizeof prefix) {
            return check(Call::mkdirat, -ENAMETOOLONG);
        }
        for (; length < next; ++length) {
            prefix[length] = path[length];
        }
        prefix[length] = 0;
        const long found = resolve(root, prefix);
        if (found >= 0) {
            sys(__NR_close, found);
            continue;
        }
        if (found != -ENOENT) {
            int ignored;
            return opened(found, ignored);
        }
        if (const Outcome outcome = make_last(root, prefix, is_file && path[next] == 0); outcome.failed()) {
            return outcome;
        }
    }
    return {};
}

} // namespace

Outcome open_in_root(const Context &context, const char *path, int &fd) {
    const Root root(context);
    return root.fd < 0 ? check(Call::open, root.fd) : opened(resolve(root.fd, path), fd);
}

Outcome open_target(const Context &context, const plan::Step &step, int &fd) {
    const char *path = context.text(step.text[0]);
    Outcome outcome = open_in_root(context, path, fd);
    if (outcome.error != ENOENT) {
        return outcome;
    }
    if ((step.flags & plan::step_make_target) == 0) {
        outcome.note = Note::target_missing;
        return outcome;
    }
    const bool is_file = (step.flags & plan::step_target_is_file) != 0;
    const Root root(context);
    outcome = make_last(root.fd, path, is_file); // most often there is one to make
    if (outcome.error == ENOENT) {
        outcome = make_path(root.fd, path, is_file);
    }
    return outcome.failed() ? outcome : opened(resolve(root.fd, path), fd);
}

Outcome open_parent(const Context &context, const plan::Step &step, int &parent, const char *&name) {
    char path[path_max];
    name = last_component(context.text(step.text[0]), path);
    const Root root(context);
    long fd = resolve(root.fd, path);
    if (fd == -ENOENT && (step.flags & plan::step_make_target) != 0) {
        if (const Outcome outcome = make_path(root.fd, path, false); outcome.failed()) {
            return outcome;
        }
        fd = resolve(root.fd, path);
    }
    return opened(fd, parent);
}

Outcome make_symlink(Context &context, const plan::Step &step) {
    int parent = -1;
    const char *name = nullptr;
    if (const Outcome outcome = open_parent(context, step, parent, name); outcome.failed()) {
        return outcome;
    }
    const char *content = context.text(step.text[1]);
    Outcome outcome = check(Call::symlinkat, sys(__NR_symlinkat, content, parent, name));
    if (outcome.error == EEXIST) {
        char present[path_max];
        const long length = sys(__NR_readlinkat, parent, name, present, sizeof present);
        bool is_same = length > 0;
        for (long i = 0; i < length && is_same; ++i) {
            is_same = content[i] == present[i];
        }
        outcome.note = Note::is_another;
        if ((is_same && content[length] == 0) || (step.flags & plan::step_optional) != 0) {
            outcome = {};
        }
    }
    sys(__NR_close, parent);
    return outcome;
}

void describe_fd(int fd, char (&path)[32]) {
    copy_text(path, sizeof path, "/proc/self/fd/");
    size_t start = 14;
    int divisor = 1;
    while (fd / divisor >= 10) {
        divisor *= 10;
    }
    for (; divisor > 0; divisor /= 10) {
        path[start++] = static_cast<char>('0' + fd / divisor % 10);
    }
    path[start] = 0;
}

} // namespace spaces::stage
