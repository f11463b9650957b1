// Users, groups and privileges: in the namespaces while they are set up, and of the program.
#include "plan/compilation.hpp"

#include "host/capabilities.hpp"
#include "host/subid.hpp"

#include <fstream>
#include <linux/capability.h>
#include <unistd.h>

namespace spaces {

namespace {

using plan::Op;

IdRanges with_subordinate_ids(uint32_t own, const char *path) {
    IdRanges ranges{{0, own, 1}};
    uint32_t next = 1;
    for (const SubidRange &range : subordinate_ids(path, ::geteuid(), login_name(::geteuid()))) {
        ranges.push_back({next, range.first, range.count});
        next += range.count;
    }
    return ranges;
}

// Whether a map of the caller's own user namespace has the id, and the caller may give it away.
bool may_map(uint32_t id, int capability, const char *own_map) {
    if (!has_capability(capability)) {
        return false;
    }
    std::ifstream file(own_map);
    for (uint64_t inside = 0, outside = 0, count = 0; file >> inside >> outside >> count;) {
        if (id >= inside && id - inside < count) {
            return true;
        }
    }
    return false;
}

// What maps of user ids are about, or those of group ids.
struct MapOf {
    const char *subordinate;
    const char *own_map;
    int capability;
};
constexpr MapOf users{"/etc/subuid", "/proc/self/uid_map", CAP_SETUID};
constexpr MapOf groups{"/etc/subgid", "/proc/self/gid_map", CAP_SETGID};

IdRanges resolve(const IdMapSpec &map, uint32_t own, const MapOf &ids) {
    constexpr uint32_t nobody = 65534; // the kernel's overflow id, which no file and no service should have
    switch (map.kind) {
    case IdMapSpec::Kind::ranges:
        return map.ranges;
    case IdMapSpec::Kind::self:
        return {{own, own, 1}};
    case IdMapSpec::Kind::automatic:
        return with_subordinate_ids(own, ids.subordinate);
    case IdMapSpec::Kind::nobody: {
        const uint32_t id = may_map(nobody, ids.capability, ids.own_map) ? nobody : own;
        return {{id, id, 1}};
    }
    case IdMapSpec::Kind::none:
        return {};
    case IdMapSpec::Kind::by_default:
    case IdMapSpec::Kind::root:
        break;
    }
    return {{0, own, 1}};
}

// 0 where it is mapped, else the first id that is.
std::optional<uint32_t> first_id(const IdRanges &map) {
    for (const IdMapping &range : map) {
        if (range.container_id == 0) {
            return 0;
        }
    }
    return map.empty() ? std::nullopt : std::optional<uint32_t>(map.front().container_id);
}

void add_id(Compilation &compilation, Op op, uint32_t id, bool optional) {
    const bool is_user = op == Op::setresuid;
    const std::string object = (is_user ? "uid " : "gid ") + std::to_string(id);
    plan::Step &step = compilation.add(op, {is_user ? "setresuid" : "setresgid", object, "become " + object});
    step.number[0] = id;
    step.flags = optional ? plan::step_optional : 0;
}

void add_groups(Compilation &compilation, const std::vector<uint32_t> &gids, bool optional) {
    const uint32_t table = compilation.builder().table(gids);
    std::string list;
    for (const uint32_t gid : gids) {
        list += (list.empty() ? "" : ",") + std::to_string(gid);
    }
    plan::Step &step =
        compilation.add(Op::setgroups, {"setgroups", list,
                                        list.empty() ? "drop the supplementary groups"
                                                     : "set the supplementary groups " + list});
    step.table = table;
    step.number[0] = gids.size();
    step.flags = optional ? plan::step_optional : 0;
}

std::optional<uint32_t> uid_in_namespace(const Compilation &compilation) {
    if (compilation.namespaces.joins_user) {
        return 0;
    }
    return compilation.new_user() ? first_id(compilation.plan.outside.uid_map) : std::nullopt;
}

std::optional<uint32_t> gid_in_namespace(const Compilation &compilation) {
    if (compilation.namespaces.joins_user) {
        return 0;
    }
    return compilation.new_user() ? first_id(compilation.plan.outside.gid_map) : std::nullopt;
}

} // namespace

void resolve_id_maps(Compilation &compilation) {
    if (!compilation.new_user()) {
        return;
    }
    OutsideWork &outside = compilation.plan.outside;
    outside.id_maps = true;
    outside.uid_map = resolve(compilation.spec.uid_map, ::geteuid(), users);
    outside.gid_map = resolve(compilation.spec.gid_map, ::getegid(), groups);
    outside.setgroups = compilation.spec.setgroups;
}

void add_namespace_identity(Compilation &compilation) {
    // As an id that is mapped, files can be made; in a joined namespace 0 may not be mapped, then we stay.
    const bool optional = compilation.namespaces.joins_user;
    const std::optional<uint32_t> uid = uid_in_namespace(compilation);
    const std::optional<uint32_t> gid = gid_in_namespace(compilation);
    if (!uid && !gid) {
        return;
    }
    if (!compilation.spec.process.additional_gids) {
        add_groups(compilation, {}, true);
    }
    if (gid) {
        add_id(compilation, Op::setresgid, *gid, optional);
    }
    if (uid) {
        add_id(compilation, Op::setresuid, *uid, optional);
    }
}

void add_program_identity(Compilation &compilation) {
    const ProcessSpec &process = compilation.spec.process;
    const std::optional<uint32_t> uid = uid_in_namespace(compilation);
    const std::optional<uint32_t> gid = gid_in_namespace(compilation);
    const bool changes_user = process.uid && process.uid != uid;
    const bool changes_group = process.gid && process.gid != gid;
    add_labels(compilation); // before Landlock, which would let no file be written
    add_landlock(compilation);
    add_bounding_set(compilation);
    if (process.additional_gids) {
        add_groups(compilation, *process.additional_gids, false);
    } else if (!uid && !gid && (changes_user || changes_group)) {
        add_groups(compilation, {}, true);
    }
    if (changes_group) {
        add_id(compilation, Op::setresgid, *process.gid, false);
    }
    if (changes_user) {
        add_id(compilation, Op::setresuid, *process.uid, false);
        if (compilation.gives_up_capabilities()) {
            compilation.builder().last().flags |= plan::step_keep_capabilities;
        }
    }
    if ((compilation.namespaces.at_clone & SPACES_NAMESPACE_USER) != 0) {
        compilation.add(Op::drop_ambient, {"drop_ambient", "capabilities", "drop the ambient capabilities"});
    }
    add_capability_sets(compilation);
    if (compilation.plan.supervised && !compilation.namespaces.supervised_as_init) {
        add_parent_death_signal(compilation); // after the ids: a change of ids clears it
    }
    if (process.no_new_privileges) {
        compilation.add(Op::no_new_privs, {"no_new_privs", "no_new_privs", "forbid new privileges"});
    }
    add_landlock_after_no_new_privs(compilation);
}

} // namespace spaces
