// The setters of the seccomp filter, and the filter in words.
#include "api/argument.hpp"
#include "base/json.hpp"
#include "security/seccomp.hpp"
#include "spec/check.hpp"
#include "spec/json_seccomp.hpp"

#include <spaces/spec.h>

using namespace spaces;

spaces_status spaces_spec_set_seccomp(spaces_spec *spec, const char *json, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        set_seccomp_profile(changed.seccomp, parse_seccomp(given_text(json, "json")));
    });
}

spaces_status spaces_spec_set_seccomp_default(spaces_spec *spec, int on, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { set_seccomp_default(changed.seccomp, on != 0); });
}

spaces_status spaces_spec_set_seccomp_report(spaces_spec *spec, int on, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { changed.seccomp.report = on != 0; });
}

spaces_status spaces_spec_set_seccomp_cache(spaces_spec *spec, const char *directory,
                                            spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        if (directory != nullptr) {
            check_path(directory, "spaces.seccompCache");
        }
        changed.seccomp.cache = directory != nullptr ? directory : "";
    });
}

spaces_status spaces_spec_explain_seccomp(const spaces_spec *spec, int form, char **ret_text,
                                          spaces_error **error) noexcept {
    return guard(error, [&] {
        char *&result = given(ret_text, "ret_text");
        const SeccompSpec &seccomp = given(spec, "spec").spec.seccomp;
        if (form != SPACES_EXPLAIN_TEXT && form != SPACES_EXPLAIN_JSON) {
            refuse("form", std::to_string(form) + " is none of SPACES_EXPLAIN_TEXT and SPACES_EXPLAIN_JSON");
        }
        if (seccomp.kind == SeccompSpec::Kind::none) {
            throw Error{.code = SPACES_ENOTFOUND,
                        .step = "spec",
                        .object = "linux.seccomp",
                        .message = "there is no seccomp filter to explain"};
        }
        const SeccompProfile profile = profile_of(seccomp, std::nullopt);
        result = given_away(form == SPACES_EXPLAIN_JSON ? to_text(json_of(profile), BadUtf8::refuse)
                                                        : pseudo_code(profile));
    });
}
