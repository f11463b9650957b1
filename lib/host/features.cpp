// What this kernel, host and user can do, as JSON.
#include "host/features.hpp"

#include "host/capabilities.hpp"
#include "host/check.hpp"

#include <nlohmann/json.hpp>
#include <spaces/base.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace spaces {

namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Check &check) {
    Json object = {{"name", check.name}, {"works", check.works}, {"value", check.value}};
    if (!check.works) {
        object["reason"] = check.reason;
        object["hint"] = check.hint;
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
    Json object;
    object["version"] = spaces_version_string();
    object["kernel"] = kernel.release;
    object["machine"] = kernel.machine;
    object["uid"] = ::geteuid();
    object["gid"] = ::getegid();
    object["capabilities"] = capability_names(effective_capabilities());
    object["checks"] = Json::array();
    for (const Check &check : all_checks()) {
        object["checks"].push_back(json_of(check));
    }
    // Paths of the host need not be UTF-8.
    return object.dump(2, ' ', false, Json::error_handler_t::replace);
}

} // namespace spaces
