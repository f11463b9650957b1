// "spaces.landlock", read and written.
#include "spec/check.hpp"
#include "spec/json_members.hpp"
#include "spec/json_put.hpp"
#include "spec/json_read.hpp"
#include "spec/json_write.hpp"
#include "spec/landlock.hpp"

namespace spaces {

namespace {

constexpr JsonMember<LandlockSpec::PathRule> path_members[] = {
    {"path",
     [](LandlockSpec::PathRule &rule, const JsonValue &value) {
         rule.path = value.text();
         check_path(rule.path, value.path());
     }},
    {"access",
     [](LandlockSpec::PathRule &rule, const JsonValue &value) {
         value.each_item([&](const JsonValue &item, size_t) {
             rule.access |= parse_landlock_access(item.text(), item.path());
         });
     }},
};

void read_paths(LandlockSpec &landlock, const JsonValue &value) {
    auto &paths = landlock.paths.emplace();
    value.each_item([&](const JsonValue &item, size_t) {
        LandlockSpec::PathRule rule;
        read_members<LandlockSpec::PathRule>(item, rule, path_members);
        if (rule.path.empty() || rule.access == 0) {
            item.refuse("needs a path and an access");
        }
        paths.push_back(std::move(rule));
    });
}

template <std::optional<std::set<uint16_t>> LandlockSpec::*Ports>
void read_ports(LandlockSpec &landlock, const JsonValue &value) {
    auto &ports = (landlock.*Ports).emplace();
    value.each_item([&](const JsonValue &item, size_t) { ports.insert(item.number<uint16_t>()); });
}

constexpr JsonMember<LandlockSpec> members[] = {
    {"paths", read_paths},
    {"byMounts",
     [](LandlockSpec &landlock, const JsonValue &value) { landlock.by_mounts = value.boolean(); }},
    {"bindTcp", read_ports<&LandlockSpec::bind_tcp>},
    {"connectTcp", read_ports<&LandlockSpec::connect_tcp>},
    {"scope",
     [](LandlockSpec &landlock, const JsonValue &value) {
         landlock.scope = 0;
         value.each_item([&](const JsonValue &item, size_t) {
             landlock.scope |= parse_landlock_scope(item.text(), item.path());
         });
     }},
    {"optional", [](LandlockSpec &landlock, const JsonValue &value) { landlock.optional = value.boolean(); }},
};

} // namespace

void read_landlock(Spec &spec, const JsonValue &value) {
    LandlockSpec landlock = spec.landlock.value_or(LandlockSpec());
    read_members<LandlockSpec>(value, landlock, members);
    spec.landlock = std::move(landlock);
}

Json::Object landlock_of(const LandlockSpec &landlock) {
    Json::Object object;
    if (landlock.paths) {
        Json::Array paths;
        for (const LandlockSpec::PathRule &rule : *landlock.paths) {
            paths.emplace_back(Json::Object{{"path", rule.path},
                                            {"access", Json::array_of(landlock_access_words(rule.access))}});
        }
        put(object, "paths", std::move(paths));
    }
    for (const auto &[name, ports] :
         {std::pair{"bindTcp", &landlock.bind_tcp}, {"connectTcp", &landlock.connect_tcp}}) {
        if (*ports) {
            put(object, name, Json::array_of(**ports));
        }
    }
    put_flag(object, "byMounts", landlock.by_mounts);
    put_list(object, "scope", landlock_scope_words(landlock.scope));
    put_flag(object, "optional", landlock.optional);
    return object;
}

} // namespace spaces
