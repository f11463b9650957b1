// The C boundary of a running program's control group, and of what callers have left behind.
#include "api/argument.hpp"
#include "api/process_handles.hpp"
#include "base/json.hpp"
#include "base/sys.hpp"
#include "cgroup/leftovers.hpp"
#include "spec/check.hpp"
#include "spec/json.hpp"

#include <spaces/process.h>

using namespace spaces;

spaces_status spaces_process_set_cgroup(const spaces_process *process, const char *key, const char *value,
                                        spaces_error **error) noexcept {
    return guard(error, [&] {
        const spaces_process &handle = given(process, "process");
        check_cgroup_key(given_text(key, "key"), "key");
        check_cgroup_value(key, given_text(value, "value"), "value");
        handle.process->set_cgroup(key, value);
    });
}

spaces_status spaces_process_set_resources(const spaces_process *process, const char *json, size_t size,
                                           spaces_error **error) noexcept {
    return guard(error, [&] {
        const spaces_process &handle = given(process, "process");
        ResourcesSpec resources;
        load_resources(resources, std::string_view(&given(json, "json"), size));
        handle.process->set_resources(resources);
    });
}

spaces_status spaces_process_freeze(const spaces_process *process, int timeout_ms,
                                    spaces_error **error) noexcept {
    return guard(error, [&] { given(process, "process").process->freeze(timeout_ms < 0 ? -1 : timeout_ms); });
}

spaces_status spaces_process_thaw(const spaces_process *process, spaces_error **error) noexcept {
    return guard(error, [&] { given(process, "process").process->thaw(); });
}

spaces_status spaces_process_stats(const spaces_process *process, char **ret_json,
                                   spaces_error **error) noexcept {
    return guard(error, [&] {
        char *&result = given(ret_json, "ret_json");
        result = given_away(to_json(given(process, "process").process->statistics()));
    });
}

spaces_status spaces_process_stat(const spaces_process *process, const char *key, uint64_t *ret_value,
                                  spaces_error **error) noexcept {
    return guard(error, [&] {
        uint64_t &result = given(ret_value, "ret_value");
        const std::string name(given_text(key, "key"));
        const Statistics statistics = given(process, "process").process->statistics();
        const auto found = statistics.find(name);
        if (found == statistics.end()) {
            throw Error{.code = SPACES_ENOTFOUND,
                        .step = "cgroup",
                        .object = name,
                        .message = "the program's control groups do not tell " + quoted(name),
                        .hint = "spaces_process_stats() has all that they tell; a Spec with a cgroup path "
                                "(spaces_spec_set_cgroup_path(spec, NULL)) has all controllers that count"};
        }
        result = found->second;
    });
}

spaces_status spaces_process_events_fd(spaces_process *process, int *ret_fd, spaces_error **error) noexcept {
    return guard(error, [&] {
        int &result = given(ret_fd, "ret_fd");
        result = duplicate(given(process, "process").process->events_fd(),
                           {"events", "cgroup", "duplicate the descriptor for events"})
                     .release();
    });
}

spaces_status spaces_process_read_events(spaces_process *process, char **ret_json,
                                         spaces_error **error) noexcept {
    return guard(error, [&] {
        char *&result = given(ret_json, "ret_json");
        result = given_away(to_json(given(process, "process").process->read_events()));
    });
}

spaces_status spaces_process_cgroups(const spaces_process *process, char **ret_json,
                                     spaces_error **error) noexcept {
    return guard(error, [&] {
        char *&result = given(ret_json, "ret_json");
        const Json paths = Json::array_of(given(process, "process").process->cgroup_paths());
        result = given_away(to_text(paths, BadUtf8::replace));
    });
}

spaces_status spaces_gc(char **ret_json, spaces_error **error) noexcept {
    return guard(error, [&] {
        char *&result = given(ret_json, "ret_json");
        Json::Array list;
        for (const Leftover &leftover : collect_leftover_groups()) {
            list.emplace_back(Json::Object{{"path", leftover.path},
                                           {"removed", leftover.removed},
                                           {"processes", Json::array_of(leftover.processes)}});
        }
        result = given_away(to_text(Json(std::move(list)), BadUtf8::replace));
    });
}
