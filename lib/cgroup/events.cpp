// CgroupEvents: one pollable descriptor for what happens to a container: limits that are met, the OOM killer.
#include "cgroup/events.hpp"

#include "base/sys.hpp"
#include "cgroup/files.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace spaces {

namespace {

Fd checked(const char *call, int fd) {
    return Fd(sys(call, fd, {"events", "cgroup", "make a descriptor for events"}));
}

} // namespace

CgroupEvents::CgroupEvents(const Cgroup &cgroup)
    : poll_(checked("epoll_create1", ::epoll_create1(EPOLL_CLOEXEC))),
      inotify_(checked("inotify_init1", ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC))) {
    include(inotify_);
    for (const ControlGroup &group : cgroup.groups()) {
        if (group.version == CgroupVersion::v2) {
            for (const char *name : {"memory.events", "pids.events", "cgroup.events"}) {
                watch_file(group, name);
            }
        } else {
            if (group.has("pids")) {
                watch_file(group, "pids.events");
            }
            if (group.has("memory")) {
                watch_oom_of_v1(group);
            }
        }
    }
}

void CgroupEvents::include(const Fd &fd) const {
    epoll_event event{};
    event.events = EPOLLIN;
    sys("epoll_ctl", ::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, fd.get(), &event),
        {"events", "cgroup", "watch for events"});
}

void CgroupEvents::watch_file(const ControlGroup &group, const char *name) {
    const std::string path = group.path + "/" + name;
    if (::inotify_add_watch(inotify_.get(), path.c_str(), IN_MODIFY) < 0 && errno != ENOENT) {
        const int error = errno;
        throw_system("events", "inotify_add_watch", error, path, "watch " + quoted(path),
                     error == ENOSPC ? "the user has as many watches as fs.inotify.max_user_watches allows"
                                     : "");
    }
}

// cgroup.event_control takes the eventfd, and what it is to tell of.
void CgroupEvents::watch_oom_of_v1(const ControlGroup &group) {
    oom_ = checked("eventfd2", ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
    const Fd control(::openat(group.directory.get(), "memory.oom_control", O_RDONLY | O_CLOEXEC));
    const std::string line = std::to_string(oom_.get()) + " " + std::to_string(control.get());
    const int error =
        control.is_open() ? cgroup_file::write(group.directory.get(), "cgroup.event_control", line) : errno;
    if (error != 0) {
        throw_system("events", "write", error, group.path + "/cgroup.event_control",
                     "be told of the OOM killer");
    }
    include(oom_);
}

void CgroupEvents::drain() const noexcept {
    std::array<char, 4096> buffer;
    while (::read(inotify_.get(), buffer.data(), buffer.size()) > 0) {
    }
    uint64_t count = 0;
    if (oom_.is_open()) {
        while (::read(oom_.get(), &count, sizeof count) > 0) {
        }
    }
}

} // namespace spaces
