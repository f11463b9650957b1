// Cgroup: the groups of one container are made, given their limits, and their first process.
#include "cgroup/group.hpp"

#include "base/sys.hpp"
#include "cgroup/devices.hpp"
#include "cgroup/files.hpp"
#include "cgroup/owner.hpp"
#include "cgroup/scope.hpp"
#include "spec/refuse.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <iterator>
#include <spaces/base.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace spaces {

namespace {

std::string hint_for_write(int error, const std::string &file) {
    switch (error) {
    case ENOENT:
        return "this kernel has no such file: the feature is newer, or switched off (swapaccount=1 for swap)";
    case EINVAL:
    case ERANGE:
        return file.starts_with("memory.memsw") || file == "memory.limit_in_bytes"
                   ? "the limit of memory and swap together must not be below that of memory alone"
                   : "the kernel does not take this value: see cgroups(7)";
    case EACCES:
    case EPERM:
        return "the group is not the caller's to change, or its parent allows less";
    case EBUSY:
        return "it is in use: memory that cannot be reclaimed, or processes that hinder it";
    default:
        return std::string(usual_hint(error));
    }
}

std::string hint_for_move(int error) {
    switch (error) {
    case EACCES:
    case EPERM:
        return "moving a process needs the right to write cgroup.procs of the group that holds both its old "
               "and "
               "its new one: systemd-run --user --scope -p Delegate=yes COMMAND";
    case EBUSY:
        return "that group has enabled controllers for its children, and so can have no processes itself";
    case ENOSPC:
        return "its cpuset.cpus or cpuset.mems is empty";
    case EOPNOTSUPP:
        return "that group is threaded, or below a threaded one (cgroup.type)";
    default:
        return std::string(usual_hint(error));
    }
}

[[noreturn]] void throw_not_open(const std::string &path, int error) {
    throw_system("cgroup", "open", error, path, "open the control group " + quoted(path));
}

// No descriptor: it is not there.
Fd open_if_there(const std::string &path) {
    Fd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.is_open() && errno == ENOENT) {
        return fd;
    }
    if (!fd.is_open()) {
        throw_not_open(path, errno);
    }
    return out_of_the_way(std::move(fd), {}, {"cgroup", path, "move a descriptor out of the way"});
}

Fd open_directory(const std::string &path) {
    Fd fd = open_if_there(path);
    if (!fd.is_open()) {
        throw_not_open(path, ENOENT);
    }
    return fd;
}

// Held for as long as the group has an owner. False where somebody who collects leftovers was quicker.
bool lock(const Fd &directory, const std::string &path) {
    struct stat held {};
    struct stat there {};
    return ::flock(directory.get(), LOCK_EX | LOCK_NB) == 0 && ::fstat(directory.get(), &held) == 0 &&
           ::stat(path.c_str(), &there) == 0 && held.st_ino == there.st_ino;
}

void enable_controllers(const std::string &path, const std::vector<std::string> &controllers) {
    const Fd directory = open_directory(path);
    const std::vector<std::string> words =
        split(cgroup_file::read(directory.get(), "cgroup.subtree_control").value_or(""), ' ');
    for (const std::string &controller : controllers) {
        const bool is_there = std::any_of(words.begin(), words.end(), [&](std::string word) {
            while (word.ends_with('\n')) {
                word.pop_back();
            }
            return word == controller;
        });
        if (is_there) {
            continue;
        }
        if (const int error = cgroup_file::write(directory.get(), "cgroup.subtree_control", "+" + controller);
            error != 0) {
            throw_system("cgroup", "write", error, path + "/cgroup.subtree_control",
                         "enable the controller " + quoted(controller) + " in " + quoted(path),
                         error == EBUSY ? "a group with processes of its own cannot have controllers for its "
                                          "children: move them into one below it"
                         : error == ENOENT ? "the groups above do not have it in cgroup.subtree_control"
                                           : hint_for_move(error));
        }
    }
}

// A group of version 1 starts without processors and memory nodes, and then takes no process.
void inherit_cpuset(const Fd &directory, const std::string &path) {
    for (const char *file : {"cpuset.cpus", "cpuset.mems"}) {
        const std::string parents = path.substr(0, path.rfind('/')) + "/" + file;
        const std::string own = cgroup_file::read(directory.get(), file).value_or("");
        if (!own.empty() && own != "\n") {
            continue;
        }
        const std::string value = read_file(parents, {"cgroup", parents, "read " + parents});
        if (const int error = cgroup_file::write(directory.get(), file, value); error != 0) {
            throw_system("cgroup", "write", error, path + "/" + file,
                         "set " + std::string(file) + " as above");
        }
    }
}

void apply(const ControlGroup &group, const CgroupSetting &setting) {
    int error = cgroup_file::write(group.directory.get(), setting.file.c_str(), setting.value);
    if (error == ENOENT && !setting.other_file.empty()) {
        error = cgroup_file::write(group.directory.get(), setting.other_file.c_str(), setting.other_value);
    }
    if (error != 0) {
        const std::string file = group.path + "/" + setting.file;
        throw_system("cgroup", "write", error, file,
                     "set " + setting.key + " (" + quoted(setting.value) + " to " + file + ")",
                     hint_for_write(error, setting.file));
    }
}

// Memory with swap must never be less than memory alone, so that what grows comes first.
void apply_all(const ControlGroup &group, std::vector<CgroupSetting> settings) {
    constexpr const char *both = "memory.memsw.limit_in_bytes";
    const auto of_file = [&](std::string_view file) {
        return std::find_if(settings.begin(), settings.end(),
                            [&](const CgroupSetting &setting) { return setting.file == file; });
    };
    const auto alone = of_file("memory.limit_in_bytes");
    const auto with_swap = of_file(both);
    if (alone != settings.end() && with_swap != settings.end()) {
        const uint64_t present = cgroup_file::read_number(group.directory.get(), both).value_or(0);
        const std::optional<uint64_t> next = bytes_of({"memory", both, with_swap->value, both});
        const bool grows = !next || *next > present;
        if (grows == (alone < with_swap)) {
            std::swap(*alone, *with_swap);
        }
    }
    for (const CgroupSetting &setting : settings) {
        apply(group, setting);
    }
}

// What version 1 calls memory and swap is told as swap, beside the limit of memory that there is.
void add_present_memory_limit(const ControlGroup &group, std::vector<CgroupWant> &wants) {
    const auto has = [&](std::string_view key) {
        return std::any_of(wants.begin(), wants.end(),
                           [&](const CgroupWant &want) { return want.key == key; });
    };
    if (has("memory.swap.max") && !has("memory.max")) {
        if (const auto limit = cgroup_file::read_number(group.directory.get(), "memory.limit_in_bytes")) {
            wants.insert(wants.begin(), {"memory", "memory.max", std::to_string(*limit), "memory.max"});
        }
    }
}

bool make_directory(const std::string &path) {
    if (::mkdir(path.c_str(), 0755) == 0) {
        return true;
    }
    if (errno != EEXIST) {
        const int error = errno;
        throw_system("cgroup", "mkdir", error, path, "make the control group " + quoted(path),
                     error == EAGAIN
                         ? "cgroup.max.descendants or cgroup.max.depth of a group above is reached"
                     : error == EROFS  ? "the hierarchy is mounted read-only here"
                     : error == ENOENT ? "a part of its path has just been removed"
                                       : hint_for_move(error));
    }
    return false;
}

// A part is locked before it is marked as ours: unlocked, it would look like a leftover until it has a
// process.
Fd make_part(const ControlGroup &group, const std::string &path, const std::string &owners_name) {
    Fd directory = open_directory(path);
    lock(directory, path);
    mark_group(directory.get(), owners_name);
    if (group.version == CgroupVersion::v1 && group.has("cpuset")) {
        inherit_cpuset(directory, path);
    }
    return directory;
}

void make_named(const PlannedGroup &plan, ControlGroup &group, const std::string &owners_name) {
    std::string path = plan.parent;
    std::vector<Fd> parts;
    bool made = false;
    for (const std::string &part : plan.below) {
        if (!plan.enable.empty()) {
            enable_controllers(path, plan.enable);
        }
        path += "/" + part;
        made = make_directory(path);
        if (made) {
            group.made.push_back(path);
            parts.push_back(make_part(group, path, owners_name));
        }
    }
    group.path = path;
    if (made) {
        group.directory = std::move(parts.back());
        return;
    }
    group.directory = open_directory(path);
    const bool is_in_use = !cgroup_file::processes_below(group.directory.get()).empty();
    if (is_in_use || !lock(group.directory, path)) {
        throw Error{.code = SPACES_EEXISTS,
                    .error_number = EEXIST,
                    .step = "cgroup",
                    .object = path,
                    .message = "the control group " + quoted(path) + " is in use already",
                    .hint = "two containers cannot have the same cgroup path"};
    }
    group.made.push_back(path); // it is ours from now on
}

void make_with_new_name(const PlannedGroup &plan, ControlGroup &group, const GroupOwner &owner) {
    if (!plan.enable.empty()) {
        enable_controllers(plan.parent, plan.enable);
    }
    for (;;) {
        const std::string path = plan.parent + "/" + new_group_name(owner);
        if (!make_directory(path)) {
            continue;
        }
        group.made = {path};
        group.path = path;
        // Who collects leftovers may take it for one before it is locked.
        group.directory = open_if_there(path);
        if (group.directory.is_open() && lock(group.directory, path)) {
            return;
        }
        group.made.clear();
    }
}

void make_group(const PlannedGroup &plan, ControlGroup &group, const GroupOwner &owner) {
    group.version = plan.version;
    group.controllers = plan.controllers;
    if (plan.below.empty()) {
        make_with_new_name(plan, group, owner);
        if (group.version == CgroupVersion::v1 && group.has("cpuset")) {
            inherit_cpuset(group.directory, group.path);
        }
    } else {
        make_named(plan, group, new_group_name(owner));
    }
    apply_all(group, plan.settings);
}

void put_process(const ControlGroup &group, pid_t pid) {
    if (const int error = cgroup_file::write(group.directory.get(), "cgroup.procs", std::to_string(pid));
        error != 0) {
        throw_system("cgroup", "write", error, group.path + "/cgroup.procs",
                     "put process " + std::to_string(pid) + " into the control group " + quoted(group.path),
                     hint_for_move(error));
    }
}

} // namespace

bool ControlGroup::has(std::string_view controller) const {
    return std::find(controllers.begin(), controllers.end(), controller) != controllers.end() ||
           (controller == "cgroup" && version == CgroupVersion::v2);
}

Cgroup::Cgroup(const CgroupPlan &plan) : maker_(::getpid()) {
    groups_.reserve(plan.groups.size() + plan.joins.size());
    try {
        const GroupOwner owner = plan.groups.empty() ? GroupOwner{} : calling_process();
        for (const PlannedGroup &planned : plan.groups) {
            make_group(planned, groups_.emplace_back(), owner);
        }
        for (const std::string &path : plan.joins) {
            ControlGroup &group = groups_.emplace_back();
            group.path = path;
            group.directory = open_directory(path);
            const bool unified = ::faccessat(group.directory.get(), "cgroup.controllers", F_OK, 0) == 0;
            group.version = unified ? CgroupVersion::v2 : CgroupVersion::v1;
        }
        if (!plan.devices.empty() && (plan.devices_in_v1 || !plan.scope)) {
            const ControlGroup *group = find(plan.devices_in_v1 ? "devices" : "cgroup");
            (plan.devices_in_v1 ? set_devices_v1 : set_devices_v2)(*group, plan.devices);
        }
    } catch (...) {
        try_remove();
        throw;
    }
}

// The scope itself must not have processes where groups below it have controllers. What is below is removed
// by us, and the scope by systemd when it is empty.
void Cgroup::enter_scope(const CgroupPlan &plan, pid_t pid, pid_t keeper) {
    maker_ = ::getpid();
    const GroupOwner owner = calling_process();
    const std::string name = new_group_name(owner);
    enter_new_scope(scope_request(plan.scope->path, name), {pid, keeper});
    const std::string scope = cgroup_layout(std::to_string(pid)).v2.value_or("");
    ControlGroup aside;
    aside.path = scope + "/keeper";
    make_directory(aside.path);
    aside.directory = open_directory(aside.path);
    put_process(aside, keeper);
    ControlGroup &group = groups_.emplace_back();
    group.path = scope + "/container";
    if (make_directory(group.path)) {
        group.made = {group.path};
    }
    group.directory = open_directory(group.path);
    lock(group.directory, group.path); // before the mark, as ever
    mark_group(group.directory.get(), name);
    put_process(group, pid);
    group.controllers = plan.scope->needed;
    enable_controllers(scope, group.controllers);
    const Fd parent = open_directory(scope);
    for (const std::string &controller : plan.scope->liked) {
        if (cgroup_file::write(parent.get(), "cgroup.subtree_control", "+" + controller) == 0) {
            group.controllers.push_back(controller);
        }
    }
    apply_all(group, plan.scope->settings);
    if (!plan.devices.empty() && !plan.devices_in_v1) {
        set_devices_v2(group, plan.devices);
    }
}

const ControlGroup *Cgroup::find(std::string_view controller) const {
    const auto found = std::find_if(groups_.begin(), groups_.end(),
                                    [&](const ControlGroup &group) { return group.has(controller); });
    return found == groups_.end() ? nullptr : &*found;
}

int Cgroup::for_clone() const {
    const ControlGroup *group = unified();
    return group != nullptr ? group->directory.get() : -1;
}

void Cgroup::add(pid_t pid, bool is_in_unified) const {
    for (const ControlGroup &group : groups_) {
        if (is_in_unified && group.version == CgroupVersion::v2) {
            continue;
        }
        put_process(group, pid);
    }
}

const ControlGroup &Cgroup::require(const std::string &controller, const std::string &key) const {
    const ControlGroup *group = find(controller);
    if (group == nullptr || !group->is_own()) {
        throw Error{
            .code = SPACES_ESTATE,
            .step = "cgroup",
            .object = key,
            .message = "cannot set " + key + ": the container has no control group with the controller " +
                       quoted(controller),
            .hint = "a container has those that its Spec set a limit of, and with a cgroup path of its "
                    "own those that count: memory, cpu, pids and io"};
    }
    return *group;
}

void Cgroup::set(std::vector<CgroupWant> wants) const {
    // All of them are looked at before the first is written.
    std::vector<std::pair<const ControlGroup *, std::vector<CgroupSetting>>> writes;
    for (const CgroupWant &want : wants) {
        require(want.controller, want.key);
    }
    for (const ControlGroup &group : groups_) {
        std::vector<CgroupWant> of_group;
        std::copy_if(wants.begin(), wants.end(), std::back_inserter(of_group),
                     [&](const CgroupWant &want) { return find(want.controller) == &group; });
        if (group.version == CgroupVersion::v1) {
            add_present_memory_limit(group, of_group);
        }
        writes.emplace_back(&group, translate(of_group, group.version));
    }
    for (const auto &[group, settings] : writes) {
        apply_all(*group, settings);
    }
}

// A period alone is for the quota that there is.
ResourcesSpec Cgroup::with_present_quota(ResourcesSpec resources) const {
    const ControlGroup *group = find("cpu");
    if (!resources.cpu.period || resources.cpu.quota || group == nullptr) {
        return resources;
    }
    const char *file = group->version == CgroupVersion::v1 ? "cpu.cfs_quota_us" : "cpu.max";
    if (const auto quota = cgroup_file::read_number(group->directory.get(), file)) {
        resources.cpu.quota = static_cast<int64_t>(*quota);
    }
    return resources;
}

void Cgroup::set(const ResourcesSpec &asked) const {
    const ResourcesSpec resources = with_present_quota(asked);
    const std::optional<int64_t> limit = resources.memory.limit;
    if (resources.memory.check_before_update.value_or(false) && limit && *limit >= 0) {
        const ControlGroup &group = require("memory", "memory.max");
        const char *file = group.version == CgroupVersion::v1 ? "memory.usage_in_bytes" : "memory.current";
        const uint64_t used = cgroup_file::read_number(group.directory.get(), file).value_or(0);
        if (used > static_cast<uint64_t>(*limit)) {
            refuse("memory.limit",
                   std::to_string(*limit) + " bytes, and " + std::to_string(used) + " are in use already");
        }
    }
    if (!resources.devices.empty()) {
        const ControlGroup *group = find("devices");
        if (group == nullptr) {
            refuse_unsupported("devices",
                               "the rules of a running container can be changed in cgroup version 1 "
                               "only, and where it was started with some");
        }
        set(wants_of(resources));
        set_devices_v1(*group, resources.devices);
        return;
    }
    set(wants_of(resources));
}

} // namespace spaces
