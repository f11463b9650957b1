// A user namespace for its id maps only: what id-mapped mounts take them from.
#include "host/mapped_namespace.hpp"

#include "base/sys.hpp"
#include "host/user_namespace.hpp"
#include "stage/syscall.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <spaces/spec.h>
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

void write_ranges(const Holder &holder, const char *file, const std::vector<IdMapping> &ranges) {
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

} // namespace

Fd mapped_user_namespace(const std::vector<IdMapping> &uids, const std::vector<IdMapping> &gids) {
    const Holder holder;
    // For those who may map their own ids only; for others it has no meaning here.
    write_at_once(holder.path("setgroups"), "deny");
    write_ranges(holder, "uid_map", uids);
    write_ranges(holder, "gid_map", gids);
    const std::string path = holder.path("ns/user");
    return Fd(
        sys("open", ::open(path.c_str(), O_RDONLY | O_CLOEXEC), {"idmap", path, "open " + quoted(path)}));
}

} // namespace spaces
