// The mounts in their order, and where their targets may be made.
#include "mount/jobs.hpp"

#include "base/sys.hpp"
#include "cgroup/translate.hpp"
#include "cgroup/translators.hpp"
#include "cgroup/wants.hpp"
#include "mount/cgroup.hpp"
#include "mount/defaults.hpp"
#include "spec/check.hpp"

#include <algorithm>
#include <filesystem>
#include <linux/mount.h>

namespace spaces {

namespace {

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

// By the kernel's key or by OCI's member.
std::string memory_limit(const ResourcesSpec &resources) {
    const std::vector<CgroupWant> wants = wants_of(resources);
    const CgroupWant *limit = find_want(wants, "memory.max");
    const std::optional<uint64_t> bytes = limit != nullptr ? bytes_of(*limit) : std::nullopt;
    return bytes ? std::to_string(*bytes) : "";
}

bool mounts_proc_by_itself(const Compilation &compilation) {
    const Spec &spec = compilation.spec;
    const bool wanted = spec.mount_proc.value_or(compilation.new_pid() && compilation.new_mount());
    const bool given = std::any_of(spec.mounts.begin(), spec.mounts.end(),
                                   [](const MountSpec &mount) { return mount.destination == "/proc"; });
    return wanted && !given && !spec.default_mounts;
}

std::string normal(const std::string &path) {
    std::string text = std::filesystem::path("/" + path).lexically_normal().string();
    while (text.size() > 1 && text.back() == '/') {
        text.pop_back();
    }
    return text.starts_with("//") ? text.substr(1) : text;
}

// The default devices are not for the caller's own /dev.
void check_dev_is_own(const Spec &spec) {
    const bool is_own =
        spec.root || std::any_of(spec.mounts.begin(), spec.mounts.end(), [](const MountSpec &mount) {
            return normal(mount.destination) == "/dev" && !is_bind(mount);
        });
    if (!is_own) {
        throw_invalid("spaces.defaultDevices", "the default devices would be made in the caller's own /dev",
                      "ask for a root directory, or mount a tmpfs on /dev");
    }
}

} // namespace

MountJob job_of(const MountSpec &mount) {
    MountJob job{.mount = mount, .options = parse_mount_options(mount.options, mount.destination)};
    MountOptions &options = job.options;
    if (!options.bind && (mount.type == "bind" || mount.type == "rbind")) {
        options.bind = true;
        options.recursive = mount.type == "rbind";
    }
    check_mount_options(mount, options);
    if (!options.bind && mount.type == "overlay") {
        job.overlay = parse_overlay_options(options.data, mount.destination);
    }
    return job;
}

std::vector<MountJob> all_jobs(const Compilation &compilation) {
    std::vector<MountJob> jobs;
    const auto add = [&](const DefaultEntry &entry) {
        if (entry.link_to.empty()) {
            jobs.push_back(job_of(entry.mount));
        } else {
            jobs.push_back({.mount = entry.mount, .link_to = entry.link_to});
        }
    };
    if (compilation.spec.root && compilation.spec.root->system) {
        for (const DefaultEntry &entry : system_mounts()) {
            add(entry);
        }
    }
    if (compilation.spec.default_mounts) {
        for (const DefaultEntry &entry : default_mounts(ownership(compilation), maps_gid_5(compilation),
                                                        memory_limit(compilation.spec.cgroup.resources))) {
            if (entry.mount.destination != "/proc" || compilation.spec.mount_proc != false) {
                add(entry);
            }
        }
    }
    if (mounts_proc_by_itself(compilation)) {
        jobs.push_back(job_of(proc_mount(ownership(compilation).pid)));
    }
    const bool owns_cgroups = compilation.spec.unshares(SPACES_NAMESPACE_CGROUP);
    for (const MountSpec &mount : compilation.spec.mounts) {
        if (mount.type != "cgroup" || is_bind(mount)) {
            jobs.push_back(job_of(mount));
            continue;
        }
        for (const DefaultEntry &entry : cgroup_mounts(mount, owns_cgroups)) {
            add(entry);
        }
        if (jobs.back().mount.destination != mount.destination) { // the tmpfs around the hierarchies
            jobs.push_back({.mount = mount, .seals = true});
        }
    }
    if (compilation.spec.default_devices && !compilation.spec.default_mounts) {
        check_dev_is_own(compilation.spec);
        for (const DefaultEntry &entry : default_devices()) {
            add(entry);
        }
    }
    return jobs;
}

std::vector<std::string> writable_mounts(const Compilation &compilation) {
    std::vector<std::string> places;
    const auto add = [&](const std::string &path) {
        const std::string place = normal(path);
        const bool is_covered = std::any_of(places.begin(), places.end(), [&](const std::string &above) {
            return place == above || place.starts_with(above + "/");
        });
        if (!is_covered) {
            places.push_back(place);
        }
    };
    for (const MountJob &job : compilation.mount_jobs->mounts) {
        const uint64_t attributes = job.options.attributes.set | job.options.recursive_attributes.set;
        if (!job.seals && job.link_to.empty() && (attributes & MOUNT_ATTR_RDONLY) == 0) {
            add(job.mount.destination);
        }
    }
    for (const FileSpec &file : compilation.spec.files) {
        constexpr uint32_t any_write = 0222;
        if (file.kind == FileSpec::Kind::directory ||
            (file.kind == FileSpec::Kind::file && (file.mode & any_write) != 0)) {
            add(file.path);
        }
    }
    return places;
}

// In a root directory of its own, or on a mount made before; never in the caller's own directories.
bool may_make(const Compilation &compilation, const std::string &path) {
    if (compilation.spec.root) {
        return true;
    }
    const std::string wanted = normal(path);
    const std::vector<std::string> &own = compilation.mount_jobs->own;
    return std::any_of(own.begin(), own.end(),
                       [&](const std::string &place) { return wanted.starts_with(place + "/"); });
}

void add_own(Compilation &compilation, const std::string &destination) {
    compilation.mount_jobs->own.push_back(normal(destination));
}

} // namespace spaces
