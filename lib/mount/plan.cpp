// What mounts add to a Plan: the root, sources taken with the caller's rights, then each mount in its place.
#include "base/sys.hpp"
#include "mount/jobs.hpp"
#include "mount/label.hpp"

#include <linux/mount.h>

namespace spaces {

namespace {

using plan::Op;

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
    if (!compilation.spec.root || compilation.spec.root->system) {
        return;
    }
    const RootSpec &root = *compilation.spec.root;
    const uint32_t path = compilation.builder().text(root.path);
    plan::Step &step =
        compilation.add(Op::root, {"root", root.path, "use " + quoted(root.path) + " as the root directory"});
    step.text[0] = path;
    step.number[0] = compilation.new_mount() ? 1 : 0;
}

// After the sources, which it must not be part of, and by the user that makes the mount points in it.
void add_new_root(Compilation &compilation) {
    if (compilation.spec.root && compilation.spec.root->system) {
        const std::string label = mount_label_option(compilation, "tmpfs");
        const uint32_t options = compilation.builder().text(
            "mode=755,size=16m" + (label.empty() ? "" : "," + label)); // for names and mount points
        compilation.add(Op::new_root, {"root", "/", "make a root directory in memory"}).text[0] = options;
    }
}

void add_change_of_root(Compilation &compilation) {
    if (!compilation.spec.root) {
        return;
    }
    const RootSpec &root = *compilation.spec.root;
    const std::string what =
        "change the root directory to " + (root.system ? "the one in memory" : quoted(root.path));
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
    compilation.mount_jobs = std::make_shared<MountJobs>();
    compilation.mount_jobs->mounts = all_jobs(compilation);
    for (MountJob &job : compilation.mount_jobs->mounts) {
        add_source(compilation, job);
    }
    add_device_sources(compilation);
    add_cover_sources(compilation);
}

void add_mounts(Compilation &compilation) {
    add_new_root(compilation);
    for (const MountJob &job : compilation.mount_jobs->mounts) {
        add_in_place(compilation, job);
    }
    add_devices(compilation);
    add_files(compilation);
    add_covers(compilation);
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
