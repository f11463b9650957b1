// What this kernel, host and user can do, as JSON.
#include "host/features.hpp"

#include "base/json.hpp"
#include "host/capabilities.hpp"
#include "host/check.hpp"
#include "host/seccomp.hpp"

#include <spaces/base.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace spaces {

namespace {

Json json_of(const Check &check) {
    Json::Object object{{"name", check.name}, {"works", check.works}, {"value", check.value}};
    if (!check.works) {
        object.emplace_back("reason", check.reason);
        object.emplace_back("hint", check.hint);
    }
    return object;
}

Checks all_checks() {
    Checks checks;
    check_namespaces(checks);
    check_namespace_limits(checks);
    check_id_maps(checks);
    check_system_calls(checks);
    check_mounting(checks);
    check_cgroups(checks);
    check_security(checks);
    check_capabilities(checks);
    return checks;
}

} // namespace

std::string host_features_json() {
    utsname kernel{};
    ::uname(&kernel);
    Json::Array checks;
    for (const Check &check : all_checks()) {
        checks.push_back(json_of(check));
    }
    const Json::Object object{{"version", spaces_version_string()},
                              {"kernel", kernel.release},
                              {"machine", kernel.machine},
                              {"uid", ::geteuid()},
                              {"gid", ::getegid()},
                              {"capabilities", Json::array_of(capability_names(effective_capabilities()))},
                              {"seccomp", seccomp_features()},
                              {"checks", std::move(checks)}};
    return to_text(object, BadUtf8::replace); // paths of the host are bytes
}

} // namespace spaces
