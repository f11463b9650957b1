// MountJob: one mount or symbolic link on its way from the Spec to the steps of the Plan.
#pragma once

#include "mount/options.hpp"
#include "mount/overlay.hpp"
#include "plan/compilation.hpp"

#include <optional>

namespace spaces {

struct MountJob {
    MountSpec mount{};
    std::string link_to{}; // of a symbolic link; else empty
    MountOptions options{};
    std::optional<OverlayOptions> overlay{};
    std::vector<plan::OverlayLayer> layers{};
    uint32_t slot = 0;  // of a bind mount
    int tree = -1;      // of one whose tree the caller makes
    bool seals = false; // no mount: what is mounted there has its content and becomes read-only
};

// The caller's node of a device, where it has one.
struct DeviceJob {
    DeviceSpec device;
    std::optional<uint32_t> slot{};
};

struct MountJobs {
    std::vector<MountJob> mounts;
    std::vector<DeviceJob> devices;
    uint32_t null_slot = 0; // what masked files show
    // Where new file systems are mounted: what is made below is in no file system of the caller's.
    std::vector<std::string> own;
};

// jobs.cpp: the mounts in their order: those by default, /proc, and those of the Spec.
MountJob job_of(const MountSpec &mount);
std::vector<MountJob> all_jobs(const Compilation &compilation);
// Whether what is missing on the way to this path may be made.
bool may_make(const Compilation &compilation, const std::string &path);
void add_own(Compilation &compilation, const std::string &destination);

// one_mount.cpp: the steps of one of them, with the caller's rights and in its place.
void add_source(Compilation &compilation, MountJob &job);
void add_in_place(Compilation &compilation, const MountJob &job);
void add_propagate(Compilation &compilation, const std::string &target, uint64_t flags);
void add_remount(Compilation &compilation, const std::string &target, const AttributeChange &change,
                 const std::string &what);
uint16_t target_flags(const Compilation &compilation, const std::string &path, bool is_file);

// overlay_steps.cpp
void add_overlay_layers(Compilation &compilation, MountJob &job);
void add_overlay(Compilation &compilation, const MountJob &job);

// files.cpp: what comes from memory, and device nodes.
void add_memory(Compilation &compilation, const std::string &options);
void add_release_memory(Compilation &compilation);
plan::Step &add_symlink(Compilation &compilation, const std::string &path, const std::string &content);
void add_files(Compilation &compilation);
void add_device_sources(Compilation &compilation);
void add_devices(Compilation &compilation);

// covers.cpp: masked and read-only paths.
void add_cover_sources(Compilation &compilation);
void add_covers(Compilation &compilation);

// id_mapped.cpp: a detached copy of the source, of which the caller says which ids its files have.
Fd id_mapped_tree(const MountSpec &mount, const MountOptions &options, const IdRanges &uids,
                  const IdRanges &gids);

} // namespace spaces
