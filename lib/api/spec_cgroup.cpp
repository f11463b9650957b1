// The setters of control groups.
#include "api/argument.hpp"
#include "spec/check.hpp"

#include <spaces/spec.h>

using namespace spaces;

spaces_status spaces_spec_set_cgroup(spaces_spec *spec, const char *key, const char *value,
                                     spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        constexpr std::string_view member = "linux.resources.unified";
        check_cgroup_key(given_text(key, "key"), member);
        check_cgroup_value(key, given_text(value, "value"), member);
        changed.cgroup.resources.unified.insert_or_assign(key, value);
    });
}

spaces_status spaces_spec_set_cgroup_path(spaces_spec *spec, const char *path,
                                          spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        if (path != nullptr) {
            check_cgroup_path(path, "linux.cgroupsPath");
            changed.cgroup.path = path;
        } else {
            changed.cgroup.path.reset();
            changed.cgroup.own = true;
        }
    });
}

spaces_status spaces_spec_add_device_rule(spaces_spec *spec, int allow, const char *rule,
                                          spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        changed.cgroup.resources.devices.push_back(device_rule(allow != 0, given_text(rule, "rule")));
    });
}

spaces_status spaces_spec_join_cgroup(spaces_spec *spec, int pid, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_pid(pid, "spaces.cgroup.joinPid");
        changed.cgroup.join_of = pid;
    });
}

spaces_status spaces_spec_set_cgroup_manager(spaces_spec *spec, const char *manager,
                                             spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        changed.cgroup.manager = cgroup_manager(given_text(manager, "manager"), "spaces.cgroup.manager");
    });
}

spaces_status spaces_spec_set_cgroup_fallback(spaces_spec *spec, int on, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { changed.cgroup.fallback = on != 0; });
}
