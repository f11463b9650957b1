// OCI's mount type "cgroup": what it means depends on the hierarchies that this host has.
#include "mount/cgroup.hpp"

#include "base/sys.hpp"
#include "host/cgroups.hpp"
#include "host/check.hpp"
#include "host/mount_table.hpp"

#include <algorithm>

namespace spaces {

namespace {

std::string self_cgroup() {
    return text_of("/proc/self/cgroup").value_or("");
}

std::string last_part(const std::string &path) {
    return path.substr(path.rfind('/') + 1);
}

// Where the own cgroup is below a mount of its hierarchy; nothing where that mount does not show it.
std::optional<std::string> own_directory(const MountEntry &mount, const std::string &own) {
    const std::string root = mount.root == "/" ? "" : mount.root;
    if (own != root && !own.starts_with(root + "/")) {
        return std::nullopt;
    }
    const std::string below = own.substr(root.size());
    return mount.point + (below == "/" ? "" : below);
}

// What of the options names the hierarchy: "memory", "name=systemd". `self` is /proc/self/cgroup.
std::vector<std::string> names_of(const MountEntry &hierarchy, const std::string &self) {
    std::vector<std::string> names = split(hierarchy.super_options, ',');
    std::erase_if(names, [&](const std::string &option) { return !own_cgroup(self, option); });
    return names;
}

std::optional<std::string> own_directory(const MountEntry &mount, const std::string &self,
                                         const std::vector<std::string> &names) {
    if (mount.type != "cgroup2" && names.empty()) {
        return std::nullopt;
    }
    const std::optional<std::string> own = own_cgroup(self, mount.type == "cgroup2" ? "" : names.front());
    return own ? own_directory(mount, *own) : std::nullopt;
}

// Each hierarchy once: it can be mounted in several places.
std::vector<MountEntry> hierarchies() {
    std::vector<MountEntry> found;
    for (const MountEntry &mount : mount_table()) {
        const bool is_cgroup = mount.type == "cgroup" || mount.type == "cgroup2";
        const bool is_known = std::any_of(found.begin(), found.end(), [&](const MountEntry &known) {
            return known.type == mount.type && known.super_options == mount.super_options;
        });
        if (is_cgroup && !is_known) {
            found.push_back(mount);
        }
    }
    return found;
}

MountSpec bind_of(const std::string &source, const std::string &destination) {
    return {.source = source,
            .destination = destination,
            .type = "bind",
            .options = {"rbind", "ro", "nosuid", "nodev", "noexec"}};
}

// In a new cgroup namespace, the root of which is the container's own cgroup.
MountSpec mount_of(const MountEntry &hierarchy, const std::vector<std::string> &names,
                   const std::string &destination, const char *access) {
    MountSpec mount{.source = "cgroup",
                    .destination = destination,
                    .type = hierarchy.type,
                    .options = {access, "nosuid", "nodev", "noexec"}};
    mount.options.insert(mount.options.end(), names.begin(), names.end());
    return mount;
}

bool asks_for(const MountSpec &mount, const char *option) {
    return std::find(mount.options.begin(), mount.options.end(), option) != mount.options.end();
}

[[noreturn]] void throw_none(const MountSpec &mount) {
    throw_unsupported(mount.destination,
                      "no cgroups can be mounted on " + quoted(mount.destination) +
                          ": this process sees no hierarchy that its own cgroup is in",
                      "mount them in the caller's /sys/fs/cgroup, or leave the mount out");
}

std::vector<DefaultEntry> unified(const MountSpec &mount, const MountEntry &hierarchy, bool owns_namespace) {
    MountSpec result = mount;
    if (owns_namespace) {
        result.type = "cgroup2";
        return {{std::move(result), ""}};
    }
    const std::optional<std::string> own = own_directory(hierarchy, self_cgroup(), {});
    if (!own) {
        throw_none(mount);
    }
    result.type = "bind";
    result.source = *own;
    result.options.insert(result.options.begin(), "rbind");
    return {{std::move(result), ""}};
}

} // namespace

std::optional<std::string> own_cgroup(const std::string &text, const std::string &controller) {
    for (const std::string &line : split(text, '\n')) { // 4:memory:/path
        const size_t first = line.find(':');
        const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) {
            continue;
        }
        const std::string names = line.substr(first + 1, second - first - 1);
        const std::vector<std::string> list = split(names, ',');
        if (controller.empty() ? names.empty()
                               : std::find(list.begin(), list.end(), controller) != list.end()) {
            return line.substr(second + 1);
        }
    }
    return std::nullopt;
}

std::vector<DefaultEntry> cgroup_mounts(const MountSpec &mount, bool owns_namespace) {
    const std::vector<MountEntry> all = hierarchies();
    const bool has_v1 =
        std::any_of(all.begin(), all.end(), [](const MountEntry &each) { return each.type == "cgroup"; });
    if (all.size() == 1 && !has_v1) {
        return unified(mount, all.front(), owns_namespace);
    }
    const bool writable = asks_for(mount, "rw");
    if (writable && !owns_namespace) {
        throw_unsupported(mount.destination,
                          "cgroups of version 1 are mounted read-only, and the mount on " +
                              quoted(mount.destination) + " is to be writable",
                          "the directories are those of the caller's own cgroup: ask for a new cgroup "
                          "namespace, or bind what the program may write to");
    }
    std::vector<DefaultEntry> entries;
    entries.push_back({{.source = "tmpfs",
                        .destination = mount.destination,
                        .type = "tmpfs",
                        .options = {"nosuid", "nodev", "noexec", "mode=755"}},
                       ""});
    const std::string self = self_cgroup();
    for (const MountEntry &hierarchy : all) {
        const std::string name = last_part(hierarchy.point);
        const std::string place = mount.destination + "/" + name;
        const std::vector<std::string> names = names_of(hierarchy, self);
        const std::optional<std::string> own = own_directory(hierarchy, self, names);
        if (!own) {
            continue; // of a hierarchy that nothing of ours is in, there is nothing to show
        }
        entries.push_back({owns_namespace ? mount_of(hierarchy, names, place, writable ? "rw" : "ro")
                                          : bind_of(*own, place),
                           ""});
        for (const std::string &controller : split(name, ',')) {
            if (controller != name) {
                entries.push_back({{.source = "",
                                    .destination = mount.destination + "/" + controller,
                                    .type = "",
                                    .options = {}},
                                   name});
            }
        }
    }
    if (entries.size() == 1) {
        throw_none(mount);
    }
    return entries;
}

} // namespace spaces
