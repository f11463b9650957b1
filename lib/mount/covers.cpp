// Masked and read-only paths: what of the container's file system is covered when all of it is in place.
#include "base/sys.hpp"
#include "mount/jobs.hpp"
#include "mount/label.hpp"

#include <linux/mount.h>

namespace spaces {

namespace {

using plan::Op;

constexpr const char *null_device = "/dev/null";

void add_mask(Compilation &compilation, const std::string &path, bool is_last) {
    Builder &builder = compilation.builder();
    const uint32_t target = builder.text(path);
    const uint32_t type = builder.text("tmpfs");
    const std::string label = mount_label_option(compilation, "tmpfs");
    const uint32_t options = label.empty() ? 0 : builder.text(label);
    plan::Step &step = compilation.add(Op::mask, {"mask", path, "mask " + quoted(path)});
    step.text[0] = target;
    step.text[1] = type;
    step.text[2] = type;
    step.text[3] = options;
    step.flags = is_last ? plan::step_close_slot : 0;
    step.number[0] = compilation.mount_jobs->null_slot;
    step.number[1] = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
}

} // namespace

// The caller's device, not one that the root directory has: that may be anything (CVE-2025-31133).
void add_cover_sources(Compilation &compilation) {
    if (compilation.spec.masked_paths.empty()) {
        return;
    }
    compilation.mount_jobs->null_slot = compilation.builder().new_slot();
    const uint32_t path = compilation.builder().text(null_device);
    plan::Step &step = compilation.add(
        Op::open_path, {"mask", null_device, "open " + quoted(null_device) + ", which masked files show"});
    step.text[0] = path;
    step.flags = plan::step_target_is_file;
    step.number[0] = compilation.mount_jobs->null_slot;
}

void add_covers(Compilation &compilation) {
    for (const std::string &path : compilation.spec.readonly_paths) {
        const uint32_t target = compilation.builder().text(path);
        plan::Step &step = compilation.add(Op::readonly_path,
                                           {"readonly_path", path, "make " + quoted(path) + " read-only"});
        step.text[0] = target;
        step.flags = plan::step_recursive;
        step.number[1] = MOUNT_ATTR_RDONLY;
    }
    const std::vector<std::string> &masked = compilation.spec.masked_paths;
    for (size_t index = 0; index < masked.size(); ++index) {
        add_mask(compilation, masked[index], index + 1 == masked.size());
    }
}

} // namespace spaces
