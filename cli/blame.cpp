// What on the command line a refused member of the Spec came from.
#include "blame.hpp"

#include <utility>

namespace cli {

namespace {

struct Origin {
    std::string_view member;
    std::string_view options; // by their first long names
};

// What is checked when all is told. The first entry that fits is taken: a longer member before a shorter one.
constexpr Origin origins[] = {
    {"linux.uidMappings", "--uid,--id,--map-current-user,--map-auto"},
    {"linux.gidMappings", "--gid,--id,--map-current-user,--map-auto"},
    {"process.user.uid", "--setuid,--uid,--id"},
    {"process.user.gid", "--setgid,--gid,--id"},
    {"process.user.additionalGids", "--groups,--clear-groups"},
    {"process.cwd", "--cwd"},
    {"linux.sysctl", "--sysctl"},
    {"root.readonly", "--read-only"},
    {"root", "--root"},
    {"spaces.systemRoot", "--system-root,--sandbox"},
    {"mounts", "--mount,--bind,--tmpfs"},
    {"hostname", "--hostname"},
    {"domainname", "--domainname"},
    {"linux.timeOffsets", "--monotonic,--boottime"},
    {"linux.mountLabel", "--mount-label"},
    {"linux.rootfsPropagation", "--propagation"},
    {"spaces.rootfsPropagation", "--propagation"},
    {"spaces.executable", "--executable"},
    {"spaces.processGroup", "--process-group"},
    {"spaces.setgroups", "--setgroups"},
    {"spaces.defaultMounts", "--default-mounts"},
    {"spaces.mountProc", "--mount-proc"},
    {"spaces.stdio.stdin", "--stdin"},
    {"spaces.stdio.stdout", "--stdout"},
    {"spaces.stdio.stderr", "--stderr"},
};

bool is_listed(std::string_view options, const std::string &name) {
    const size_t at = options.find(name);
    if (at == options.npos) {
        return false;
    }
    const size_t end = at + name.size(); // it begins where the "--" of another one does
    return end == options.size() || options[end] == ',';
}

// What was given last has the last word.
std::string option_for(std::string_view member, const CommandLine &line) {
    for (const Origin &origin : origins) {
        if (!member.starts_with(origin.member)) {
            continue;
        }
        std::string last;
        for (const Setting &setting : line.settings) {
            std::string name = long_name(*setting.option);
            if (is_listed(origin.options, name)) {
                last = std::move(name);
            }
        }
        return last;
    }
    return {};
}

void put_before(Failure &failure, const std::string &name) {
    if (failure.step == "spec" && !name.empty()) {
        failure.message.insert(0, name + ": ");
    }
}

} // namespace

void blame(Failure &failure, const Option &option) {
    put_before(failure, long_name(option));
}

void blame(Failure &failure, const CommandLine &line) {
    std::string name = option_for(failure.object, line);
    if (name.empty() && failure.object == "root.path" && line.positional) {
        name = "ROOTFS";
    }
    if (name.empty() && failure.object == "process.args" && !line.program.empty()) {
        name = "PROGRAM";
    }
    put_before(failure, name);
}

} // namespace cli
