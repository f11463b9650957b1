// The check of the Spec as a whole: members that contradict each other.
#include "spec/validate.hpp"

#include "spec/id_map.hpp"
#include "spec/namespaces.hpp"
#include "spec/refuse.hpp"
#include "spec/sysctl.hpp"

#include <algorithm>

namespace spaces {

namespace {

// Whether the program is in somebody else's namespace of this type, or may be: that is known at its start.
bool may_join(const Spec &spec, uint32_t type) {
    const bool with_others =
        spec.join_all_of != 0 && !spec.namespaces.contains(type) && (spec.shared & type) == 0;
    return spec.joins(type) || with_others;
}

// Something that changes a namespace must not reach the caller's, nor that of the process which is joined.
void require_new(const Spec &spec, uint32_t type, std::string_view member, std::string_view what) {
    if (spec.unshares(type)) {
        return;
    }
    const std::string name = namespace_type(type)->name;
    const bool joined = may_join(spec, type);
    refuse(member,
           std::string(what) + (joined ? " would change the " + name + " namespace that is joined"
                                       : " needs a new " + name + " namespace"),
           joined ? "ask for a new " + name + " namespace instead of joining that one"
                  : "ask for a new " + name + " namespace too");
}

void check_what_to_run(const Spec &spec, Target target) {
    if (target == Target::program && spec.process.args.empty()) {
        refuse("process.args", "there is no program to run");
    }
    if (target != Target::program && !spec.process.args.empty()) {
        refuse("process.args", "a function is to be called, and there is a program too");
    }
    if (target != Target::program && spec.process.executable) {
        refuse("spaces.executable", "a function is to be called, and there is a program too");
    }
}

// What the kernel would refuse of sets that are all told: capabilities(7).
void check_capabilities(const CapabilitiesSpec &capabilities) {
    if (!capabilities.exact) {
        return;
    }
    const auto &sets = *capabilities.exact;
    const auto check = [&](int set, int within, const char *name, const char *within_name) {
        const CapabilitySet outside = sets[static_cast<size_t>(set)] & ~sets[static_cast<size_t>(within)];
        if (outside != 0 && sets[static_cast<size_t>(set)] != all_capabilities) {
            const std::string object = std::string("process.capabilities.") + name;
            refuse(object, capability_names(outside).front() + " is not " + within_name + " too");
        }
    };
    check(SPACES_CAPABILITIES_EFFECTIVE, SPACES_CAPABILITIES_PERMITTED, "effective", "permitted");
    check(SPACES_CAPABILITIES_AMBIENT, SPACES_CAPABILITIES_PERMITTED, "ambient", "permitted");
    check(SPACES_CAPABILITIES_AMBIENT, SPACES_CAPABILITIES_INHERITABLE, "ambient", "inheritable");
}

void check_process_group(const Spec &spec) {
    const ProcessSpec &process = spec.process;
    if (!process.process_group) {
        return;
    }
    if (process.new_session || process.terminal) {
        refuse("spaces.processGroup", "the leader of a session has a process group of its own already",
               process.terminal ? "leave out either the terminal or the process group"
                                : "leave out either the new session or the process group");
    }
    if (*process.process_group != 0 && spec.unshares(SPACES_NAMESPACE_PID)) {
        refuse("spaces.processGroup", "no process group of the caller is in a new pid namespace",
               "0 makes one of the program's own");
    }
}

void check_streams(const ProcessSpec &process) {
    if (!process.terminal) {
        return;
    }
    constexpr const char *names[] = {"stdin", "stdout", "stderr"};
    for (size_t stream = 0; stream < std::size(names); ++stream) {
        if (process.stdio[stream].kind != StdioSpec::Kind::inherit) {
            refuse(std::string("spaces.stdio.") + names[stream],
                   "the program's streams are its terminal, and this one is told otherwise",
                   "leave out either the terminal or the streams");
        }
    }
}

void check_root(const Spec &spec) {
    if (!spec.root) {
        return;
    }
    if (spec.root->system && !spec.root->path.empty()) {
        refuse("spaces.systemRoot", "there is a root directory with a path too", "leave out one of them");
    }
    if (spec.root->system && spec.root->chroot) {
        refuse("spaces.systemRoot", "chroot(2) cannot enter it", "leave out spaces.chroot");
    }
    if (spec.root->path.empty() && !spec.root->system) {
        refuse("root.path", "there is no root directory to change to");
    }
    if (!spec.root->chroot && !spec.unshares(SPACES_NAMESPACE_MOUNT)) {
        refuse("root", "pivot_root(2) needs a new mount namespace",
               "ask for a new mount namespace too, or for chroot(2)");
    }
    if (spec.root->readonly) {
        require_new(spec, SPACES_NAMESPACE_MOUNT, "root.readonly", "a read-only root");
    }
}

void check_mounts(const Spec &spec) {
    if (!spec.mounts.empty()) {
        require_new(spec, SPACES_NAMESPACE_MOUNT, "mounts", "a mount");
    }
    if (spec.default_mounts) {
        require_new(spec, SPACES_NAMESPACE_MOUNT, "spaces.defaultMounts",
                    "mounting the default file systems");
    }
    const std::pair<bool, std::pair<const char *, const char *>> others[] = {
        {!spec.mount_label, {"linux.mountLabel", "a label of mounts"}},
        {!spec.default_devices, {"spaces.defaultDevices", "a device"}},
        {spec.devices.empty(), {"linux.devices", "a device"}},
        {spec.files.empty(), {"spaces.files", "a file from memory"}},
        {spec.masked_paths.empty(), {"linux.maskedPaths", "a masked path"}},
        {spec.readonly_paths.empty(), {"linux.readonlyPaths", "a read-only path"}}};
    for (const auto &[is_empty, words] : others) {
        if (!is_empty) {
            require_new(spec, SPACES_NAMESPACE_MOUNT, words.first, words.second);
        }
    }
    if (spec.mount_proc.value_or(false)) {
        require_new(spec, SPACES_NAMESPACE_MOUNT, "spaces.mountProc", "mounting /proc");
    }
    if (spec.rootfs_propagation != "private") {
        require_new(spec, SPACES_NAMESPACE_MOUNT,
                    spec.rootfs_propagation == "unchanged" ? "spaces.rootfsPropagation"
                                                           : "linux.rootfsPropagation",
                    "another propagation of mounts");
    }
}

// The caller's working directory lies outside of a root directory of the program's own.
void check_cwd_is_absolute(const Spec &spec) {
    const bool new_root = spec.root || may_join(spec, SPACES_NAMESPACE_MOUNT);
    if (new_root && spec.process.cwd && !spec.process.cwd->starts_with('/')) {
        refuse("process.cwd",
               excerpt(*spec.process.cwd) + " is not absolute, and the program gets another root directory");
    }
}

void check_names(const Spec &spec) {
    if (spec.hostname) {
        require_new(spec, SPACES_NAMESPACE_UTS, "hostname", "a host name");
    }
    if (spec.domainname) {
        require_new(spec, SPACES_NAMESPACE_UTS, "domainname", "a domain name");
    }
}

void check_sysctl(const Spec &spec) {
    for (const auto &[path, value] : spec.sysctl) {
        const std::string name = sysctl_name(path);
        const uint32_t type = sysctl_namespace(path);
        if (type == 0) {
            refuse("linux.sysctl", excerpt(name) + " is a parameter of the whole machine",
                   "those of network, ipc, uts and user namespaces can be set");
        }
        require_new(spec, type, "linux.sysctl", excerpt(name));
        const bool is_hostname = path == "kernel/hostname" && spec.hostname;
        if (is_hostname || (path == "kernel/domainname" && spec.domainname)) {
            refuse("linux.sysctl",
                   excerpt(name) + " is told by " + (is_hostname ? "hostname" : "domainname") + " too");
        }
    }
}

void check_time(const Spec &spec) {
    if (!spec.time_offsets.empty()) {
        require_new(spec, SPACES_NAMESPACE_TIME, "linux.timeOffsets", "an offset of a clock");
    }
}

// What is known of a map before the caller's ids are: nothing where an id of its own is mapped to itself.
bool may_map(const IdMapSpec &map, uint32_t id) {
    switch (map.kind) {
    case IdMapSpec::Kind::ranges:
        return maps_id(map.ranges, id);
    case IdMapSpec::Kind::by_default:
    case IdMapSpec::Kind::root:
        return id == 0;
    case IdMapSpec::Kind::self:
    case IdMapSpec::Kind::automatic:
    case IdMapSpec::Kind::nobody:
    case IdMapSpec::Kind::none:
        break;
    }
    return true;
}

void check_mapped(const IdMapSpec &map, uint32_t id, std::string_view member, std::string_view map_name) {
    if (!may_map(map, id)) {
        refuse(member, std::to_string(id) + " is not mapped in the new user namespace",
               "add it to the " + std::string(map_name));
    }
}

void check_ids(const Spec &spec) {
    if (spec.uid_map.kind != IdMapSpec::Kind::by_default) {
        require_new(spec, SPACES_NAMESPACE_USER, "linux.uidMappings", "a uid map");
    }
    if (spec.gid_map.kind != IdMapSpec::Kind::by_default) {
        require_new(spec, SPACES_NAMESPACE_USER, "linux.gidMappings", "a gid map");
    }
    if (spec.setgroups) {
        require_new(spec, SPACES_NAMESPACE_USER, "spaces.setgroups", "the choice about setgroups(2)");
    }
    const ProcessSpec &process = spec.process;
    if (spec.setgroups == false && process.additional_gids) {
        refuse("process.user.additionalGids", "groups are to be set, and spaces.setgroups denies that");
    }
    if (!spec.unshares(SPACES_NAMESPACE_USER)) {
        return;
    }
    if (process.uid) {
        check_mapped(spec.uid_map, *process.uid, "process.user.uid", "uid map");
    }
    if (process.gid) {
        check_mapped(spec.gid_map, *process.gid, "process.user.gid", "gid map");
    }
    if (process.additional_gids) {
        for (size_t index = 0; index < process.additional_gids->size(); ++index) {
            check_mapped(spec.gid_map, (*process.additional_gids)[index],
                         item_of("process.user.additionalGids", index), "gid map");
        }
    }
}

void check_cgroup(const Spec &spec) {
    if (spec.cgroup.join_of != 0 && spec.cgroup.makes_one()) {
        refuse("spaces.cgroup.joinPid",
               "the groups of a process are to be joined, and one of its own is asked for too",
               "leave out either the process or the limits");
    }
}

} // namespace

void validate(const Spec &spec, Target target) {
    check_what_to_run(spec, target);
    check_streams(spec.process);
    check_capabilities(spec.process.capabilities);
    check_process_group(spec);
    check_root(spec);
    check_mounts(spec);
    check_cwd_is_absolute(spec);
    check_names(spec);
    check_sysctl(spec);
    check_time(spec);
    check_ids(spec);
    check_cgroup(spec);
}

} // namespace spaces
