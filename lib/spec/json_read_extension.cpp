// The object "spaces" of a config.json: what OCI has no member for.
#include "spec/check.hpp"
#include "spec/edit.hpp"
#include "spec/id_map.hpp"
#include "spec/json_members.hpp"
#include "spec/json_read.hpp"
#include "spec/namespaces.hpp"

namespace spaces {

namespace {

// OCI's member and ours say the same in two ways.
void refuse_both(const JsonValue &ours, const char *oci_name) {
    const auto oci = ours.document().member("linux");
    if (oci && oci->member(oci_name)) {
        ours.refuse("is told by linux." + std::string(oci_name) + " too");
    }
}

void read_unset_environment(Spec &spec, const JsonValue &value) {
    std::set<std::string> names;
    value.each_item([&](const JsonValue &item, size_t) {
        std::string name = item.text();
        check_env_name(name, item.path());
        names.insert(std::move(name));
    });
    spec.process.env_unset = std::move(names);
}

void read_stdio_type(StdioSpec &stdio, const JsonValue &value) {
    using Kind = StdioSpec::Kind;
    const std::string type = value.text();
    if (type == "inherit") {
        stdio.kind = Kind::inherit;
    } else if (type == "null") {
        stdio.kind = Kind::null;
    } else if (type == "pipe") {
        stdio.kind = Kind::pipe;
    } else if (type == "file") {
        stdio.kind = Kind::file;
    } else if (type == "stdout") {
        stdio.kind = Kind::merge_stdout;
    } else {
        value.refuse(excerpt(type) + " is no type of stream",
                     "the types are \"inherit\", \"null\", \"pipe\", \"file\" and for stderr \"stdout\"");
    }
}

constexpr JsonMember<StdioSpec> stdio_members[] = {
    {"type", read_stdio_type},
    {"path", [](StdioSpec &stdio, const JsonValue &value) { stdio.path = value.text(); }},
    {"append", [](StdioSpec &stdio, const JsonValue &value) { stdio.append = value.boolean(); }},
};

template <int Stream> void read_stream(Spec &spec, const JsonValue &value) {
    StdioSpec stdio;
    read_members<StdioSpec>(value, stdio, stdio_members);
    if (stdio.kind == StdioSpec::Kind::file) {
        check_path(stdio.path, value.path() + ".path");
    } else if (!stdio.path.empty() || stdio.append) {
        value.refuse("has members of a file and is none", "give it the type \"file\"");
    }
    if (stdio.kind == StdioSpec::Kind::merge_stdout && Stream != SPACES_STDERR) {
        value.refuse("only stderr can be the same as stdout");
    }
    spec.process.stdio[Stream] = std::move(stdio);
}

constexpr JsonMember<Spec> stream_members[] = {
    {"stdin", read_stream<SPACES_STDIN>},
    {"stdout", read_stream<SPACES_STDOUT>},
    {"stderr", read_stream<SPACES_STDERR>},
};

struct TimeLimit {
    uint64_t milliseconds = 0;
    uint64_t grace_milliseconds = 0;
};

template <uint64_t TimeLimit::*Member> void read_milliseconds(TimeLimit &limit, const JsonValue &value) {
    limit.*Member = value.number<uint64_t>();
    check_time_limit(limit.*Member, value.path());
}

constexpr JsonMember<TimeLimit> time_limit_members[] = {
    {"milliseconds", read_milliseconds<&TimeLimit::milliseconds>},
    {"graceMilliseconds", read_milliseconds<&TimeLimit::grace_milliseconds>},
};

void read_time_limit(Spec &spec, const JsonValue &value) {
    TimeLimit limit;
    read_members<TimeLimit>(value, limit, time_limit_members);
    spec.time_limit_ms = limit.milliseconds;
    spec.time_limit_grace_ms = limit.grace_milliseconds;
}

template <bool CgroupSpec::*Member> void read_cgroup_flag(CgroupSpec &cgroup, const JsonValue &value) {
    cgroup.*Member = value.boolean();
}

constexpr JsonMember<CgroupSpec> cgroup_members[] = {
    {"own", read_cgroup_flag<&CgroupSpec::own>},
    {"joinPid",
     [](CgroupSpec &cgroup, const JsonValue &value) {
         const int64_t pid = value.integer(INT64_MIN, INT64_MAX);
         check_pid(pid, value.path());
         cgroup.join_of = static_cast<int32_t>(pid);
     }},
    {"fallback", read_cgroup_flag<&CgroupSpec::fallback>},
    {"manager", [](CgroupSpec &cgroup,
                   const JsonValue &value) { cgroup.manager = cgroup_manager(value.text(), value.path()); }},
};

uint32_t read_namespace_types(const JsonValue &value) {
    uint32_t bits = 0;
    value.each_item([&](const JsonValue &item, size_t) { bits |= read_namespace_type(item); });
    return bits;
}

std::string name_of_first(uint32_t bits) {
    const auto has = [bits](const NamespaceType &type) { return (bits & type.bit) != 0; };
    return std::find_if(namespace_types.begin(), namespace_types.end(), has)->name;
}

struct Join {
    pid_t pid = 0;
    uint32_t bits = 0; // 0: all that differ
};

constexpr JsonMember<Join> join_members[] = {
    {"pid",
     [](Join &join, const JsonValue &value) {
         const int64_t pid = value.integer(INT64_MIN, INT64_MAX);
         check_pid(pid, value.path());
         join.pid = static_cast<pid_t>(pid);
     }},
    {"namespaces",
     [](Join &join, const JsonValue &value) {
         join.bits = read_namespace_types(value);
         if (join.bits == 0) {
             value.refuse("is empty", "without this member, all namespaces of the process are joined");
         }
     }},
};

Join read_join(const JsonValue &value) {
    Join join;
    read_members<Join>(value, join, join_members);
    if (join.pid == 0) {
        value.refuse("lacks the member \"pid\"");
    }
    return join;
}

// The types that linux.namespaces of the same document asks for.
uint32_t types_of_oci(const JsonValue &document) {
    uint32_t bits = 0;
    const auto oci = document.member("linux");
    const auto list = oci ? oci->member("namespaces") : std::nullopt;
    if (list) {
        list->each_item(
            [&](const JsonValue &item, size_t) { bits |= read_namespace_type(*item.member("type")); });
    }
    return bits;
}

void read_join_pid(Spec &spec, const JsonValue &value) {
    std::erase_if(spec.namespaces,
                  [](const auto &entry) { return entry.second.kind == NamespaceSpec::Kind::join_pid; });
    spec.join_all_of = 0;
    uint32_t seen = types_of_oci(value.document());
    value.each_item([&](const JsonValue &item, size_t) {
        const Join join = read_join(item);
        if ((seen & join.bits) != 0) {
            item.refuse("a second " + name_of_first(seen & join.bits) + " namespace");
        }
        seen |= join.bits;
        if (join.bits != 0) {
            set_namespaces(spec, join.bits, {.kind = NamespaceSpec::Kind::join_pid, .pid = join.pid});
        } else if (spec.join_all_of == 0) {
            spec.join_all_of = join.pid;
        } else {
            item.refuse("a second process of which all namespaces are to be joined");
        }
    });
}

// Comes after the others, so that a namespace of this document is not taken for one that was told before.
void read_share(Spec &spec, const JsonValue &value) {
    uint32_t told = types_of_oci(value.document());
    const auto extension = value.document().member("spaces");
    if (const auto joins = extension->member("joinPid")) {
        joins->each_item([&](const JsonValue &item, size_t) { told |= read_join(item).bits; });
    }
    const uint32_t bits = read_namespace_types(value);
    if ((told & bits) != 0) {
        value.refuse("the " + name_of_first(told & bits) + " namespace is to be new or joined too");
    }
    spec.shared = 0;
    share_namespaces(spec, bits);
}

IdMapSpec read_id_map_word(const JsonValue &value) {
    const std::string word = value.text();
    const auto kind = id_map_kind(word);
    if (!kind) {
        value.refuse(excerpt(word) + " is no word for an id map",
                     "it is \"root\", \"self\", \"auto\", \"nobody\" or \"none\"; ranges are in "
                     "linux.uidMappings and linux.gidMappings");
    }
    return {.kind = *kind};
}

void read_uid_map(Spec &spec, const JsonValue &value) {
    refuse_both(value, "uidMappings");
    spec.uid_map = read_id_map_word(value);
}

void read_executable(Spec &spec, const JsonValue &value) {
    std::string name = value.text();
    check_executable(name);
    spec.process.executable = std::move(name);
}

void read_default_signals(Spec &spec, const JsonValue &value) {
    std::set<int> signals;
    value.each_item([&](const JsonValue &item, size_t) {
        const int64_t signal = item.integer(INT64_MIN, INT64_MAX);
        check_default_signal(signal);
        signals.insert(static_cast<int>(signal));
    });
    spec.process.default_signals = std::move(signals);
}

void read_process_group(Spec &spec, const JsonValue &value) {
    const int64_t pgid = value.integer(INT64_MIN, INT64_MAX);
    check_process_group(pgid);
    spec.process.process_group = static_cast<pid_t>(pgid);
}

void read_gid_map(Spec &spec, const JsonValue &value) {
    refuse_both(value, "gidMappings");
    spec.gid_map = read_id_map_word(value);
}

void read_propagation(Spec &spec, const JsonValue &value) {
    refuse_both(value, "rootfsPropagation");
    if (value.text() != "unchanged") {
        value.refuse("must be \"unchanged\"", "the other words are for linux.rootfsPropagation");
    }
    spec.rootfs_propagation = "unchanged";
}

// Beside an OCI root, which then only says whether it is read-only.
void read_system_root(Spec &spec, const JsonValue &value) {
    const bool on = value.boolean();
    const auto root = value.document().member("root");
    if (on && root && root->member("path")) {
        value.refuse("there is a root.path too", "leave out one of them");
    }
    if (on) {
        set_system_root(spec, spec.root && spec.root->readonly);
    } else if (spec.root && spec.root->system) {
        spec.root.reset();
    }
}

void read_seccomp_word(Spec &spec, const JsonValue &value) {
    refuse_both(value, "seccomp");
    const std::string word = value.text();
    if (word != "default" && word != "none") {
        value.refuse(excerpt(word) + " is no word for a seccomp profile",
                     "it is \"default\" or \"none\"; a profile is in linux.seccomp");
    }
    set_seccomp_default(spec.seccomp, word == "default");
}

void read_seccomp_cache(Spec &spec, const JsonValue &value) {
    std::string path = value.text();
    check_path(path, value.path());
    spec.seccomp.cache = std::move(path);
}

template <bool Spec::*Member> void read_flag(Spec &spec, const JsonValue &value) {
    spec.*Member = value.boolean();
}

template <bool ProcessSpec::*Member> void read_process_flag(Spec &spec, const JsonValue &value) {
    spec.process.*Member = value.boolean();
}

template <std::optional<bool> Spec::*Member> void read_choice(Spec &spec, const JsonValue &value) {
    spec.*Member = value.boolean();
}

constexpr JsonMember<Spec> members[] = {
    {"init", read_flag<&Spec::init>},
    {"mountProc", read_choice<&Spec::mount_proc>},
    {"chroot", [](Spec &spec, const JsonValue &value) { set_chroot(spec, value.boolean()); }},
    {"systemRoot", read_system_root},
    {"defaultMounts", read_flag<&Spec::default_mounts>},
    {"defaultDevices", read_flag<&Spec::default_devices>},
    {"files", read_files},
    {"rootfsPropagation", read_propagation},
    {"inheritEnvironment", read_process_flag<&ProcessSpec::env_inherit>},
    {"unsetEnvironment", read_unset_environment},
    {"executable", read_executable},
    {"dropCapabilities", read_drop_capabilities},
    {"addCapabilities", read_add_capabilities},
    {"securebits", read_securebits},
    {"landlock", read_landlock},
    {"newKeyring", read_process_flag<&ProcessSpec::new_keyring>},
    {"newSession", read_process_flag<&ProcessSpec::new_session>},
    {"processGroup", read_process_group},
    {"inheritSignals", read_process_flag<&ProcessSpec::inherit_signals>},
    {"defaultSignals", read_default_signals},
    {"stdio", [](Spec &spec, const JsonValue &value) { read_members<Spec>(value, spec, stream_members); }},
    {"timeLimit", read_time_limit},
    {"cgroup", [](Spec &spec,
                  const JsonValue &value) { read_members<CgroupSpec>(value, spec.cgroup, cgroup_members); }},
    {"dieWithParent", read_flag<&Spec::die_with_parent>},
    {"joinPid", read_join_pid},
    {"share", read_share},
    {"uidMap", read_uid_map},
    {"gidMap", read_gid_map},
    {"setgroups", read_choice<&Spec::setgroups>},
    {"seccomp", read_seccomp_word},
    {"seccompReport", [](Spec &spec, const JsonValue &value) { spec.seccomp.report = value.boolean(); }},
    {"seccompCache", read_seccomp_cache},
};

} // namespace

void read_extension(Spec &spec, const JsonValue &value) {
    read_members<Spec>(value, spec, members);
}

} // namespace spaces
