// Id-mapped mounts: a detached copy of the source, in which files belong to other ids than in their file
// system. The caller makes it: it takes privileges over the file system, which a container does not have.
#include "base/sys.hpp"
#include "host/user_namespace.hpp"
#include "mount/jobs.hpp"
#include "stage/syscall.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spaces {

namespace {

struct Ends {
    int reading;
    int writing;
};

// Lives until it is killed, or its maker is gone. It shares the memory of this process and so makes system
// calls only.
int hold(void *argument) {
    const Ends ends = *static_cast<const Ends *>(argument);
    stage::sys(SYS_close, ends.writing);
    char byte;
    while (stage::sys(SYS_read, ends.reading, &byte, 1L) == -EINTR) {
    }
    return 0;
}

constexpr Doing doing{"idmap", "user namespace", "make a user namespace for an id-mapped mount"};

// A process in a user namespace of its own: what a user namespace needs until somebody has a descriptor of
// it.
class Holder {
  public:
    Holder() {
        int ends[2];
        sys("pipe2", ::pipe2(ends, O_CLOEXEC), doing);
        reading_ = Fd(ends[0]);
        writing_ = Fd(ends[1]);
        ends_ = {reading_.get(), writing_.get()};
        constexpr uint64_t all = ~uint64_t{0};
        uint64_t before = 0;
        stage::sys(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, sizeof before);
        const long pid = spaces_clone_call(SYS_clone, CLONE_VM | CLONE_NEWUSER,
                                           reinterpret_cast<long>(stack_.data() + stack_.size()), 0, nullptr,
                                           hold, &ends_);
        stage::sys(SYS_rt_sigprocmask, SIG_SETMASK, &before, nullptr, sizeof before);
        if (pid < 0) {
            const int error = static_cast<int>(-pid);
            throw_system(doing.step, "clone", error, doing.object, doing.what,
                         namespace_advice(SPACES_NAMESPACE_USER, error).hint);
        }
        pid_ = static_cast<pid_t>(pid);
    }
    Holder(const Holder &) = delete;
    Holder &operator=(const Holder &) = delete;
    ~Holder() {
        ::kill(pid_, SIGKILL);
        while (::waitpid(pid_, nullptr, __WALL) == -1 && errno == EINTR) {
        }
    }

    std::string path(const char *file) const { return "/proc/" + std::to_string(pid_) + "/" + file; }

  private:
    Fd reading_;
    Fd writing_;
    Ends ends_{};
    alignas(16) std::array<std::byte, 8192> stack_;
    pid_t pid_ = -1;
};

// 0, or an errno. In one write, as the kernel wants it.
int write_at_once(const std::string &path, const std::string &text) {
    const Fd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    return file.is_open() && ::write(file.get(), text.data(), text.size()) >= 0 ? 0 : errno;
}

void write_ranges(const Holder &holder, const char *file, const IdRanges &ranges) {
    std::string text;
    for (const IdMapping &range : ranges) {
        text += std::to_string(range.container_id) + " " + std::to_string(range.host_id) + " " +
                std::to_string(range.size) + "\n";
    }
    if (const int error = write_at_once(holder.path(file), text); error != 0) {
        text.pop_back();
        throw_system("idmap", "write", error, file, "map the ids " + quoted(text) + " for an id-mapped mount",
                     error == EPERM ? "id-mapped mounts are for the superuser: of the host, or of the user "
                                      "namespace that the file system was mounted in"
                                    : "");
    }
}

Fd user_namespace_of(const IdRanges &uids, const IdRanges &gids) {
    const Holder holder;
    // For those who may map their own ids only; for others it has no meaning here.
    write_at_once(holder.path("setgroups"), "deny");
    write_ranges(holder, "uid_map", uids);
    write_ranges(holder, "gid_map", gids);
    const std::string path = holder.path("ns/user");
    return Fd(
        sys("open", ::open(path.c_str(), O_RDONLY | O_CLOEXEC), {"idmap", path, "open " + quoted(path)}));
}

std::string refusal_of(int error) {
    switch (error) {
    case EINVAL:
        return "its file system, or one below it, cannot be id-mapped by this kernel (ext4, xfs, btrfs and "
               "others can since Linux 5.12 to 5.15, overlay since 5.19, tmpfs since 6.3), or it is "
               "id-mapped already";
    case EPERM:
        return "it needs CAP_SYS_ADMIN in the user namespace that the file system was mounted in: of the "
               "host, "
               "for what the host has mounted";
    case ENOSYS:
        return "this kernel has no id-mapped mounts (Linux 5.12), or a seccomp filter forbids them";
    default:
        return "";
    }
}

} // namespace

Fd id_mapped_tree(const MountSpec &mount, const MountOptions &options, const IdRanges &uids,
                  const IdRanges &gids) {
    const std::string &source = mount.source;
    const std::string on = " of the mount on " + quoted(mount.destination);
    const Fd ids = user_namespace_of(uids, gids);
    const unsigned recursive = options.recursive ? AT_RECURSIVE : 0;
    const long tree =
        ::syscall(SYS_open_tree, AT_FDCWD, source.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | recursive);
    if (tree < 0) {
        throw_system("mount", "open_tree", errno, source, "open the source " + quoted(source) + on,
                     errno == EPERM ? refusal_of(EPERM) : "");
    }
    Fd result(static_cast<int>(tree));
    mount_attr change{};
    change.attr_set = MOUNT_ATTR_IDMAP;
    change.userns_fd = static_cast<uint64_t>(ids.get());
    const unsigned everywhere = options.id_mapped_recursively ? AT_RECURSIVE : 0;
    if (::syscall(SYS_mount_setattr, result.get(), "", AT_EMPTY_PATH | everywhere, &change, sizeof change) !=
        0) {
        const int error = errno;
        throw_system("idmap", "mount_setattr", error, source,
                     "map the ids of the source " + quoted(source) + on, refusal_of(error));
    }
    // The copy is a peer of what it was made of: what the container mounts there would come up in the
    // caller's mount namespace.
    mount_attr apart{};
    apart.propagation = options.propagation != 0 ? options.propagation & ~uint64_t{MS_REC} : MS_PRIVATE;
    sys("mount_setattr",
        static_cast<int>(::syscall(SYS_mount_setattr, result.get(), "", AT_EMPTY_PATH | AT_RECURSIVE, &apart,
                                   sizeof apart)),
        {"idmap", source, "keep mounts from propagating from the source " + quoted(source) + on});
    return result;
}

} // namespace spaces
