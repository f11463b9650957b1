// Freezing: everything in a container stands still, and goes on.
#include "base/sys.hpp"
#include "cgroup/files.hpp"
#include "cgroup/group.hpp"

#include <cerrno>
#include <poll.h>
#include <spaces/base.h>
#include <time.h>

namespace spaces {

namespace {

const ControlGroup &freezer_of(const Cgroup &cgroup) {
    for (const char *controller : {"cgroup", "freezer"}) {
        if (const ControlGroup *group = cgroup.find(controller); group != nullptr && group->is_own()) {
            return *group;
        }
    }
    throw Error{.code = SPACES_ESTATE,
                .step = "freeze",
                .object = "cgroup",
                .message =
                    "cannot freeze: the container has no control group of its own that could be frozen",
                .hint = "ask for one when it is started: spaces_spec_set_cgroup_path(spec, NULL)"};
}

void write_state(const ControlGroup &group, bool frozen) {
    const bool unified = group.version == CgroupVersion::v2;
    const char *file = unified ? "cgroup.freeze" : "freezer.state";
    const char *value = unified ? (frozen ? "1" : "0") : (frozen ? "FROZEN" : "THAWED");
    if (const int error = cgroup_file::write(group.directory.get(), file, value); error != 0) {
        throw_system(frozen ? "freeze" : "thaw", "write", error, group.path + "/" + file,
                     std::string(frozen ? "freeze" : "thaw") + " the control group " + quoted(group.path),
                     error == ENOENT ? "cgroup.freeze is of Linux 5.2" : "");
    }
}

bool is_frozen(const ControlGroup &group) {
    if (group.version == CgroupVersion::v2) {
        return cgroup_file::read_table(group.directory.get(), "cgroup.events")["frozen"] == 1;
    }
    return cgroup_file::read(group.directory.get(), "freezer.state").value_or("").starts_with("FROZEN");
}

void pause_ms(long milliseconds) {
    const timespec time{milliseconds / 1000, milliseconds % 1000 * 1'000'000};
    ::nanosleep(&time, nullptr);
}

} // namespace

void Cgroup::freeze(int timeout_ms) const {
    const ControlGroup &group = freezer_of(*this);
    write_state(group, true);
    const Deadline deadline(timeout_ms);
    // No file of version 1 can be waited for, and what is about to leave the kernel takes no time.
    for (long pause = 1; !is_frozen(group); pause = std::min(pause * 2, 20L)) {
        if (deadline.is_over()) {
            throw Error{.code = SPACES_ETIMEOUT,
                        .step = "freeze",
                        .object = group.path,
                        .message = "the control group " + quoted(group.path) + " is not frozen after " +
                                   std::to_string(timeout_ms) + " ms",
                        .hint =
                            "a process in it waits for a device or a file system, and freezes when that has "
                            "answered; thaw takes it back"};
        }
        pause_ms(pause);
        if (group.version == CgroupVersion::v1) {
            write_state(group, true); // who forked meanwhile may have missed it
        }
    }
}

void Cgroup::thaw() const {
    write_state(freezer_of(*this), false);
}

} // namespace spaces
