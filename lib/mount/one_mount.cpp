// The steps of one mount. Bind mounts are in two steps: taken before the ids change, attached when their turn
// comes.
#include "base/sys.hpp"
#include "mount/jobs.hpp"
#include "mount/label.hpp"

#include <algorithm>
#include <linux/mount.h>
#include <sys/stat.h>

namespace spaces {

namespace {

using plan::Op;

std::string name_of(const MountJob &job) {
    const MountSpec &mount = job.mount;
    if (job.options.bind) {
        return "bind " + quoted(mount.source) + " on " + quoted(mount.destination);
    }
    return "mount " + quoted(mount.type) + " on " + quoted(mount.destination);
}

bool is_file(const std::string &path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
}

void add_clone(Compilation &compilation, const MountJob &job) {
    const MountSpec &mount = job.mount;
    const uint32_t source = compilation.builder().text(mount.source);
    plan::Step &step = compilation.add(Op::clone_tree, {"mount", mount.source,
                                                        "open the source " + quoted(mount.source) +
                                                            " of the mount on " + quoted(mount.destination)});
    step.text[0] = source;
    step.flags = job.options.recursive ? plan::step_recursive : 0;
    step.number[0] = job.slot;
}

// The ids that were told for the mount, or those of the container.
void make_id_mapped(Compilation &compilation, MountJob &job) {
    const bool told = !job.mount.uid_mappings.empty();
    const bool by_option = !told && !job.options.uid_map.empty();
    if (!told && !by_option && !compilation.new_user()) {
        throw_invalid(job.mount.destination,
                      "the mount on " + quoted(job.mount.destination) +
                          " is to be id-mapped, and no ids are told",
                      "give it uidMappings and gidMappings, or the container a new user namespace");
    }
    const OutsideWork &outside = compilation.plan.outside;
    if (!compilation.opens()) {
        return;
    }
    job.tree = compilation.adopt(id_mapped_tree(job.mount, job.options,
                                                told        ? job.mount.uid_mappings
                                                : by_option ? job.options.uid_map
                                                            : outside.uid_map,
                                                told        ? job.mount.gid_mappings
                                                : by_option ? job.options.gid_map
                                                            : outside.gid_map));
}

std::string restriction(const AttributeChange &change, const std::string &destination) {
    return (change.set != 0 ? "restrict " : "lift the restrictions of ") + quoted(destination) +
           " and all mounts below it";
}

// Before the tree is attached: it never is visible without its restrictions, and nobody can put another mount
// in its place meanwhile.
void add_restrict(Compilation &compilation, const MountJob &job) {
    const AttributeChange &change = job.options.recursive_attributes;
    if (change.set == 0 && change.clear == 0) {
        return;
    }
    plan::Step &step = compilation.add(
        Op::restrict, {"mount_setattr", job.mount.destination, restriction(change, job.mount.destination)});
    step.number[0] = job.slot;
    step.number[1] = change.set;
    step.number[2] = change.clear;
    step.fd = job.tree;
}

// What holds for all that is below has been said of the mount itself too.
AttributeChange own_attributes(const MountOptions &options) {
    const uint64_t said = options.recursive_attributes.set | options.recursive_attributes.clear;
    const uint64_t covered = said | ((said & MOUNT_ATTR__ATIME) != 0 ? MOUNT_ATTR__ATIME : 0);
    return {options.attributes.set & ~covered, options.attributes.clear & ~covered};
}

void add_attach(Compilation &compilation, const MountJob &job) {
    const MountSpec &mount = job.mount;
    const uint32_t target = compilation.builder().text(mount.destination);
    plan::Step &step = compilation.add(Op::attach_tree, {"mount", mount.destination, name_of(job)});
    step.text[0] = target;
    step.flags = target_flags(compilation, mount.destination, is_file(mount.source));
    step.flags |= job.options.recursive ? plan::step_recursive : 0;
    step.flags |= job.options.make_target ? plan::step_make_target : 0;
    step.number[0] = job.slot;
    const AttributeChange change = own_attributes(job.options);
    step.number[1] = change.set;
    step.number[2] = change.clear;
    step.fd = job.tree;
}

void add_filesystem(Compilation &compilation, const MountJob &job) {
    const MountSpec &mount = job.mount;
    const MountOptions &options = job.options;
    Builder &builder = compilation.builder();
    const uint32_t target = builder.text(mount.destination);
    const uint32_t type = builder.text(mount.type);
    const uint32_t source = mount.source.empty() ? 0 : builder.text(mount.source);
    std::vector<std::string> more = options.data;
    const std::string label = mount_label_option(compilation, mount.type, options.data);
    if (!label.empty()) {
        more.push_back(label);
    }
    const uint32_t data = more.empty() ? 0 : builder.text(joined_options(more));
    if (options.copy_up) {
        plan::Step &copy = compilation.add(
            Op::copy_up, {"copy_up", mount.destination, "remember what is in " + quoted(mount.destination)});
        copy.text[0] = target;
        const auto is_told = [](const std::string &option) {
            return option.starts_with("mode=") || option.starts_with("uid=") || option.starts_with("gid=");
        };
        copy.number[0] = std::none_of(options.data.begin(), options.data.end(), is_told) ? 1 : 0;
    }
    plan::Step &step = compilation.add(
        Op::mount, {"mount", mount.destination, name_of(job) + (label.empty() ? "" : " with " + label)});
    step.text[0] = target;
    step.text[1] = type;
    step.text[2] = source;
    step.text[3] = data;
    step.flags = target_flags(compilation, mount.destination, false);
    step.flags |= options.make_target ? plan::step_make_target : 0;
    if (!compilation.spec.root && !compilation.namespaces.joins_mount) {
        step.flags |= plan::step_callers_root;
    }
    // It is new: there is nothing to clear, and nothing below.
    step.number[1] = own_attributes(options).set | options.recursive_attributes.set;
    step.number[2] = options.file_system_flags;
    add_own(compilation, mount.destination);
    add_label_of_mount(compilation, mount);
}

} // namespace

uint16_t target_flags(const Compilation &compilation, const std::string &path, bool is_file) {
    return static_cast<uint16_t>((may_make(compilation, path) ? plan::step_make_target : 0) |
                                 (is_file ? plan::step_target_is_file : 0));
}

void add_source(Compilation &compilation, MountJob &job) {
    if (job.overlay) {
        add_overlay_layers(compilation, job);
    } else if (job.options.id_mapped || !job.mount.uid_mappings.empty()) {
        make_id_mapped(compilation, job);
    } else if (job.link_to.empty() && job.options.bind) {
        job.slot = compilation.builder().new_slot();
        add_clone(compilation, job);
    }
}

void add_in_place(Compilation &compilation, const MountJob &job) {
    if (job.seals) {
        add_remount(compilation, job.mount.destination, {.set = MOUNT_ATTR_RDONLY},
                    "make " + quoted(job.mount.destination) + " read-only");
        return;
    }
    if (!job.link_to.empty()) {
        add_symlink(compilation, job.mount.destination, job.link_to).flags |= plan::step_optional;
        return;
    }
    if (job.options.bind) {
        add_restrict(compilation, job);
        add_attach(compilation, job);
    } else if (job.overlay) {
        add_overlay(compilation, job);
    } else {
        add_filesystem(compilation, job);
    }
    if (job.options.propagation != 0) {
        add_propagate(compilation, job.mount.destination, job.options.propagation);
    }
}

void add_propagate(Compilation &compilation, const std::string &target, uint64_t flags) {
    const uint32_t text = compilation.builder().text(target);
    plan::Step &step = compilation.add(
        Op::propagate, {"propagation", target, "change the propagation of " + quoted(target)});
    step.text[0] = text;
    step.number[0] = flags;
}

void add_remount(Compilation &compilation, const std::string &target, const AttributeChange &change,
                 const std::string &what) {
    const uint32_t text = compilation.builder().text(target);
    plan::Step &step = compilation.add(Op::remount, {"mount_setattr", target, what});
    step.text[0] = text;
    step.number[1] = change.set;
    step.number[2] = change.clear;
}

} // namespace spaces
