// The object "linux" of a config.json.
#include "spec/check.hpp"
#include "spec/edit.hpp"
#include "spec/id_map.hpp"
#include "spec/json_members.hpp"
#include "spec/json_read.hpp"
#include "spec/json_seccomp.hpp"
#include "spec/namespaces.hpp"
#include "spec/sysctl.hpp"

namespace spaces {

namespace {

struct TypedNamespace {
    uint32_t bit = 0;
    NamespaceSpec wanted;
};

constexpr JsonMember<TypedNamespace> namespace_members[] = {
    {"type", [](TypedNamespace &entry, const JsonValue &value) { entry.bit = read_namespace_type(value); }},
    {"path",
     [](TypedNamespace &entry, const JsonValue &value) {
         // Encoders write an empty path for a new namespace.
         entry.wanted.path = value.text();
         if (!entry.wanted.path.empty()) {
             check_path(entry.wanted.path, value.path());
             entry.wanted.kind = NamespaceSpec::Kind::join_path;
         }
     }},
};

// Takes the place of every namespace but those that are joined by pid: these are in spaces.joinPid.
void read_namespaces(Spec &spec, const JsonValue &value) {
    std::erase_if(spec.namespaces,
                  [](const auto &entry) { return entry.second.kind != NamespaceSpec::Kind::join_pid; });
    uint32_t seen = 0;
    value.each_item([&](const JsonValue &item, size_t) {
        TypedNamespace entry;
        read_members<TypedNamespace>(item, entry, namespace_members);
        if (entry.bit == 0) {
            item.refuse("lacks the member \"type\"");
        }
        if ((seen & entry.bit) != 0) {
            item.refuse("a second " + std::string(namespace_type(entry.bit)->name) + " namespace");
        }
        seen |= entry.bit;
        set_namespaces(spec, entry.bit, entry.wanted);
    });
}

constexpr JsonMember<IdMapping> mapping_members[] = {
    {"containerID",
     [](IdMapping &mapping, const JsonValue &value) { mapping.container_id = value.number<uint32_t>(); }},
    {"hostID",
     [](IdMapping &mapping, const JsonValue &value) { mapping.host_id = value.number<uint32_t>(); }},
    {"size", [](IdMapping &mapping, const JsonValue &value) { mapping.size = value.number<uint32_t>(); }},
};

IdMapSpec read_mappings(const JsonValue &value) {
    IdMapSpec map;
    map.ranges = read_id_ranges(value);
    if (!map.ranges.empty()) {
        check_id_ranges(map.ranges, value.path());
        map.kind = IdMapSpec::Kind::ranges;
    }
    return map;
}

constexpr JsonMember<TimeOffset> offset_members[] = {
    {"secs", [](TimeOffset &offset,
                const JsonValue &value) { offset.seconds = value.integer(INT64_MIN, INT64_MAX); }},
    {"nanosecs",
     [](TimeOffset &offset, const JsonValue &value) { offset.nanoseconds = value.number<uint32_t>(); }},
};

void read_time_offsets(Spec &spec, const JsonValue &value) {
    std::map<std::string, TimeOffset> offsets;
    value.each_member([&](const std::string &clock, const JsonValue &member) {
        TimeOffset offset;
        read_members<TimeOffset>(member, offset, offset_members);
        check_time_offset(clock, offset);
        offsets.emplace(clock, offset);
    });
    spec.time_offsets = std::move(offsets);
}

void read_sysctl(Spec &spec, const JsonValue &value) {
    std::map<std::string, std::string> parameters;
    value.each_member([&](const std::string &name, const JsonValue &member) {
        if (!parameters.emplace(sysctl_path(name, value.path()), member.text()).second) {
            member.refuse("is told twice, in two spellings");
        }
    });
    spec.sysctl = std::move(parameters);
}

// Other runtimes also take mount(8)'s words for a whole tree, "rslave", and a tree is what we change anyway.
void read_propagation(Spec &spec, const JsonValue &value) {
    std::string propagation = value.text();
    if (propagation == "rprivate" || propagation == "rslave" || propagation == "rshared" ||
        propagation == "runbindable") {
        propagation.erase(0, 1);
    }
    if (propagation == "unchanged") {
        value.refuse("is no word of OCI", "write it as spaces.rootfsPropagation");
    }
    check_propagation(propagation);
    spec.rootfs_propagation = std::move(propagation);
}

// Encoders write an empty path for none.
void read_cgroups_path(Spec &spec, const JsonValue &value) {
    const std::string path = value.text();
    if (path.empty()) {
        spec.cgroup.path.reset();
        return;
    }
    check_cgroup_path(path, value.path());
    spec.cgroup.path = path;
}

// Encoders write an empty label for none.
void read_mount_label(Spec &spec, const JsonValue &value) {
    std::string label = value.text();
    if (label.empty()) {
        spec.mount_label.reset();
        return;
    }
    check_mount_label(label);
    spec.mount_label = std::move(label);
}

constexpr JsonMember<Spec> members[] = {
    {"namespaces", read_namespaces},
    {"uidMappings", [](Spec &spec, const JsonValue &value) { spec.uid_map = read_mappings(value); }},
    {"gidMappings", [](Spec &spec, const JsonValue &value) { spec.gid_map = read_mappings(value); }},
    {"timeOffsets", read_time_offsets},
    {"rootfsPropagation", read_propagation},
    {"sysctl", read_sysctl},
    {"personality", read_personality},
    {"cgroupsPath", read_cgroups_path},
    {"devices", read_devices},
    {"intelRdt", nullptr},
    {"maskedPaths", read_masked_paths},
    {"memoryPolicy", nullptr},
    {"mountLabel", read_mount_label},
    {"netDevices", nullptr},
    {"readonlyPaths", read_readonly_paths},
    {"resources", [](Spec &spec, const JsonValue &value) { read_resources(spec.cgroup.resources, value); }},
    {"seccomp",
     [](Spec &spec, const JsonValue &value) { set_seccomp_profile(spec.seccomp, read_seccomp(value)); }},
};

} // namespace

std::vector<IdMapping> read_id_ranges(const JsonValue &value) {
    std::vector<IdMapping> ranges;
    value.each_item([&](const JsonValue &item, size_t) {
        read_members<IdMapping>(item, ranges.emplace_back(), mapping_members);
    });
    return ranges;
}

uint32_t read_namespace_type(const JsonValue &value) {
    const std::string name = value.text();
    for (const NamespaceType &type : namespace_types) {
        if (name == type.name) {
            return type.bit;
        }
    }
    value.refuse(excerpt(name) + " is no type of namespace",
                 "the types are \"cgroup\", \"ipc\", \"mount\", \"network\", \"pid\", \"time\", \"user\" and "
                 "\"uts\"");
}

void read_linux(Spec &spec, const JsonValue &value) {
    read_members<Spec>(value, spec, members);
}

} // namespace spaces
