// The Plan in words: what would be done, and nothing is.
#include "plan/explain.hpp"

#include "base/json.hpp"
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

std::string as_json(const CompiledPlan &plan) {
    Json::Object json;
    json.emplace_back("clone", Json::array_of(names_of(plan.clone_flags)));
    if (Json::Object outside = outside_of(plan.outside); !outside.empty()) {
        json.emplace_back("outside", std::move(outside));
    }
    json.emplace_back("supervised", plan.supervised);
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
