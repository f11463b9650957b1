// The Plan in words: what would be done, and nothing is.
#include "plan/explain.hpp"

#include "base/json.hpp"
#include "base/sys.hpp"
#include "plan/compile.hpp"
#include "spec/namespaces.hpp"

#include <algorithm>

namespace spaces {

namespace {

std::vector<std::string> names_of(uint32_t bits) {
    std::vector<std::string> names;
    for (const NamespaceType &type : namespace_types) {
        if ((bits & type.bit) != 0) {
            names.emplace_back(type.name);
        }
    }
    return names;
}

std::string joined(const std::vector<std::string> &words, const char *separator) {
    std::string text;
    for (const std::string &word : words) {
        text += (text.empty() ? "" : separator) + word;
    }
    return text;
}

std::vector<std::string> lines_of(const IdRanges &map) {
    std::vector<std::string> lines;
    for (const IdMapping &range : map) {
        lines.push_back(std::to_string(range.container_id) + " " + std::to_string(range.host_id) + " " +
                        std::to_string(range.size));
    }
    return lines;
}

std::string text_of(const DeviceRule &rule) {
    const auto number = [](const std::optional<uint32_t> &value) {
        return value ? std::to_string(*value) : std::string("*");
    };
    return std::string(rule.allow ? "allow " : "deny ") + rule.type + " " + number(rule.major) + ":" +
           number(rule.minor) + " " + rule.access;
}

template <class Line> void describe_cgroup(const CgroupPlan &cgroup, Line &&line) {
    for (const PlannedGroup &group : cgroup.groups) {
        const char *version = group.version == CgroupVersion::v1 ? "version 1: " : "version 2: ";
        for (const std::string &controller : group.enable) {
            line("", "cgroup", "from outside: enable " + controller + " below " + group.parent);
        }
        line("", "cgroup",
             "from outside: make " + group.path() + " (" + version +
                 (group.controllers.empty() ? "no controller" : joined(group.controllers, ", ")) + ")");
        for (const CgroupSetting &setting : group.settings) {
            line("", "cgroup", "from outside: " + setting.file + " = " + setting.value);
        }
    }
    if (cgroup.scope) {
        line("", "cgroup",
             "from outside: have systemd start a scope " + quoted(cgroup.scope->path) +
                 " (version 2: " + joined(cgroup.scope->needed, ", ") + ")");
        for (const CgroupSetting &setting : cgroup.scope->settings) {
            line("", "cgroup", "from outside: " + setting.file + " = " + setting.value);
        }
    }
    for (const DeviceRule &rule : cgroup.devices) {
        line("", "cgroup", "from outside: " + text_of(rule));
    }
    for (const std::string &path : cgroup.joins) {
        line("", "cgroup", "from outside: join " + path);
    }
    for (const std::string &text : cgroup.degraded) {
        line("", "cgroup", "instead: " + text);
    }
}

std::string describe(const PlannedFilter &filter) {
    std::string text = std::string(filter.by_default ? "the default profile" : "the profile linux.seccomp") +
                       ": " + std::to_string(filter.program.size()) + " instructions";
    if (filter.needs_supervisor()) {
        text += ", with a supervisor that ";
        text += filter.reports ? "reports what is refused" : "tells how the start has failed";
    }
    return text;
}

Json::Object filter_of(const PlannedFilter &filter) {
    return {{"profile", filter.by_default ? "default" : "linux.seccomp"},
            {"instructions", static_cast<uint64_t>(filter.program.size())},
            {"ignored", Json::array_of(filter.ignored)}};
}

// Step words and messages are for failures; their subject is left out here.
std::string as_text(const CompiledPlan &plan) {
    std::string text;
    const auto line = [&text](const std::string &index, const std::string &step, const std::string &what) {
        text += std::string(4 - std::min<size_t>(index.size(), 4), ' ') + index + "  " + step +
                std::string(20 - std::min<size_t>(step.size(), 20), ' ') + what + "\n";
    };
    const std::string fresh = joined(names_of(plan.clone_flags), ", ");
    line("", "clone", fresh.empty() ? "make a process" : "make a process in new namespaces (" + fresh + ")");
    if (plan.cgroup) {
        describe_cgroup(*plan.cgroup, line);
    }
    if (plan.outside.id_maps) {
        line("", "gid_map", "from outside: " + joined(lines_of(plan.outside.gid_map), ", "));
        line("", "uid_map", "from outside: " + joined(lines_of(plan.outside.uid_map), ", "));
    }
    for (const RaisedLimit &limit : plan.outside.limits) {
        line("", "setrlimit", "from outside: raise the hard limit " + limit.name);
    }
    if (plan.outside.oom_score_adj) {
        line("", "oom_score_adj", "from outside: " + std::to_string(*plan.outside.oom_score_adj));
    }
    for (const std::string &degraded : plan.degraded) {
        line("", "degraded", degraded);
    }
    if (plan.filter) {
        line("", "seccomp", describe(*plan.filter));
        if (!plan.filter->ignored.empty()) {
            line("", "seccomp", "not known here, and ignored: " + joined(plan.filter->ignored, ", "));
        }
    }
    const std::vector<StepInfo> &steps = plan.builder.infos();
    for (size_t i = 0; i < steps.size(); ++i) {
        line(std::to_string(i), steps[i].step, steps[i].what);
    }
    return text;
}

Json::Object outside_of(const OutsideWork &outside) {
    Json::Object object;
    if (outside.id_maps) {
        object.emplace_back("gidMap", Json::array_of(lines_of(outside.gid_map)));
        object.emplace_back("uidMap", Json::array_of(lines_of(outside.uid_map)));
    }
    Json::Object limits;
    for (const RaisedLimit &limit : outside.limits) {
        limits.emplace_back(limit.name, limit.hard);
    }
    if (!limits.empty()) {
        object.emplace_back("hardLimits", std::move(limits));
    }
    if (outside.oom_score_adj) {
        object.emplace_back("oomScoreAdj", *outside.oom_score_adj);
    }
    return object;
}

Json::Array json_of(const std::vector<CgroupSetting> &list) {
    Json::Array settings; // one file may be written several times
    for (const CgroupSetting &setting : list) {
        settings.emplace_back(Json::Object{{"file", setting.file}, {"value", setting.value}});
    }
    return settings;
}

Json::Object json_of(const CgroupPlan &cgroup) {
    Json::Array groups;
    for (const PlannedGroup &group : cgroup.groups) {
        groups.emplace_back(Json::Object{{"path", group.path()},
                                         {"version", group.version == CgroupVersion::v1 ? 1 : 2},
                                         {"controllers", Json::array_of(group.controllers)},
                                         {"enable", Json::array_of(group.enable)},
                                         {"settings", json_of(group.settings)}});
    }
    std::vector<std::string> rules;
    for (const DeviceRule &rule : cgroup.devices) {
        rules.push_back(text_of(rule));
    }
    Json scope;
    if (cgroup.scope) {
        scope = Json::Object{{"path", cgroup.scope->path},
                             {"controllers", Json::array_of(cgroup.scope->needed)},
                             {"settings", json_of(cgroup.scope->settings)}};
    }
    return {{"groups", std::move(groups)},
            {"scope", std::move(scope)},
            {"devices", Json::array_of(rules)},
            {"join", Json::array_of(cgroup.joins)},
            {"degraded", Json::array_of(cgroup.degraded)}};
}

std::string as_json(const CompiledPlan &plan) {
    Json::Object json;
    json.emplace_back("clone", Json::array_of(names_of(plan.clone_flags)));
    if (plan.cgroup) {
        json.emplace_back("cgroup", json_of(*plan.cgroup));
    }
    if (Json::Object outside = outside_of(plan.outside); !outside.empty()) {
        json.emplace_back("outside", std::move(outside));
    }
    json.emplace_back("supervised", plan.supervised);
    if (!plan.degraded.empty()) {
        json.emplace_back("degraded", Json::array_of(plan.degraded));
    }
    if (plan.filter) {
        json.emplace_back("seccomp", filter_of(*plan.filter));
    }
    Json::Array steps;
    int index = 0;
    for (const StepInfo &info : plan.builder.infos()) {
        steps.emplace_back(Json::Object{
            {"index", index++}, {"step", info.step}, {"object", info.object}, {"what", info.what}});
    }
    json.emplace_back("steps", std::move(steps));
    return to_text(std::move(json), BadUtf8::replace) + "\n";
}

} // namespace

std::string explain(const Spec &spec, bool json) {
    const Target target = spec.process.args.empty() ? Target::callable : Target::program;
    const CompiledPlan plan = compile(spec, target, Opening::describe);
    return json ? as_json(plan) : as_text(plan);
}

} // namespace spaces
