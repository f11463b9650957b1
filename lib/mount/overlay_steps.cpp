// The steps of an overlay: its layers opened with the caller's rights, then mounted by their descriptors.
#include "base/sys.hpp"
#include "host/check.hpp"
#include "mount/jobs.hpp"
#include "mount/label.hpp"

#include <algorithm>

namespace spaces {

namespace {

using plan::Op;
using plan::OverlayLayer;

void add_layer(Compilation &compilation, MountJob &job, OverlayLayer::Kind kind, const std::string &path) {
    const uint32_t slot = compilation.builder().new_slot();
    const uint32_t text = compilation.builder().text(path);
    const char *name = kind == OverlayLayer::Kind::upper  ? "upper directory "
                       : kind == OverlayLayer::Kind::work ? "work directory "
                                                          : "lower directory ";
    plan::Step &step =
        compilation.add(Op::open_path, {"overlay", path,
                                        "open the " + (name + quoted(path)) + " of the overlay on " +
                                            quoted(job.mount.destination)});
    step.text[0] = text;
    step.number[0] = slot;
    job.layers.push_back({kind, slot, 0});
}

// Who is not root of the first user namespace may not use the attributes "trusted.…", where an overlay keeps
// what it has to remember.
bool lacks_trusted(const Compilation &compilation) {
    const auto map = text_of("/proc/self/uid_map");
    return compilation.new_user() || compilation.namespaces.joins_user ||
           (map && map->find("4294967295") == std::string::npos);
}

std::string further_options(const Compilation &compilation, const OverlayOptions &overlay,
                            const std::string &label) {
    std::vector<std::string> rest = overlay.rest;
    const bool is_written = overlay.in_memory || !overlay.upper.empty();
    if (is_written && lacks_trusted(compilation) &&
        std::find(rest.begin(), rest.end(), "userxattr") == rest.end()) {
        rest.emplace_back("userxattr");
    }
    if (!label.empty()) {
        rest.push_back(label);
    }
    return joined_options(rest);
}

} // namespace

void add_overlay_layers(Compilation &compilation, MountJob &job) {
    using Kind = OverlayLayer::Kind;
    const OverlayOptions &overlay = *job.overlay;
    for (const std::string &path : overlay.lower) {
        add_layer(compilation, job, Kind::lower, path);
    }
    for (const std::string &path : overlay.data) {
        add_layer(compilation, job, Kind::data, path);
    }
    if (overlay.in_memory) {
        job.layers.push_back({Kind::upper, compilation.builder().new_slot(), 1});
        job.layers.push_back({Kind::work, compilation.builder().new_slot(), 1});
    } else if (!overlay.upper.empty()) {
        add_layer(compilation, job, Kind::upper, overlay.upper);
        add_layer(compilation, job, Kind::work, overlay.work);
    }
}

void add_overlay(Compilation &compilation, const MountJob &job) {
    const OverlayOptions &overlay = *job.overlay;
    const std::string &destination = job.mount.destination;
    if (overlay.in_memory) {
        add_memory(compilation, "mode=0700" + (overlay.size.empty() ? "" : ",size=" + overlay.size));
    }
    Builder &builder = compilation.builder();
    const uint32_t target = builder.text(destination);
    const std::string label = mount_label_option(compilation, "overlay", overlay.rest);
    const std::string options = further_options(compilation, overlay, label);
    const uint32_t text = options.empty() ? 0 : builder.text(options);
    const uint32_t type = builder.text("overlay");
    const uint32_t layers = builder.table(job.layers);
    plan::Step &step = compilation.add(Op::overlay, {"overlay", destination,
                                                     "mount \"overlay\" on " + quoted(destination) +
                                                         (label.empty() ? "" : " with " + label)});
    step.text[0] = target;
    step.text[1] = type;
    step.text[2] = type;
    step.text[3] = text;
    step.table = layers;
    step.flags = target_flags(compilation, destination, false);
    step.flags |= job.options.make_target ? plan::step_make_target : 0;
    step.number[0] = job.layers.size();
    step.number[1] = job.options.attributes.set | job.options.recursive_attributes.set;
    step.number[2] = job.options.file_system_flags;
    if (overlay.in_memory) {
        add_release_memory(compilation);
        add_own(compilation, destination); // what is made there is in memory
    }
}

} // namespace spaces
