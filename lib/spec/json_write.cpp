// to_json(): the Spec as an OCI config.json, of which load_json() makes an equal Spec.
#include "spec/json.hpp"

#include "base/json.hpp"
#include "spec/check.hpp"
#include "spec/id_map.hpp"
#include "spec/json_put.hpp"
#include "spec/json_seccomp.hpp"
#include "spec/json_write.hpp"
#include "spec/json_write_mounts.hpp"
#include "spec/namespaces.hpp"
#include "spec/refuse.hpp"
#include "spec/scheduling.hpp"
#include "spec/sysctl.hpp"

namespace spaces {

namespace {

using Object = Json::Object;
using Array = Json::Array;

constexpr const char *stream_names[] = {"stdin", "stdout", "stderr"};

Object user_of(const ProcessSpec &process) {
    Object user;
    put_optional(user, "uid", process.uid);
    put_optional(user, "gid", process.gid);
    put_optional(user, "umask", process.umask);
    if (process.additional_gids) {
        put(user, "additionalGids", Json::array_of(*process.additional_gids));
    }
    return user;
}

Array rlimits_of(const ProcessSpec &process) {
    Array rlimits;
    for (const auto &[name, limit] : process.rlimits) {
        rlimits.emplace_back(Object{{"type", name}, {"soft", limit.soft}, {"hard", limit.hard}});
    }
    return rlimits;
}

Object process_of(const ProcessSpec &process) {
    Object object;
    put_flag(object, "terminal", process.terminal);
    if (const auto &size = process.console_size) {
        put(object, "consoleSize", Object{{"height", size->rows}, {"width", size->columns}});
    }
    put_object(object, "user", user_of(process));
    if (!process.args.empty()) {
        put(object, "args", Json::array_of(process.args));
    }
    if (!process.env.empty() || !process.env_inherit) {
        put(object, "env", Json::array_of(process.env));
    }
    put_optional(object, "cwd", process.cwd);
    put_array(object, "rlimits", rlimits_of(process));
    put_object(object, "capabilities", capabilities_of(process.capabilities));
    put_flag(object, "noNewPrivileges", process.no_new_privileges);
    put_optional(object, "apparmorProfile", process.apparmor_profile);
    put_optional(object, "selinuxLabel", process.selinux_label);
    put_optional(object, "oomScoreAdj", process.oom_score_adj);
    if (process.scheduler) {
        put(object, "scheduler", scheduler_of(*process.scheduler));
    }
    if (process.io_priority) {
        put(object, "ioPriority", io_priority_of(*process.io_priority));
    }
    put_object(object, "execCPUAffinity", cpu_affinity_of(process));
    return object;
}

Object root_of(const RootSpec &root) {
    Object object;
    put_text(object, "path", root.path);
    put_flag(object, "readonly", root.readonly);
    return object;
}

Object annotations_of(const Spec &spec) {
    Object annotations;
    for (const auto &[key, value] : spec.annotations) {
        put(annotations, key.c_str(), value);
    }
    return annotations;
}

Array namespaces_of(const Spec &spec) {
    Array namespaces;
    for (const NamespaceType &type : namespace_types) {
        const auto found = spec.namespaces.find(type.bit);
        if (found == spec.namespaces.end() || found->second.kind == NamespaceSpec::Kind::join_pid) {
            continue;
        }
        const NamespaceSpec &wanted = found->second;
        if (wanted.kind == NamespaceSpec::Kind::join_fd) {
            refuse("linux.namespaces",
                   "the " + std::string(type.name) + " namespace is a descriptor, which has no text form");
        }
        Object object{{"type", type.name}};
        put_text(object, "path", wanted.path);
        namespaces.emplace_back(std::move(object));
    }
    return namespaces;
}

Object time_offsets_of(const Spec &spec) {
    Object offsets;
    for (const auto &[clock, offset] : spec.time_offsets) {
        put(offsets, clock.c_str(), Object{{"secs", offset.seconds}, {"nanosecs", offset.nanoseconds}});
    }
    return offsets;
}

Object sysctl_of(const Spec &spec) {
    Object parameters;
    for (const auto &[path, value] : spec.sysctl) {
        put(parameters, sysctl_name(path).c_str(), value);
    }
    return parameters;
}

Object linux_of(const Spec &spec) {
    Object object;
    put_array(object, "namespaces", namespaces_of(spec));
    put_array(object, "uidMappings", id_ranges_json(spec.uid_map.ranges));
    put_array(object, "gidMappings", id_ranges_json(spec.gid_map.ranges));
    put_object(object, "timeOffsets", time_offsets_of(spec));
    put_object(object, "sysctl", sysctl_of(spec));
    if (spec.personality) {
        put(object, "personality", Object{{"domain", personality_name(*spec.personality)}});
    }
    if (spec.rootfs_propagation != "private" && spec.rootfs_propagation != "unchanged") {
        put(object, "rootfsPropagation", spec.rootfs_propagation);
    }
    put_optional(object, "mountLabel", spec.mount_label);
    put_optional(object, "cgroupsPath", spec.cgroup.path);
    put_object(object, "resources", resources_of(spec.cgroup.resources));
    put_array(object, "devices", devices_json(spec.devices));
    put_array(object, "maskedPaths", Array(spec.masked_paths.begin(), spec.masked_paths.end()));
    put_array(object, "readonlyPaths", Array(spec.readonly_paths.begin(), spec.readonly_paths.end()));
    if (spec.seccomp.kind == SeccompSpec::Kind::profile) {
        put(object, "seccomp", json_of(spec.seccomp.profile));
    }
    return object;
}

Object cgroup_of(const CgroupSpec &cgroup) {
    Object object;
    put_flag(object, "own", cgroup.own);
    if (cgroup.join_of != 0) {
        put(object, "joinPid", cgroup.join_of);
    }
    put_flag(object, "fallback", cgroup.fallback);
    if (cgroup.manager != CgroupManager::automatic) {
        put(object, "manager", cgroup_manager_word(cgroup.manager));
    }
    return object;
}

Object stream_of(const StdioSpec &stdio, const std::string &name) {
    switch (stdio.kind) {
    case StdioSpec::Kind::inherit:
        return {};
    case StdioSpec::Kind::null:
        return {{"type", "null"}};
    case StdioSpec::Kind::pipe:
        return {{"type", "pipe"}};
    case StdioSpec::Kind::merge_stdout:
        return {{"type", "stdout"}};
    case StdioSpec::Kind::fd:
        refuse("spaces.stdio." + name, "is a descriptor, which has no text form");
    case StdioSpec::Kind::file:
        break;
    }
    Object object{{"type", "file"}, {"path", stdio.path}};
    put_flag(object, "append", stdio.append);
    return object;
}

Object stdio_of(const ProcessSpec &process) {
    Object object;
    for (const int stream : {SPACES_STDIN, SPACES_STDOUT, SPACES_STDERR}) {
        put_object(object, stream_names[stream], stream_of(process.stdio[stream], stream_names[stream]));
    }
    if (!process.fds.empty()) {
        refuse("spaces.fds", "descriptor " + std::to_string(process.fds.begin()->first) +
                                 " is to be passed on, which has no text form");
    }
    return object;
}

Array namespace_names(uint32_t bits) {
    Array names;
    for (const NamespaceType &type : namespace_types) {
        if ((bits & type.bit) != 0) {
            names.emplace_back(type.name);
        }
    }
    return names;
}

Array joins_of(const Spec &spec) {
    std::map<pid_t, uint32_t> joins;
    for (const auto &[bit, wanted] : spec.namespaces) {
        if (wanted.kind == NamespaceSpec::Kind::join_pid) {
            joins[wanted.pid] |= bit;
        }
    }
    Array list;
    for (const auto &[pid, bits] : joins) {
        list.emplace_back(Object{{"pid", pid}, {"namespaces", namespace_names(bits)}});
    }
    if (spec.join_all_of != 0) {
        list.emplace_back(Object{{"pid", spec.join_all_of}});
    }
    return list;
}

Object time_limit_of(const Spec &spec) {
    if (spec.time_limit_ms == 0 && spec.time_limit_grace_ms == 0) {
        return {};
    }
    return {{"milliseconds", spec.time_limit_ms}, {"graceMilliseconds", spec.time_limit_grace_ms}};
}

Object extension_of(const Spec &spec) {
    const ProcessSpec &process = spec.process;
    Object object;
    put_flag(object, "init", spec.init, true);
    put_optional(object, "mountProc", spec.mount_proc);
    put_flag(object, "chroot", spec.root && spec.root->chroot);
    put_flag(object, "systemRoot", spec.root && spec.root->system);
    put_flag(object, "defaultMounts", spec.default_mounts);
    put_flag(object, "defaultDevices", spec.default_devices);
    put_array(object, "files", files_json(spec.files));
    if (spec.rootfs_propagation == "unchanged") {
        put(object, "rootfsPropagation", spec.rootfs_propagation);
    }
    // A process.env alone would turn it off.
    put_flag(object, "inheritEnvironment", process.env_inherit && !process.env.empty());
    if (!process.env_unset.empty()) {
        put(object, "unsetEnvironment", Json::array_of(process.env_unset));
    }
    put_optional(object, "executable", process.executable);
    put_list(object, "dropCapabilities", capability_names(process.capabilities.drop));
    put_list(object, "addCapabilities", capability_names(process.capabilities.add));
    put_list(object, "securebits", securebit_names(process.securebits));
    if (spec.landlock) {
        put(object, "landlock", landlock_of(*spec.landlock));
    }
    put_flag(object, "newKeyring", process.new_keyring);
    put_flag(object, "newSession", process.new_session);
    put_optional(object, "processGroup", process.process_group);
    put_flag(object, "inheritSignals", process.inherit_signals);
    if (!process.default_signals.empty()) {
        put(object, "defaultSignals", Json::array_of(process.default_signals));
    }
    put_object(object, "stdio", stdio_of(process));
    put_object(object, "cgroup", cgroup_of(spec.cgroup));
    put_object(object, "timeLimit", time_limit_of(spec));
    put_flag(object, "dieWithParent", spec.die_with_parent);
    put_array(object, "joinPid", joins_of(spec));
    put_array(object, "share", namespace_names(spec.shared));
    put_optional(object, "uidMap", id_map_word(spec.uid_map.kind));
    put_optional(object, "gidMap", id_map_word(spec.gid_map.kind));
    put_optional(object, "setgroups", spec.setgroups);
    if (spec.seccomp.kind == SeccompSpec::Kind::by_default) {
        put(object, "seccomp", "default");
    }
    put_flag(object, "seccompReport", spec.seccomp.report);
    put_text(object, "seccompCache", spec.seccomp.cache);
    return object;
}

} // namespace

std::string to_json(const Spec &spec) {
    Object object{{"ociVersion", "1.2.0"}};
    put_object(object, "process", process_of(spec.process));
    if (spec.root) {
        put(object, "root", root_of(*spec.root));
    }
    put_optional(object, "hostname", spec.hostname);
    put_optional(object, "domainname", spec.domainname);
    put_array(object, "mounts", mounts_json(spec.mounts));
    put_object(object, "annotations", annotations_of(spec));
    put_object(object, "linux", linux_of(spec));
    put_object(object, "spaces", extension_of(spec));
    return to_text(std::move(object), BadUtf8::refuse);
}

} // namespace spaces
