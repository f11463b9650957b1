// The Spec as a handle: its life, its text forms, and how its program lives.
#include "api/argument.hpp"
#include "plan/explain.hpp"
#include "spec/check.hpp"
#include "spec/json.hpp"

#include <spaces/spec.h>

using namespace spaces;

spaces_status spaces_spec_new(spaces_spec **ret_spec, spaces_error **error) noexcept {
    return guard(error, [&] {
        spaces_spec *&result = given(ret_spec, "ret_spec");
        result = new spaces_spec;
    });
}

spaces_status spaces_spec_copy(const spaces_spec *spec, spaces_spec **ret_spec,
                               spaces_error **error) noexcept {
    return guard(error, [&] {
        spaces_spec *&result = given(ret_spec, "ret_spec");
        result = new spaces_spec(given(spec, "spec"));
    });
}

void spaces_spec_free(spaces_spec *spec) noexcept {
    delete spec;
}

spaces_status spaces_spec_load_json(spaces_spec *spec, const char *json, size_t size,
                                    spaces_error **error) noexcept {
    return change_spec(
        spec, error, [&](Spec &merged) { load_json(merged, std::string_view(&given(json, "json"), size)); });
}

spaces_status spaces_spec_to_json(const spaces_spec *spec, char **ret_json, spaces_error **error) noexcept {
    return guard(error, [&] {
        char *&result = given(ret_json, "ret_json");
        result = given_away(to_json(given(spec, "spec").spec));
    });
}

spaces_status spaces_spec_explain(const spaces_spec *spec, int form, char **ret_text,
                                  spaces_error **error) noexcept {
    return guard(error, [&] {
        char *&result = given(ret_text, "ret_text");
        if (form != SPACES_EXPLAIN_TEXT && form != SPACES_EXPLAIN_JSON) {
            refuse("form", std::to_string(form) + " is none of SPACES_EXPLAIN_TEXT and SPACES_EXPLAIN_JSON");
        }
        result = given_away(explain(given(spec, "spec").spec, form == SPACES_EXPLAIN_JSON));
    });
}

spaces_status spaces_spec_set_init(spaces_spec *spec, int on, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { changed.init = on != 0; });
}

spaces_status spaces_spec_set_time_limit(spaces_spec *spec, uint64_t milliseconds,
                                         uint64_t grace_milliseconds, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_time_limit(milliseconds, "spaces.timeLimit.milliseconds");
        check_time_limit(grace_milliseconds, "spaces.timeLimit.graceMilliseconds");
        changed.time_limit_ms = milliseconds;
        changed.time_limit_grace_ms = grace_milliseconds;
    });
}

spaces_status spaces_spec_set_die_with_parent(spaces_spec *spec, int on, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { changed.die_with_parent = on != 0; });
}
