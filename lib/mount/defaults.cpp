// The mounts that programs expect to find: /proc, /dev, /sys and /tmp.
#include "mount/defaults.hpp"

namespace spaces {

namespace {

using Options = std::vector<std::string>;

MountSpec filesystem(const char *type, const char *destination, Options options) {
    return {.source = type, .destination = destination, .type = type, .options = std::move(options)};
}

MountSpec bind(const char *path, Options options) {
    options.insert(options.begin(), "rbind");
    return {.source = path, .destination = path, .type = "bind", .options = std::move(options)};
}

void add_devices(std::vector<DefaultEntry> &entries) {
    // Bound, not made: a new user namespace may not make device nodes.
    for (const char *device :
         {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"}) {
        entries.push_back({bind(device, {"nosuid", "noexec"}), ""});
    }
}

void add_links(std::vector<DefaultEntry> &entries) {
    const auto link = [&](const char *path, const char *target) {
        MountSpec where;
        where.destination = path;
        entries.push_back({std::move(where), target});
    };
    link("/dev/ptmx", "pts/ptmx");
    link("/dev/fd", "/proc/self/fd");
    link("/dev/stdin", "/proc/self/fd/0");
    link("/dev/stdout", "/proc/self/fd/1");
    link("/dev/stderr", "/proc/self/fd/2");
}

void add_dev(std::vector<DefaultEntry> &entries, const Ownership &owns, bool gid_5_is_mapped) {
    entries.push_back(
        {filesystem("tmpfs", "/dev", {"nosuid", "strictatime", "mode=755", "size=65536k"}), ""});
    add_devices(entries);
    Options pts{"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"};
    if (gid_5_is_mapped) {
        pts.emplace_back("gid=5"); // tty
    }
    entries.push_back({filesystem("devpts", "/dev/pts", std::move(pts)), ""});
    entries.push_back(
        {filesystem("tmpfs", "/dev/shm", {"nosuid", "nodev", "noexec", "mode=1777", "size=65536k"}), ""});
    if (owns.ipc) { // else there are no message queues that a mount could show
        entries.push_back({filesystem("mqueue", "/dev/mqueue", {"nosuid", "nodev", "noexec"}), ""});
    }
    add_links(entries);
}

} // namespace

MountSpec proc_mount(bool owns_pid) {
    return owns_pid ? filesystem("proc", "/proc", {"nosuid", "nodev", "noexec"}) : bind("/proc", {});
}

std::vector<DefaultEntry> default_devices() {
    std::vector<DefaultEntry> entries;
    add_devices(entries);
    add_links(entries);
    return entries;
}

std::vector<DefaultEntry> default_mounts(const Ownership &owns, bool gid_5_is_mapped,
                                         const std::string &memory) {
    std::vector<DefaultEntry> entries;
    entries.push_back({proc_mount(owns.pid), ""});
    add_dev(entries, owns, gid_5_is_mapped);
    entries.push_back({owns.network ? filesystem("sysfs", "/sys", {"nosuid", "nodev", "noexec", "ro"})
                                    : bind("/sys", {"rro"}),
                       ""});
    Options tmp{"nosuid", "nodev", "mode=1777"};
    if (!memory.empty()) {
        tmp.push_back("size=" + memory); // also where no control group counts it
    }
    entries.push_back({filesystem("tmpfs", "/tmp", std::move(tmp)), ""});
    return entries;
}

} // namespace spaces
