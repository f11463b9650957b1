// The object "process" of a config.json.
#include "spec/check.hpp"
#include "spec/edit.hpp"
#include "spec/json_members.hpp"
#include "spec/json_read.hpp"

namespace spaces {

namespace {

void read_args(ProcessSpec &process, const JsonValue &value) {
    process.args = value.texts();
    if (!process.args.empty()) {
        check_args(process.args);
    }
}

// An environment that is told is all of it, as with every runtime, unless spaces.inheritEnvironment says
// else.
void read_env(ProcessSpec &process, const JsonValue &value) {
    clear_env(process);
    value.each_item([&](const JsonValue &item, size_t) {
        const std::string entry = item.text();
        const size_t equals = entry.find('=');
        if (equals == std::string::npos) {
            item.refuse(excerpt(entry) + " is not of the form NAME=value");
        }
        const std::string_view name = std::string_view(entry).substr(0, equals);
        check_env_name(name, item.path());
        set_env(process, name, std::string_view(entry).substr(equals + 1));
    });
}

void read_cwd(ProcessSpec &process, const JsonValue &value) {
    std::string cwd = value.text();
    check_path(cwd, value.path());
    process.cwd = std::move(cwd);
}

uint32_t read_id(const JsonValue &value) {
    const auto id = value.number<uint32_t>();
    check_id(id, value.path());
    return id;
}

void read_groups(ProcessSpec &process, const JsonValue &value) {
    std::vector<uint32_t> gids;
    value.each_item([&](const JsonValue &item, size_t) { gids.push_back(read_id(item)); });
    check_groups(gids);
    process.additional_gids = std::move(gids);
}

void read_umask(ProcessSpec &process, const JsonValue &value) {
    const auto mask = value.number<uint32_t>();
    check_umask(mask);
    process.umask = mask;
}

constexpr JsonMember<ProcessSpec> user_members[] = {
    {"uid", [](ProcessSpec &process, const JsonValue &value) { process.uid = read_id(value); }},
    {"gid", [](ProcessSpec &process, const JsonValue &value) { process.gid = read_id(value); }},
    {"umask", read_umask},
    {"additionalGids", read_groups},
    {"username", nullptr},
};

struct NamedRlimit {
    std::string name;
    RlimitSpec limit;
};

constexpr JsonMember<NamedRlimit> rlimit_members[] = {
    {"type", [](NamedRlimit &rlimit, const JsonValue &value) { rlimit.name = value.text(); }},
    {"soft",
     [](NamedRlimit &rlimit, const JsonValue &value) { rlimit.limit.soft = value.number<uint64_t>(); }},
    {"hard",
     [](NamedRlimit &rlimit, const JsonValue &value) { rlimit.limit.hard = value.number<uint64_t>(); }},
};

void read_rlimits(ProcessSpec &process, const JsonValue &value) {
    std::map<std::string, RlimitSpec> rlimits;
    value.each_item([&](const JsonValue &item, size_t) {
        NamedRlimit rlimit;
        read_members<NamedRlimit>(item, rlimit, rlimit_members);
        for (const JsonMember<NamedRlimit> &member : rlimit_members) {
            if (!item.member(member.name)) {
                item.refuse("lacks the member \"" + std::string(member.name) + '"');
            }
        }
        check_rlimit(rlimit.name, rlimit.limit, item.path());
        if (!rlimits.emplace(rlimit.name, rlimit.limit).second) {
            item.refuse(rlimit.name + " is there twice");
        }
    });
    process.rlimits = std::move(rlimits);
}

void read_oom_score_adj(ProcessSpec &process, const JsonValue &value) {
    const auto score = value.integer(INT32_MIN, INT32_MAX);
    check_oom_score_adj(score);
    process.oom_score_adj = static_cast<int>(score);
}

// Encoders write an empty one where none is meant.
template <std::optional<std::string> ProcessSpec::*Label>
void read_label(ProcessSpec &process, const JsonValue &value) {
    std::string label = value.text();
    if (label.empty()) {
        (process.*Label).reset();
        return;
    }
    check_label(label, value.path());
    process.*Label = std::move(label);
}

constexpr JsonMember<TerminalSize> console_size_members[] = {
    {"height", [](TerminalSize &size, const JsonValue &value) { size.rows = value.number<uint32_t>(65535); }},
    {"width",
     [](TerminalSize &size, const JsonValue &value) { size.columns = value.number<uint32_t>(65535); }},
};

void read_console_size(ProcessSpec &process, const JsonValue &value) {
    TerminalSize size;
    read_members<TerminalSize>(value, size, console_size_members);
    process.console_size = size;
}

constexpr JsonMember<ProcessSpec> members[] = {
    {"args", read_args},
    {"env", read_env},
    {"cwd", read_cwd},
    {"user", [](ProcessSpec &process,
                const JsonValue &value) { read_members<ProcessSpec>(value, process, user_members); }},
    {"rlimits", read_rlimits},
    {"capabilities", read_capabilities},
    {"noNewPrivileges",
     [](ProcessSpec &process, const JsonValue &value) { process.no_new_privileges = value.boolean(); }},
    {"oomScoreAdj", read_oom_score_adj},
    {"apparmorProfile", read_label<&ProcessSpec::apparmor_profile>},
    {"selinuxLabel", read_label<&ProcessSpec::selinux_label>},
    {"scheduler", read_scheduler},
    {"ioPriority", read_io_priority},
    {"execCPUAffinity", read_cpu_affinity},
    {"terminal", [](ProcessSpec &process, const JsonValue &value) { process.terminal = value.boolean(); }},
    {"consoleSize", read_console_size},
    {"commandLine", nullptr},
};

} // namespace

void read_process(ProcessSpec &process, const JsonValue &value) {
    read_members<ProcessSpec>(value, process, members);
}

} // namespace spaces
