// What mounts add to a Plan: the root, sources taken with the caller's rights, then each mount in its place.
#include "base/sys.hpp"
#include "mount/defaults.hpp"
#include "mount/options.hpp"
#include "plan/compilation.hpp"

#include <algorithm>
#include <linux/mount.h>
#include <sys/stat.h>

namespace spaces {

namespace {

using plan::Op;

// Privileged in its user namespace over what the caller itself owns: without a new user namespace,
// everything.
Ownership ownership(const Compilation &compilation) {
    const bool all = !compilation.new_user();
    return {.pid = all || compilation.new_pid(),
            .network = all || compilation.spec.unshares(SPACES_NAMESPACE_NETWORK),
            .ipc = all || compilation.spec.unshares(SPACES_NAMESPACE_IPC)};
}

bool maps_gid_5(const Compilation &compilation) {
    if (!compilation.new_user()) {
        return true;
    }
    const IdRanges &map = compilation.plan.outside.gid_map;
    return std::any_of(map.begin(), map.end(), [](const IdMapping &range) {
        return range.container_id <= 5 && 5 - range.container_id < range.size;
    });
}

bool mounts_proc_by_itself(const Compilation &compilation) {
    const Spec &spec = compilation.spec;
    const bool wanted = spec.mount_proc.value_or(compilation.new_pid() && compilation.new_mount());
    const bool given = std::any_of(spec.mounts.begin(), spec.mounts.end(),
                                   [](const MountSpec &mount) { return mount.destination == "/proc"; });
    return wanted && !given && !spec.default_mounts;
}

std::vector<DefaultEntry> all_mounts(const Compilation &compilation) {
    std::vector<DefaultEntry> entries;
    if (compilation.spec.default_mounts) {
        entries = default_mounts(ownership(compilation), maps_gid_5(compilation));
    }
    if (mounts_proc_by_itself(compilation)) {
        entries.push_back({proc_mount(ownership(compilation).pid), ""});
    }
    for (const MountSpec &mount : compilation.spec.mounts) {
        entries.push_back({mount, ""});
    }
    return entries;
}

// Bind mounts are in two steps: taken before the ids change, attached when their turn comes.
std::string name_of(const MountSpec &mount, const MountOptions &options) {
    if (options.bind) {
        return "bind " + quoted(mount.source) + " on " + quoted(mount.destination);
    }
    return "mount " + quoted(mount.type) + " on " + quoted(mount.destination);
}

bool is_bind(const MountSpec &mount, const MountOptions &options) {
    return options.bind || mount.type == "bind" || mount.type == "rbind";
}

MountOptions options_of(const MountSpec &mount) {
    MountOptions options = parse_mount_options(mount.options, mount.destination);
    if (is_bind(mount, options) && !options.bind) {
        options.bind = true;
        options.recursive = mount.type == "rbind";
    }
    return options;
}

uint16_t target_flags(const Compilation &compilation, bool is_file) {
    // In a root directory of its own, or on a mount made before; never in the caller's own directories.
    const bool make = compilation.spec.root.has_value() || compilation.spec.default_mounts;
    return static_cast<uint16_t>((make ? plan::step_make_target : 0) |
                                 (is_file ? plan::step_target_is_file : 0));
}

void add_clone(Compilation &compilation, const MountSpec &mount, const MountOptions &options, uint32_t slot) {
    const uint32_t source = compilation.builder().text(mount.source);
    plan::Step &step = compilation.add(Op::clone_tree, {"mount", mount.source,
                                                        "open the source " + quoted(mount.source) +
                                                            " of the mount on " + quoted(mount.destination)});
    step.text[0] = source;
    step.flags = options.recursive ? plan::step_recursive : 0;
    step.number[0] = slot;
}

bool is_file(const std::string &path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
}

void add_attach(Compilation &compilation, const MountSpec &mount, const MountOptions &options,
                uint32_t slot) {
    const uint32_t target = compilation.builder().text(mount.destination);
    plan::Step &step =
        compilation.add(Op::attach_tree, {"mount", mount.destination, name_of(mount, options)});
    step.text[0] = target;
    step.flags = target_flags(compilation, is_file(mount.source));
    step.flags |= options.recursive ? plan::step_recursive : 0;
    step.number[0] = slot;
    step.number[1] = options.attributes.set;
    step.number[2] = options.attributes.clear;
}

void add_filesystem(Compilation &compilation, const MountSpec &mount, const MountOptions &options) {
    Builder &builder = compilation.builder();
    const uint32_t target = builder.text(mount.destination);
    const uint32_t type = builder.text(mount.type);
    const uint32_t source = mount.source.empty() ? 0 : builder.text(mount.source);
    const uint32_t data = options.data.empty() ? 0 : builder.text(options.data);
    plan::Step &step = compilation.add(Op::mount, {"mount", mount.destination, name_of(mount, options)});
    step.text[0] = target;
    step.text[1] = type;
    step.text[2] = source;
    step.text[3] = data;
    step.flags = target_flags(compilation, false);
    if (!compilation.spec.root && !compilation.namespaces.joins_mount) {
        step.flags |= plan::step_callers_root;
    }
    step.number[1] = options.attributes.set; // it is new: there is nothing to clear
}

plan::Step &add_remount(Compilation &compilation, const std::string &target, const AttributeChange &change,
                        const std::string &what) {
    const uint32_t text = compilation.builder().text(target);
    plan::Step &step = compilation.add(Op::remount, {"mount_setattr", target, what});
    step.text[0] = text;
    step.number[1] = change.set;
    step.number[2] = change.clear;
    return step;
}

void add_recursive_attributes(Compilation &compilation, const MountSpec &mount, const MountOptions &options) {
    const AttributeChange &change = options.recursive_attributes;
    if (change.set == 0 && (change.clear == 0 || !options.bind)) {
        return;
    }
    const std::string what = (change.set != 0 ? "restrict " : "lift the restrictions of ") +
                             quoted(mount.destination) + " and all mounts below it";
    add_remount(compilation, mount.destination, change, what).flags |= plan::step_recursive;
}

void add_propagate(Compilation &compilation, const std::string &target, uint64_t flags) {
    const uint32_t text = compilation.builder().text(target);
    plan::Step &step = compilation.add(
        Op::propagate, {"propagation", target, "change the propagation of " + quoted(target)});
    step.text[0] = text;
    step.number[0] = flags;
}

void add_symlink(Compilation &compilation, const DefaultEntry &entry) {
    const uint32_t path = compilation.builder().text(entry.mount.destination);
    const uint32_t content = compilation.builder().text(entry.link_to);
    plan::Step &step = compilation.add(Op::symlink, {"symlink", entry.mount.destination,
                                                     "make the link " + quoted(entry.mount.destination)});
    step.text[0] = path;
    step.text[1] = content;
}

uint64_t wanted_propagation(const Compilation &compilation) {
    return propagation_flag(compilation.spec.rootfs_propagation);
}

// pivot_root(2) wants no shared mount around it; the wish is fulfilled when it is done.
uint64_t first_propagation(const Compilation &compilation) {
    const uint64_t wanted = wanted_propagation(compilation);
    if (!compilation.spec.root) {
        return wanted;
    }
    return wanted == MS_PRIVATE ? MS_PRIVATE : MS_SLAVE;
}

void add_root(Compilation &compilation) {
    if (!compilation.spec.root) {
        return;
    }
    const RootSpec &root = *compilation.spec.root;
    const uint32_t path = compilation.builder().text(root.path);
    plan::Step &step =
        compilation.add(Op::root, {"root", root.path, "use " + quoted(root.path) + " as the root directory"});
    step.text[0] = path;
    step.number[0] = compilation.new_mount() ? 1 : 0;
}

void add_change_of_root(Compilation &compilation) {
    if (!compilation.spec.root) {
        return;
    }
    const RootSpec &root = *compilation.spec.root;
    const std::string what = "change the root directory to " + quoted(root.path);
    if (root.chroot) {
        compilation.add(Op::chroot, {"chroot", root.path, what});
    } else {
        compilation.add(Op::pivot_root, {"pivot_root", root.path, what});
    }
}

} // namespace

void add_mount_sources(Compilation &compilation) {
    if (compilation.new_mount()) {
        if (const uint64_t first = first_propagation(compilation); first != 0) {
            compilation
                .add(Op::propagation,
                     {"propagation", "/", "keep mounts from propagating to other namespaces"})
                .number[0] = first | MS_REC;
        }
    }
    add_root(compilation);
    uint32_t slot = 0;
    for (const DefaultEntry &entry : all_mounts(compilation)) {
        const MountOptions options = options_of(entry.mount);
        if (entry.link_to.empty() && options.bind) {
            slot = compilation.builder().new_slot();
            add_clone(compilation, entry.mount, options, slot);
        }
    }
}

void add_mounts(Compilation &compilation) {
    uint32_t slot = 0;
    for (const DefaultEntry &entry : all_mounts(compilation)) {
        if (!entry.link_to.empty()) {
            add_symlink(compilation, entry);
            continue;
        }
        const MountSpec &mount = entry.mount;
        const MountOptions options = options_of(mount);
        if (options.bind) {
            add_attach(compilation, mount, options, slot++);
        } else {
            add_filesystem(compilation, mount, options);
        }
        add_recursive_attributes(compilation, mount, options);
        if (options.propagation != 0) {
            add_propagate(compilation, mount.destination, options.propagation);
        }
    }
    if (compilation.spec.root && compilation.spec.root->readonly) {
        add_remount(compilation, "/", {.set = MOUNT_ATTR_RDONLY}, "make the root directory read-only");
    }
    add_change_of_root(compilation);
    const uint64_t wanted = wanted_propagation(compilation);
    if (compilation.new_mount() && wanted != 0 && wanted != first_propagation(compilation)) {
        add_propagate(compilation, "/", wanted | MS_REC);
    }
}

} // namespace spaces
