// How control groups are laid out here, which controllers there are, and whether the caller may make groups.
#include "host/cgroups.hpp"

#include "base/error.hpp"
#include "host/check.hpp"
#include "host/systemd.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace spaces {

namespace {

bool contains(const std::vector<std::string> &list, const std::string &item) {
    return std::find(list.begin(), list.end(), item) != list.end();
}

// The group's directory below a mount, which may show only a part of the hierarchy.
std::string directory_of(const MountEntry &mount, const std::string &group) {
    std::string rest = group;
    if (mount.root != "/" && group.starts_with(mount.root)) {
        rest = group.substr(mount.root.size());
    }
    return rest == "/" || rest.empty() ? mount.point : mount.point + rest;
}

// Of OCI's resources; version 1 has "io" under the name of its block layer.
constexpr std::array<const char *, 8> controllers{"cpu",  "cpuset",  "io",      "memory",
                                                  "pids", "devices", "freezer", "hugetlb"};

std::string name_in_v1(const std::string &controller) {
    return controller == "io" ? "blkio" : controller;
}

// Version 2 has no files of these two: devices are a matter of BPF, and every group can be frozen.
bool is_always_in_v2(const std::string &controller) {
    return controller == "devices" || controller == "freezer";
}

Check check_controller(const CgroupLayout &layout, const std::string &controller) {
    Check check{.name = "cgroup." + controller};
    const auto v1 = layout.v1.find(name_in_v1(controller));
    if (v1 != layout.v1.end()) {
        check.value = "v1 " + v1->second;
    } else if (layout.v2 && (contains(layout.v2_controllers, controller) || is_always_in_v2(controller))) {
        check.value = "v2 " + *layout.v2;
    } else {
        check.works = false;
        check.reason = "no mounted hierarchy has this controller for the group of this process";
        check.hint =
            "mount cgroup2 on /sys/fs/cgroup; there, have the controller in cgroup.subtree_control of the "
            "groups above";
    }
    return check;
}

Check check_writable(const CgroupLayout &layout) {
    Check check{.name = "cgroup.writable"};
    std::string refused;
    const auto look = [&](const std::string &directory) {
        std::string &list = may_make_groups_in(directory) ? check.value : refused;
        list += (list.empty() ? "" : ", ") + directory;
    };
    if (layout.v2) {
        look(*layout.v2);
    }
    for (const char *const controller : {"memory", "pids", "cpu"}) {
        const auto found = layout.v1.find(controller);
        if (found != layout.v1.end()) {
            look(found->second);
        }
    }
    check.works = !check.value.empty() && refused.empty();
    if (!check.works) {
        check.reason = refused.empty() ? "no control groups are mounted"
                                       : "groups cannot be made, or processes moved, in " + refused;
        check.hint =
            "run as root, or in a group that is yours: systemd-run --user --scope -p Delegate=yes COMMAND";
    }
    return check;
}

Check check_systemd() {
    Check check{.name = "cgroup.systemd", .value = systemd_socket()};
    check.works = !check.value.empty();
    if (!check.works) {
        check.reason = "no service manager of this user runs here that could be asked for a scope";
        check.hint =
            "a user's systemd runs while the user is logged in, or always after: loginctl enable-linger";
    }
    return check;
}

} // namespace

std::vector<std::string> split(const std::string &text, char separator) {
    std::vector<std::string> pieces;
    for (size_t at = 0; at < text.size();) {
        const size_t end = std::min(text.find(separator, at), text.size());
        if (end > at) {
            pieces.push_back(text.substr(at, end - at));
        }
        at = end + 1;
    }
    return pieces;
}

CgroupLayout parse_cgroup_layout(const std::vector<MountEntry> &mounts, const std::string &self_cgroup) {
    std::map<std::string, std::string> groups; // by the controllers as /proc/self/cgroup lists them
    for (const std::string &line : split(self_cgroup, '\n')) {
        const size_t first = line.find(':');
        const size_t second = line.find(':', first + 1);
        if (first != std::string::npos && second != std::string::npos) {
            groups[line.substr(first + 1, second - first - 1)] = line.substr(second + 1);
        }
    }
    CgroupLayout layout;
    for (const MountEntry &mount : mounts) {
        if (mount.type == "cgroup2" && !layout.v2 && groups.contains("")) {
            layout.v2 = directory_of(mount, groups[""]);
            layout.v2_mount = mount.point;
        }
        if (mount.type != "cgroup") {
            continue;
        }
        const std::vector<std::string> options = split(mount.super_options, ',');
        for (const auto &[names, group] : groups) {
            for (const std::string &name : split(names, ',')) {
                if (contains(options, name)) {
                    layout.v1.emplace(name, directory_of(mount, group));
                    layout.v1_mounts.emplace(name, mount.point);
                }
            }
        }
    }
    return layout;
}

bool may_make_groups_in(const std::string &directory) {
    const auto is_writable = [](const std::string &path) {
        return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
    };
    return is_writable(directory) && is_writable(directory + "/cgroup.procs");
}

CgroupLayout cgroup_layout(const std::string &process) {
    CgroupLayout layout =
        parse_cgroup_layout(mount_table(), text_of("/proc/" + process + "/cgroup").value_or(""));
    if (layout.v2) {
        layout.v2_controllers = split(text_of(*layout.v2 + "/cgroup.controllers").value_or(""), ' ');
    }
    return layout;
}

void check_cgroups(Checks &checks) {
    const CgroupLayout layout = cgroup_layout();
    Check check{.name = "cgroup.layout", .works = layout.v2 || !layout.v1.empty()};
    if (check.works) {
        check.value = layout.v1.empty() ? "unified" : layout.v2 ? "hybrid" : "legacy";
    } else {
        check.reason = "no control groups are mounted";
        check.hint = "as root: mount -t cgroup2 none /sys/fs/cgroup";
    }
    checks.push_back(std::move(check));
    for (const char *const controller : controllers) {
        checks.push_back(check_controller(layout, controller));
    }
    checks.push_back(check_writable(layout));
    checks.push_back(check_systemd());
}

} // namespace spaces
