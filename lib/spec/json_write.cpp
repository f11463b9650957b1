// to_json(): the Spec as an OCI config.json, of which load_json() makes an equal Spec.
#include "spec/json.hpp"

#include "spec/id_map.hpp"
#include "spec/json_parse.hpp"
#include "spec/namespaces.hpp"
#include "spec/refuse.hpp"

namespace spaces {

namespace {

// Members in the order in which they are written, as people expect them in a config.json.
using Json = nlohmann::ordered_json;

constexpr const char *stream_names[] = {"stdin", "stdout", "stderr"};

// An object that is left out where it would be empty.
void put(Json &object, const char *name, Json &&member) {
    if (!member.empty()) {
        object[name] = std::move(member);
    }
}

template <class Value> void put(Json &object, const char *name, const std::optional<Value> &value) {
    if (value) {
        object[name] = *value;
    }
}

void put_flag(Json &object, const char *name, bool value, bool by_default = false) {
    if (value != by_default) {
        object[name] = value;
    }
}

void put_text(Json &object, const char *name, const std::string &text) {
    if (!text.empty()) {
        object[name] = text;
    }
}

Json user_of(const ProcessSpec &process) {
    Json user;
    put(user, "uid", process.uid);
    put(user, "gid", process.gid);
    put(user, "umask", process.umask);
    put(user, "additionalGids", process.additional_gids);
    return user;
}

Json rlimits_of(const ProcessSpec &process) {
    Json rlimits;
    for (const auto &[name, limit] : process.rlimits) {
        rlimits.push_back({{"type", name}, {"soft", limit.soft}, {"hard", limit.hard}});
    }
    return rlimits;
}

Json process_of(const ProcessSpec &process) {
    Json object;
    put_flag(object, "terminal", process.terminal);
    if (process.console_size) {
        object["consoleSize"] = {{"height", process.console_size->rows},
                                 {"width", process.console_size->columns}};
    }
    put(object, "user", user_of(process));
    if (!process.args.empty()) {
        object["args"] = process.args;
    }
    if (!process.env.empty() || !process.env_inherit) {
        object["env"] = process.env;
    }
    put(object, "cwd", process.cwd);
    put(object, "rlimits", rlimits_of(process));
    put_flag(object, "noNewPrivileges", process.no_new_privileges);
    put(object, "oomScoreAdj", process.oom_score_adj);
    return object;
}

Json root_of(const RootSpec &root) {
    Json object = Json::object();
    put_text(object, "path", root.path);
    put_flag(object, "readonly", root.readonly);
    return object;
}

Json mounts_of(const Spec &spec) {
    Json mounts;
    for (const MountSpec &mount : spec.mounts) {
        Json object = {{"destination", mount.destination}};
        put_text(object, "type", mount.type);
        put_text(object, "source", mount.source);
        if (!mount.options.empty()) {
            object["options"] = mount.options;
        }
        mounts.push_back(std::move(object));
    }
    return mounts;
}

Json namespaces_of(const Spec &spec) {
    Json namespaces;
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
        Json object = {{"type", type.name}};
        put_text(object, "path", wanted.path);
        namespaces.push_back(std::move(object));
    }
    return namespaces;
}

Json mappings_of(const IdMapSpec &map) {
    Json mappings;
    for (const IdMapping &range : map.ranges) {
        mappings.push_back(
            {{"containerID", range.container_id}, {"hostID", range.host_id}, {"size", range.size}});
    }
    return mappings;
}

Json time_offsets_of(const Spec &spec) {
    Json offsets;
    for (const auto &[clock, offset] : spec.time_offsets) {
        offsets[clock] = {{"secs", offset.seconds}, {"nanosecs", offset.nanoseconds}};
    }
    return offsets;
}

Json linux_of(const Spec &spec) {
    Json object;
    put(object, "namespaces", namespaces_of(spec));
    put(object, "uidMappings", mappings_of(spec.uid_map));
    put(object, "gidMappings", mappings_of(spec.gid_map));
    put(object, "timeOffsets", time_offsets_of(spec));
    if (spec.rootfs_propagation != "private" && spec.rootfs_propagation != "unchanged") {
        object["rootfsPropagation"] = spec.rootfs_propagation;
    }
    return object;
}

Json stream_of(const StdioSpec &stdio, const std::string &name) {
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
    Json object = {{"type", "file"}, {"path", stdio.path}};
    put_flag(object, "append", stdio.append);
    return object;
}

Json stdio_of(const ProcessSpec &process) {
    Json object;
    for (const int stream : {SPACES_STDIN, SPACES_STDOUT, SPACES_STDERR}) {
        put(object, stream_names[stream], stream_of(process.stdio[stream], stream_names[stream]));
    }
    if (!process.fds.empty()) {
        refuse("spaces.fds", "descriptor " + std::to_string(process.fds.begin()->first) +
                                 " is to be passed on, which has no text form");
    }
    return object;
}

Json namespace_names(uint32_t bits) {
    Json names;
    for (const NamespaceType &type : namespace_types) {
        if ((bits & type.bit) != 0) {
            names.push_back(type.name);
        }
    }
    return names;
}

Json joins_of(const Spec &spec) {
    std::map<pid_t, uint32_t> joins;
    for (const auto &[bit, wanted] : spec.namespaces) {
        if (wanted.kind == NamespaceSpec::Kind::join_pid) {
            joins[wanted.pid] |= bit;
        }
    }
    Json list;
    for (const auto &[pid, bits] : joins) {
        list.push_back({{"pid", pid}, {"namespaces", namespace_names(bits)}});
    }
    if (spec.join_all_of != 0) {
        list.push_back({{"pid", spec.join_all_of}});
    }
    return list;
}

Json time_limit_of(const Spec &spec) {
    if (spec.time_limit_ms == 0 && spec.time_limit_grace_ms == 0) {
        return {};
    }
    return {{"milliseconds", spec.time_limit_ms}, {"graceMilliseconds", spec.time_limit_grace_ms}};
}

Json extension_of(const Spec &spec) {
    const ProcessSpec &process = spec.process;
    Json object;
    put_flag(object, "init", spec.init, true);
    put(object, "mountProc", spec.mount_proc);
    put_flag(object, "chroot", spec.root && spec.root->chroot);
    put_flag(object, "defaultMounts", spec.default_mounts);
    if (spec.rootfs_propagation == "unchanged") {
        object["rootfsPropagation"] = spec.rootfs_propagation;
    }
    // A process.env alone would turn it off.
    put_flag(object, "inheritEnvironment", process.env_inherit && !process.env.empty());
    if (!process.env_unset.empty()) {
        object["unsetEnvironment"] = process.env_unset;
    }
    put_flag(object, "newSession", process.new_session);
    put_flag(object, "inheritSignals", process.inherit_signals);
    put(object, "stdio", stdio_of(process));
    put(object, "timeLimit", time_limit_of(spec));
    put_flag(object, "dieWithParent", spec.die_with_parent);
    put(object, "joinPid", joins_of(spec));
    put(object, "share", namespace_names(spec.shared));
    put(object, "uidMap", id_map_word(spec.uid_map.kind));
    put(object, "gidMap", id_map_word(spec.gid_map.kind));
    put(object, "setgroups", spec.setgroups);
    return object;
}

bool is_utf8(const std::string &text) {
    try {
        static_cast<void>(Json(text).dump());
        return true;
    } catch (const Json::type_error &) {
        return false;
    }
}

// Names the first member with bytes that JSON cannot carry; `way` is the way to `node`.
void refuse_other_than_utf8(const Json &node, const std::string &way) {
    constexpr std::string_view reason = "is not UTF-8, which JSON cannot carry";
    if (node.is_string() && !is_utf8(node.get_ref<const std::string &>())) {
        refuse(way, reason);
    }
    if (node.is_array()) {
        for (size_t index = 0; index < node.size(); ++index) {
            refuse_other_than_utf8(node[index], item_of(way, index));
        }
    }
    if (node.is_object()) {
        for (const auto &[name, member] : node.items()) {
            if (!is_utf8(name)) {
                refuse(way, "has a key that " + std::string(reason));
            }
            refuse_other_than_utf8(member, way.empty() ? name : way + '.' + name);
        }
    }
}

} // namespace

std::string to_json(const Spec &spec) {
    Json object;
    object["ociVersion"] = "1.2.0";
    put(object, "process", process_of(spec.process));
    if (spec.root) {
        object["root"] = root_of(*spec.root);
    }
    put(object, "hostname", spec.hostname);
    put(object, "domainname", spec.domainname);
    put(object, "mounts", mounts_of(spec));
    if (!spec.annotations.empty()) {
        object["annotations"] = spec.annotations;
    }
    put(object, "linux", linux_of(spec));
    put(object, "spaces", extension_of(spec));
    try {
        return object.dump(2);
    } catch (const Json::type_error &) {
        refuse_other_than_utf8(object, {});
        throw;
    }
}

} // namespace spaces
