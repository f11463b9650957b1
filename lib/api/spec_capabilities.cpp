// The setters of the program's capabilities and security flags.
#include "api/argument.hpp"
#include "spec/check.hpp"

#include <spaces/spec.h>

using namespace spaces;

spaces_status spaces_spec_set_capabilities(spaces_spec *spec, int set, const char *const *names,
                                           spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_capability_set(set);
        CapabilitySet capabilities = 0;
        for (const char *const *name = &given(names, "names"); *name != nullptr; ++name) {
            capabilities |= parse_capability(*name, "process.capabilities");
        }
        auto &exact = changed.process.capabilities.exact;
        if (!exact) {
            exact.emplace();
        }
        (*exact)[static_cast<size_t>(set)] = capabilities;
    });
}

spaces_status spaces_spec_drop_capability(spaces_spec *spec, const char *name,
                                          spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        changed.process.capabilities.drop |=
            parse_capability(given_text(name, "name"), "spaces.dropCapabilities");
    });
}

spaces_status spaces_spec_add_capability(spaces_spec *spec, const char *name, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        changed.process.capabilities.add |=
            parse_capability(given_text(name, "name"), "spaces.addCapabilities");
    });
}

spaces_status spaces_spec_add_securebit(spaces_spec *spec, const char *name, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        changed.process.securebits |= parse_securebit(given_text(name, "name"), "spaces.securebits");
    });
}
