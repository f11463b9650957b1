// What "sandbox" stands for.
#include "spec/confine.hpp"

#include "spec/edit.hpp"
#include "spec/landlock.hpp"
#include "spec/namespaces.hpp"
#include "spec/refuse.hpp"
#include "spec/seccomp.hpp"

#include <array>

namespace spaces {

namespace {

constexpr uint32_t namespaces = SPACES_NAMESPACE_ALL & ~SPACES_NAMESPACE_TIME; // clocks are no way out

// As engines hide it: not all of /proc and /sys is in a namespace. What only root may read needs no mask
// here.
constexpr std::array masked_paths{"/proc/acpi",
                                  "/proc/asound",
                                  "/proc/interrupts",
                                  "/proc/kcore",
                                  "/proc/keys",
                                  "/proc/scsi",
                                  "/proc/latency_stats",
                                  "/proc/timer_list",
                                  "/proc/sched_debug",
                                  "/sys/firmware",
                                  "/sys/fs",
                                  "/sys/kernel",
                                  "/sys/devices/virtual/powercap"};
constexpr std::array readonly_paths{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"};

void confine_files(Spec &spec) {
    spec.root.reset();
    set_system_root(spec, true);
    spec.default_mounts = true;
    spec.masked_paths.assign(masked_paths.begin(), masked_paths.end());
    spec.readonly_paths.assign(readonly_paths.begin(), readonly_paths.end());
    spec.landlock = LandlockSpec{.paths = std::nullopt,
                                 .by_mounts = true,
                                 .bind_tcp = std::nullopt,
                                 .connect_tcp = std::nullopt,
                                 .scope = parse_landlock_scope("abstract_unix_socket", "") |
                                          parse_landlock_scope("signal", ""),
                                 .optional = true};
}

void confine_rights(Spec &spec) {
    ProcessSpec &process = spec.process;
    spec.uid_map = {.kind = IdMapSpec::Kind::nobody};
    spec.gid_map = {.kind = IdMapSpec::Kind::nobody};
    process.capabilities = {.exact = std::nullopt, .drop = all_capabilities, .add = 0};
    process.no_new_privileges = true;
    process.new_keyring = true;
    process.new_session = true; // no terminal to put words into
    set_seccomp_default(spec.seccomp, true);
}

void confine_resources(Spec &spec) {
    spec.cgroup.resources.unified["memory.max"] = "1G";
    spec.cgroup.resources.unified["pids.max"] = "512";
    spec.cgroup.fallback = true;
    spec.process.rlimits["RLIMIT_CORE"] = {0, 0}; // a core dump goes to a program of the host's
    spec.die_with_parent = true;
}

void confine_environment(Spec &spec) {
    clear_env(spec.process);
    set_env(spec.process, "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    set_env(spec.process, "HOME", "/tmp");
    set_env(spec.process, "LANG", "C.UTF-8");
    spec.hostname = "sandbox";
}

} // namespace

void confine(Spec &spec, std::string_view word) {
    if (word != "sandbox") {
        refuse("confine", excerpt(word) + " is no word for a confinement", "it is \"sandbox\"");
    }
    set_namespaces(spec, namespaces, {.kind = NamespaceSpec::Kind::unshare});
    confine_files(spec);
    confine_rights(spec);
    confine_resources(spec);
    confine_environment(spec);
}

} // namespace spaces
