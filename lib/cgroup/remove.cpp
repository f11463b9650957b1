// The end of a container's groups: what is in them is killed, and then they are removed.
//
// Version 2 kills by one write. In version 1 a process that forks could always be ahead of who reads the
// list, so that the group is frozen first; a frozen process dies when it is thawed. A group can be removed as
// soon as the last process in it has ended, which the kernel notes a little after its parent has been told.
#include "base/sys.hpp"
#include "cgroup/files.hpp"
#include "cgroup/group.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <spaces/base.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace spaces {

namespace {

void pause_us(long microseconds) {
    const timespec time{0, microseconds * 1000};
    ::nanosleep(&time, nullptr);
}

// Each is held by a pidfd while the list is read again, so that a pid which has come to mean another process
// is not killed.
void kill_listed(const ControlGroup &group) {
    std::vector<std::pair<int, Fd>> held;
    for (const int pid : cgroup_file::processes_below(group.directory.get())) {
        Fd pidfd(pid > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)) : -1);
        if (pidfd.is_open()) {
            held.emplace_back(pid, std::move(pidfd));
        }
    }
    const std::vector<int> still = cgroup_file::processes_below(group.directory.get());
    for (const auto &[pid, pidfd] : held) {
        if (std::find(still.begin(), still.end(), pid) != still.end()) {
            ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
        }
    }
}

// Recursively, the innermost first. 0 or an errno.
int remove_below(int parent, const char *name) {
    if (::unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) {
        return 0;
    }
    const int error = errno;
    const Fd directory(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    bool had_children = false;
    if (directory.is_open()) {
        for (const std::string &child : cgroup_file::children(directory.get())) {
            had_children = true;
            if (const int of_child = remove_below(directory.get(), child.c_str()); of_child != 0) {
                return of_child;
            }
        }
    }
    if (!had_children) {
        return error;
    }
    return ::unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? 0 : errno;
}

// 0 where the group itself has gone. What was made above it goes too, unless others are in there.
int remove_once(ControlGroup &group) {
    if (group.made.empty()) {
        return 0;
    }
    if (const int error = remove_below(AT_FDCWD, group.made.back().c_str()); error != 0) {
        return error;
    }
    for (group.made.pop_back(); !group.made.empty(); group.made.pop_back()) {
        ::rmdir(group.made.back().c_str());
    }
    group.directory.reset();
    return 0;
}

std::string names_of(const std::vector<int> &pids) {
    constexpr size_t most = 10;
    std::string text;
    for (size_t index = 0; index < std::min(pids.size(), most); ++index) {
        text += (text.empty() ? "" : ", ") + (pids[index] != 0 ? std::to_string(pids[index])
                                                               : std::string("one of another pid namespace"));
    }
    return text + (pids.size() > most ? " and more" : "");
}

[[noreturn]] void throw_kept(const ControlGroup &group, int error) {
    const std::vector<int> pids = cgroup_file::processes_below(group.directory.get());
    throw Error{.code = SPACES_ETIMEOUT,
                .error_number = error,
                .step = "cgroup",
                .object = group.path,
                .system_call = "rmdir",
                .message = "cannot remove the control group " + quoted(group.path) + ": " +
                           std::string(errno_text(error)) +
                           (pids.empty() ? "" : " (processes " + names_of(pids) + " keep it)"),
                .hint = pids.empty() ? ""
                                     : "they were killed, and are in a system call that does not end: see "
                                       "/proc/PID/stack"};
}

} // namespace

void Cgroup::kill() const {
    const ControlGroup *group = unified();
    if (group != nullptr && group->is_own() &&
        cgroup_file::write(group->directory.get(), "cgroup.kill", "1") == 0) {
        // A freezer of version 1 would hold them.
        if (const ControlGroup *freezer = find("freezer"); freezer != nullptr && freezer->is_own()) {
            cgroup_file::write(freezer->directory.get(), "freezer.state", "THAWED");
        }
        return;
    }
    const ControlGroup *freezer = find("freezer");
    const bool freezes = freezer != nullptr && freezer->is_own();
    if (freezes) {
        cgroup_file::write(freezer->directory.get(), "freezer.state", "FROZEN");
    }
    for (const ControlGroup &each : groups_) {
        if (each.is_own()) {
            kill_listed(each);
        }
    }
    if (freezes) {
        cgroup_file::write(freezer->directory.get(), "freezer.state", "THAWED");
    }
    if (group != nullptr && group->is_own()) {
        cgroup_file::write(group->directory.get(), "cgroup.freeze", "0");
    }
}

bool Cgroup::try_remove() noexcept {
    if (groups_.empty() || maker_ != ::getpid()) {
        groups_.clear();
        return true;
    }
    bool all = true;
    try {
        for (ControlGroup &group : groups_) {
            all &= remove_once(group) == 0;
        }
    } catch (...) { // out of memory
        all = false;
    }
    return all;
}

void Cgroup::remove(int timeout_ms) {
    if (maker_ != ::getpid()) {
        return;
    }
    const Deadline deadline(timeout_ms);
    for (long pause = 50; !try_remove(); pause = std::min(pause * 2, 10'000L)) {
        if (pause == 200 || pause > 5000) {
            kill(); // not at once: the last one may just be on its way out
        }
        if (deadline.is_over()) {
            for (ControlGroup &group : groups_) {
                if (const int error = remove_once(group); error != 0) {
                    throw_kept(group, error);
                }
            }
            return;
        }
        pause_us(pause);
    }
}

} // namespace spaces
