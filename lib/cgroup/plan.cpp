// Where the groups of a container are to be, and what is to be written to them: decided, and nothing made
// yet.
#include "cgroup/plan.hpp"

#include "base/sys.hpp"
#include "cgroup/parent.hpp"
#include "host/systemd.hpp"
#include "spec/refuse.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <spaces/base.h>
#include <unistd.h>

namespace spaces {

namespace {

using Names = std::set<std::string>;

// What statistics are made of.
constexpr const char *counting[] = {"memory", "cpu", "cpuacct", "pids", "io"};

std::vector<std::string> parts_of(const std::string &path) {
    return split(path, '/');
}

std::string only_visible(const std::string &directory) {
    if (directory.find("/../") != std::string::npos || directory.ends_with("/..")) {
        throw Error{.code = SPACES_EUNSUPPORTED,
                    .step = "cgroup",
                    .object = directory,
                    .message = "the control group of this process is not in sight: " + directory,
                    .hint = "it lies outside of this cgroup namespace: mount the hierarchy of this namespace "
                            "(--mount type=cgroup2)"};
    }
    return directory;
}

// Of the path of a group, what exists already.
std::string last_that_is_there(const PlannedGroup &group) {
    std::string path = group.parent;
    for (const std::string &part : group.below) {
        if (::access((path + "/" + part).c_str(), F_OK) != 0) {
            break;
        }
        path += "/" + part;
    }
    return path;
}

class Planner {
  public:
    Planner(const CgroupSpec &spec, const CgroupLayout &layout) : spec_(spec), layout_(layout) {}

    CgroupPlan plan() {
        std::vector<CgroupWant> wants = wants_of(spec_.resources);
        Names needed;
        for (const CgroupWant &want : wants) {
            if (want.controller != "cgroup") {
                needed.insert(want.controller);
            }
        }
        for (const std::string &controller : needed) {
            place(controller, true);
        }
        if (!spec_.resources.devices.empty()) {
            place_devices();
        }
        if (spec_.own || spec_.path) {
            for (const char *controller : counting) {
                place(controller, false);
            }
        }
        if (needed.contains("cpu") && !layout_.v2) {
            place("cpuacct", false); // what tells in version 1 how much time it was
        }
        // To freeze, to kill, and to count who is there, a group of version 2 needs no controller.
        if (layout_.v2) {
            needs_v2_ = true;
        } else if (layout_.v1.contains("freezer")) {
            place("freezer", false);
        }
        make_v1_groups(wants);
        make_v2_group(wants);
        if (plan_.groups.empty() && !plan_.scope && !layout_.v1.empty()) {
            throw_not_writable(layout_.v1.begin()->second);
        }
        if (plan_.groups.empty() && !plan_.scope) {
            throw Error{.code = SPACES_EUNSUPPORTED,
                        .step = "cgroup",
                        .object = "cgroup",
                        .message = "no control group can be made: no hierarchy is mounted",
                        .hint = "as root: mount -t cgroup2 none /sys/fs/cgroup"};
        }
        return std::move(plan_);
    }

  private:
    void place(const std::string &controller, bool is_needed) {
        const auto found = layout_.v1.find(v1_name(controller));
        if (found != layout_.v1.end()) {
            v1_controllers_[only_visible(found->second)].insert(controller);
            v1_mounts_[found->second] = layout_.v1_mounts.at(v1_name(controller));
            if (is_needed) {
                v1_needed_.insert(found->second);
            }
        } else if (layout_.v2) {
            (is_needed ? v2_needed_ : v2_liked_).insert(controller);
        } else if (is_needed) {
            throw Error{.code = SPACES_EUNSUPPORTED,
                        .step = "cgroup",
                        .object = controller,
                        .message =
                            "no mounted hierarchy of control groups has the controller " + quoted(controller),
                        .hint = "\"space features\" shows which there are; as root: mount -t cgroup2 none "
                                "/sys/fs/cgroup"};
        }
    }

    void place_devices() {
        plan_.devices = spec_.resources.devices;
        plan_.devices_in_v1 = layout_.v1.contains("devices");
        if (plan_.devices_in_v1) {
            place("devices", true);
        } else if (!layout_.v2) {
            place("devices", true); // throws
        }
    }

    static std::vector<CgroupWant> of(const std::vector<CgroupWant> &wants, const Names &controllers) {
        std::vector<CgroupWant> some;
        std::copy_if(wants.begin(), wants.end(), std::back_inserter(some),
                     [&](const CgroupWant &want) { return controllers.contains(want.controller); });
        return some;
    }

    // An absolute path begins at the root of the hierarchy.
    void set_path(PlannedGroup &group, const std::string &mount) const {
        if (!spec_.path) {
            return;
        }
        group.below = parts_of(*spec_.path);
        if (spec_.path->starts_with('/')) {
            group.parent = mount;
        }
    }

    void make_v1_groups(const std::vector<CgroupWant> &wants) {
        for (const auto &[directory, controllers] : v1_controllers_) {
            PlannedGroup group{.version = CgroupVersion::v1, .parent = directory};
            group.controllers.assign(controllers.begin(), controllers.end());
            set_path(group, v1_mounts_.at(directory));
            if (const std::string there = last_that_is_there(group); !may_make_groups_in(there)) {
                if (!v1_needed_.contains(directory)) {
                    continue; // it was for statistics
                }
                throw_not_writable(there);
            }
            group.settings = translate(of(wants, controllers), CgroupVersion::v1);
            plan_.groups.push_back(std::move(group));
        }
    }

    void make_v2_group(const std::vector<CgroupWant> &wants) {
        const bool core_keys = std::any_of(
            wants.begin(), wants.end(), [](const CgroupWant &want) { return want.controller == "cgroup"; });
        const bool is_needed = !v2_needed_.empty() || core_keys ||
                               (!plan_.devices.empty() && !plan_.devices_in_v1) || v1_controllers_.empty();
        if (!needs_v2_ && !is_needed) {
            return;
        }
        if (!layout_.v2) {
            refuse_unsupported("linux.resources.unified",
                               "cgroup.* is of cgroup version 2, which is not mounted");
        }
        Names wanted = v2_needed_;
        wanted.insert("cgroup");
        if (spec_.manager == CgroupManager::systemd) {
            require_systemd();
            plan_scope(translate(of(wants, wanted), CgroupVersion::v2));
            return;
        }
        try {
            PlannedGroup group{.parent = only_visible(*layout_.v2)};
            group.settings = translate(of(wants, wanted), CgroupVersion::v2);
            if (spec_.path && spec_.path->starts_with('/')) {
                plan_below_root(group);
            } else {
                plan_below_parent(group);
            }
            plan_.groups.push_back(std::move(group));
        } catch (const Error &error) {
            const bool is_absolute = spec_.path && spec_.path->starts_with('/');
            if (is_needed && spec_.manager == CgroupManager::automatic && !is_absolute &&
                error.code == SPACES_EUNSUPPORTED && error.step == "cgroup" && !systemd_socket().empty()) {
                plan_scope(translate(of(wants, wanted), CgroupVersion::v2));
                return;
            }
            if (is_needed) {
                throw;
            }
            place("freezer", false); // version 1 can do what this group was for
            remake_v1_groups(wants);
        }
    }

    static void require_systemd() {
        if (systemd_socket().empty()) {
            throw Error{.code = SPACES_EUNSUPPORTED,
                        .step = "cgroup",
                        .object = "systemd",
                        .message = "systemd cannot be asked for a scope: no manager of this user runs here",
                        .hint =
                            "a user's manager runs while the user is logged in, or always after: loginctl "
                            "enable-linger"};
        }
    }

    void plan_scope(std::vector<CgroupSetting> settings) {
        plan_.scope = PlannedScope{.path = spec_.path.value_or(""),
                                   .needed = {v2_needed_.begin(), v2_needed_.end()},
                                   .liked = {v2_liked_.begin(), v2_liked_.end()},
                                   .settings = std::move(settings)};
    }

    void remake_v1_groups(const std::vector<CgroupWant> &wants) {
        plan_.groups.clear();
        make_v1_groups(wants);
    }

    void plan_below_root(PlannedGroup &group) const {
        set_path(group, layout_.v2_mount);
        const Names available = words_in(group.parent + "/cgroup.controllers");
        group.controllers.assign(v2_needed_.begin(), v2_needed_.end());
        const Names enabled = words_in(group.parent + "/cgroup.subtree_control");
        for (const std::string &controller : v2_needed_) {
            if (!available.contains(controller)) {
                throw_no_controller(controller, group.parent);
            }
        }
        for (const std::string &controller : v2_liked_) {
            if (enabled.contains(controller)) {
                group.controllers.push_back(controller);
            }
        }
        group.enable = group.controllers;
    }

    void plan_below_parent(PlannedGroup &group) const {
        for (const std::string &controller : v2_needed_) {
            if (!words_in(layout_.v2_mount + "/cgroup.controllers").contains(controller)) {
                throw_no_controller(controller, layout_.v2_mount);
            }
        }
        const ParentGroup parent = find_v2_parent(layout_, v2_needed_, v2_liked_);
        group.parent = parent.directory;
        group.enable = parent.enable;
        set_path(group, layout_.v2_mount);
        Names controllers = v2_needed_;
        for (const std::string &controller : v2_liked_) {
            const bool to_come =
                std::find(parent.enable.begin(), parent.enable.end(), controller) != parent.enable.end();
            if (to_come || parent.enabled.contains(controller)) {
                controllers.insert(controller);
            }
        }
        group.controllers.assign(controllers.begin(), controllers.end());
        if (group.below.size() > 1) {
            group.enable = group.controllers; // in what is made between, too
        }
    }

    [[noreturn]] static void throw_no_controller(const std::string &controller,
                                                 const std::string &directory) {
        throw Error{.code = SPACES_EUNSUPPORTED,
                    .step = "cgroup",
                    .object = controller,
                    .message = "no hierarchy of control groups has the controller " + quoted(controller) +
                               " here: neither one of version 1, nor " + directory,
                    .hint = "the kernel lacks it, or in version 2 a group further up does not have it in "
                            "cgroup.subtree_control: see \"space features\""};
    }

    [[noreturn]] static void throw_not_writable(const std::string &directory) {
        throw Error{.code = SPACES_EUNSUPPORTED,
                    .step = "cgroup",
                    .object = directory,
                    .message = "no control group can be made in " + directory + ": it may not be written",
                    .hint = "run as root, or have a group of each hierarchy given to the user"};
    }

    const CgroupSpec &spec_;
    const CgroupLayout &layout_;
    CgroupPlan plan_;
    std::map<std::string, Names> v1_controllers_; // by the directory of our own group
    std::map<std::string, std::string> v1_mounts_;
    Names v1_needed_; // those of the directories that a limit is for
    Names v2_needed_;
    Names v2_liked_;
    bool needs_v2_ = false;
};

// What resource limits can say instead. The rest is only told.
CgroupPlan plan_fallback(const CgroupSpec &spec, const Error &cause) {
    CgroupPlan plan;
    plan.degraded.push_back(cause.message);
    for (const CgroupWant &want : wants_of(spec.resources)) {
        if (want.value == "max") {
            continue;
        }
        if (want.key == "memory.max") {
            plan.rlimits.emplace_back("RLIMIT_DATA", bytes_of(want).value_or(0));
            plan.degraded.push_back(want.key + ": RLIMIT_DATA of each process instead");
        } else if (want.key == "pids.max") {
            plan.rlimits.emplace_back("RLIMIT_NPROC", bytes_of(want).value_or(0));
            plan.degraded.push_back(want.key + ": RLIMIT_NPROC of the user instead");
        } else {
            plan.degraded.push_back(want.key + ": not limited");
        }
    }
    if (!spec.resources.devices.empty()) {
        plan.degraded.emplace_back("devices: not limited");
    }
    return plan;
}

CgroupPlan plan_join(const CgroupSpec &spec, const CgroupLayout &layout) {
    const std::string process = std::to_string(spec.join_of);
    const CgroupLayout theirs = cgroup_layout(process);
    if (theirs.v1.empty() && !theirs.v2) {
        throw Error{.code = SPACES_ENOTFOUND,
                    .error_number = ESRCH,
                    .step = "cgroup",
                    .object = "process " + process,
                    .message = "cannot join the control groups of process " + process + ": No such process",
                    .hint = "it has ended, lives in another pid namespace, or no hierarchy is mounted here"};
    }
    CgroupPlan plan;
    Names directories;
    for (const auto &[controller, directory] : theirs.v1) {
        if (layout.v1.at(controller) != directory && !controller.starts_with("name=")) {
            directories.insert(only_visible(directory));
        }
    }
    plan.joins.assign(directories.begin(), directories.end());
    if (theirs.v2 && theirs.v2 != layout.v2) {
        plan.joins.push_back(only_visible(*theirs.v2));
    }
    return plan;
}

} // namespace

std::string PlannedGroup::path() const {
    std::string path = parent;
    for (const std::string &part : below) {
        path += "/" + part;
    }
    return below.empty() ? path + "/spaces-..." : path;
}

CgroupPlan plan_cgroup(const CgroupSpec &spec, const CgroupLayout &layout) {
    if (spec.join_of != 0) {
        return plan_join(spec, layout);
    }
    try {
        return Planner(spec, layout).plan();
    } catch (const Error &error) {
        if (!spec.fallback || error.code != SPACES_EUNSUPPORTED) {
            throw;
        }
        return plan_fallback(spec, error);
    }
}

} // namespace spaces
