// The checks of single values: what can be said of them without the rest of the Spec.
#include "spec/check.hpp"

#include "spec/check_files.hpp"
#include "spec/refuse.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <csignal>
#include <spaces/spec.h>
#include <sys/resource.h>
#include <utility>

namespace spaces {

namespace {

constexpr std::array<std::pair<std::string_view, int>, 16> rlimits{{
    {"RLIMIT_AS", RLIMIT_AS},
    {"RLIMIT_CORE", RLIMIT_CORE},
    {"RLIMIT_CPU", RLIMIT_CPU},
    {"RLIMIT_DATA", RLIMIT_DATA},
    {"RLIMIT_FSIZE", RLIMIT_FSIZE},
    {"RLIMIT_LOCKS", RLIMIT_LOCKS},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK},
    {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
    {"RLIMIT_NICE", RLIMIT_NICE},
    {"RLIMIT_NOFILE", RLIMIT_NOFILE},
    {"RLIMIT_NPROC", RLIMIT_NPROC},
    {"RLIMIT_RSS", RLIMIT_RSS},
    {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},
    {"RLIMIT_RTTIME", RLIMIT_RTTIME},
    {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
    {"RLIMIT_STACK", RLIMIT_STACK},
}};

constexpr std::array<std::string_view, 5> propagations{"private", "slave", "shared", "unbindable",
                                                       "unchanged"};

// __NEW_UTS_LEN of the kernel.
constexpr size_t longest_hostname = 64;
// KTIME_SEC_MAX of the kernel: more seconds do not fit into its 64-bit nanoseconds.
constexpr int64_t most_seconds = INT64_MAX / 1'000'000'000;
constexpr size_t most_groups = 65536; // NGROUPS_MAX

} // namespace

void check_args(const std::vector<std::string> &args) {
    if (args.empty() || args.front().empty()) {
        refuse("process.args", "names no program");
    }
}

void check_executable(std::string_view name) {
    check_path(name, "spaces.executable");
}

void check_env_name(std::string_view name, std::string_view object) {
    if (name.empty()) {
        refuse(object, "a variable without a name");
    }
    if (name.find('=') != std::string_view::npos) {
        refuse(object, excerpt(name) + " cannot be the name of a variable");
    }
}

void check_path(std::string_view path, std::string_view object) {
    if (path.empty()) {
        refuse(object, "an empty path");
    }
    if (path.size() >= PATH_MAX) {
        refuse(object, "a path of " + std::to_string(path.size()) + " bytes, and the kernel takes 4095");
    }
}

void check_id(uint32_t id, std::string_view object) {
    if (id == UINT32_MAX) {
        refuse(object, "4294967295 is no id", "system calls take it to mean \"leave as it is\"");
    }
}

void check_groups(const std::vector<uint32_t> &gids) {
    constexpr std::string_view object = "process.user.additionalGids";
    if (gids.size() > most_groups) {
        refuse(object, std::to_string(gids.size()) + " groups, and the kernel takes 65536");
    }
    for (size_t index = 0; index < gids.size(); ++index) {
        check_id(gids[index], item_of(object, index));
    }
}

void check_default_signal(int64_t signal) {
    if (signal < 1 || signal > SIGRTMAX) {
        refuse("spaces.defaultSignals", std::to_string(signal) + " is no signal");
    }
}

void check_umask(uint32_t mask) {
    if (mask > 0777) {
        refuse("process.user.umask", std::to_string(mask) + " has more bits than 0777");
    }
}

std::optional<int> rlimit_resource(std::string_view name) {
    for (const auto &[known, resource] : rlimits) {
        if (known == name) {
            return resource;
        }
    }
    return std::nullopt;
}

void check_rlimit(std::string_view name, const RlimitSpec &limit, std::string_view object) {
    if (!rlimit_resource(name)) {
        refuse(object, excerpt(name) + " is no resource limit",
               "the names are those of getrlimit(2), \"RLIMIT_NOFILE\"");
    }
    if (limit.soft > limit.hard) {
        refuse(object, "the soft limit of " + std::string(name) + ", " + std::to_string(limit.soft) +
                           ", is above its hard limit, " + std::to_string(limit.hard));
    }
}

void check_capability_set(int set) {
    if (set < SPACES_CAPABILITIES_BOUNDING || set > SPACES_CAPABILITIES_AMBIENT) {
        refuse("process.capabilities", std::to_string(set) + " is no set of capabilities",
               "they are SPACES_CAPABILITIES_BOUNDING, _EFFECTIVE, _INHERITABLE, _PERMITTED and _AMBIENT");
    }
}

void check_oom_score_adj(int64_t score) {
    if (score < -1000 || score > 1000) {
        refuse("process.oomScoreAdj", std::to_string(score) + " is not between -1000 and 1000");
    }
}

void check_process_group(int64_t pgid) {
    if (pgid < 0 || pgid > INT32_MAX) {
        refuse("spaces.processGroup", std::to_string(pgid) + " is no process group",
               "0 makes one of the program's own");
    }
}

void check_terminal_size(uint64_t rows, uint64_t columns) {
    if (rows > USHRT_MAX || columns > USHRT_MAX) {
        refuse("process.consoleSize", "a terminal has at most 65535 rows and columns");
    }
}

void check_label(std::string_view label, std::string_view object) {
    constexpr size_t longest = 4000; // one write(2) of less than a page
    const bool is_clean = std::none_of(label.begin(), label.end(), [](unsigned char c) { return c < 0x20; });
    if (label.empty() || label == "&" || label.size() > longest || !is_clean) {
        refuse(object, excerpt(label) + " is no name of a profile or label");
    }
}

void check_mount_label(std::string_view label) {
    check_label(label, "linux.mountLabel");
    if (label.find('"') != std::string_view::npos) { // which it is told to mount(2) in
        refuse("linux.mountLabel", excerpt(label) + " has a quotation mark, which no label has");
    }
}

void check_hostname(std::string_view name, std::string_view object) {
    if (name.empty()) {
        refuse(object, "an empty name");
    }
    if (name.size() > longest_hostname) {
        refuse(object, "a name of " + std::to_string(name.size()) + " bytes, and the kernel takes 64");
    }
}

void check_time_offset(std::string_view clock, const TimeOffset &offset) {
    if (clock != "monotonic" && clock != "boottime") {
        refuse("linux.timeOffsets", excerpt(clock) + " is no clock of a time namespace",
               "its clocks are \"monotonic\" and \"boottime\"");
    }
    const std::string object = "linux.timeOffsets." + std::string(clock);
    if (offset.seconds > most_seconds || offset.seconds < -most_seconds) {
        refuse(object + ".secs",
               std::to_string(offset.seconds) + " seconds are more than the kernel's clocks hold");
    }
    if (offset.nanoseconds >= 1'000'000'000) {
        refuse(object + ".nanosecs", std::to_string(offset.nanoseconds) + " is not below 1000000000");
    }
}

void check_propagation(std::string_view propagation) {
    if (std::find(propagations.begin(), propagations.end(), propagation) == propagations.end()) {
        refuse("linux.rootfsPropagation", excerpt(propagation) + " is no propagation",
               "it is \"private\", \"slave\", \"shared\", \"unbindable\" or \"unchanged\"");
    }
}

bool is_bind(const MountSpec &mount) {
    const auto binds = [](const std::string &option) { return option == "bind" || option == "rbind"; };
    return mount.type == "bind" || std::any_of(mount.options.begin(), mount.options.end(), binds);
}

void check_mount(const MountSpec &mount, std::string_view object) {
    const std::string item(object);
    check_path(mount.destination, item + ".destination");
    if (is_bind(mount)) {
        check_path(mount.source, item + ".source");
    } else if (mount.type.empty()) {
        refuse(item + ".type", "neither a file system type nor a bind mount",
               "bind mounts have the type \"bind\", or the option \"bind\" or \"rbind\"");
    }
    for (size_t index = 0; index < mount.options.size(); ++index) {
        if (mount.options[index].empty()) {
            refuse(item_of(item + ".options", index), "an empty option");
        }
    }
    check_mount_mappings(mount, item);
}

void check_namespace_bits(uint32_t bits) {
    if (bits == 0) {
        refuse("linux.namespaces", "no namespace is named");
    }
    if ((bits & ~SPACES_NAMESPACE_ALL) != 0) {
        refuse("linux.namespaces",
               std::to_string(bits & ~SPACES_NAMESPACE_ALL) + " is no bit of a namespace");
    }
}

void check_pid(int64_t pid, std::string_view object) {
    if (pid <= 0 || pid > INT_MAX) {
        refuse(object, std::to_string(pid) + " is no process");
    }
}

void check_fd_target(int target) {
    if (target < 0) {
        refuse("spaces.fds", std::to_string(target) + " is no descriptor");
    }
    if (target < 3) {
        refuse("spaces.fds", "descriptor " + std::to_string(target) + " is a standard stream",
               "connect it as the program's standard input, output or error");
    }
}

void check_time_limit(uint64_t milliseconds, std::string_view object) {
    if (milliseconds / 1000 > static_cast<uint64_t>(most_seconds)) {
        refuse(object, std::to_string(milliseconds) + " milliseconds are more than the kernel's clocks hold",
               "0 is no limit");
    }
}

} // namespace spaces
