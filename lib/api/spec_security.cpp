// The setters of security modules, AppArmor, SELinux and Landlock, and of all confinement in one word.
#include "api/argument.hpp"
#include "spec/check.hpp"
#include "spec/confine.hpp"
#include "spec/landlock.hpp"

#include <spaces/spec.h>

using namespace spaces;

namespace {

LandlockSpec &landlock_of(Spec &spec) {
    if (!spec.landlock) {
        spec.landlock.emplace();
    }
    return *spec.landlock;
}

// "read,execute"
uint64_t access_of(std::string_view words, std::string_view object) {
    uint64_t access = 0;
    for (size_t start = 0; start <= words.size();) {
        const size_t end = std::min(words.find(',', start), words.size());
        access |= parse_landlock_access(words.substr(start, end - start), object);
        start = end + 1;
    }
    return access;
}

std::set<uint16_t> &ports_of(LandlockSpec &landlock, std::string_view verb) {
    if (verb != "bind" && verb != "connect") {
        refuse("spaces.landlock", excerpt(verb) + " is no access to TCP ports",
               "it is \"bind\" or \"connect\"");
    }
    auto &ports = verb == "bind" ? landlock.bind_tcp : landlock.connect_tcp;
    return ports ? *ports : ports.emplace();
}

} // namespace

spaces_status spaces_spec_confine(spaces_spec *spec, const char *word, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { confine(changed, given_text(word, "word")); });
}

spaces_status spaces_spec_set_apparmor_profile(spaces_spec *spec, const char *profile,
                                               spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_label(given_text(profile, "profile"), "process.apparmorProfile");
        changed.process.apparmor_profile = profile;
    });
}

spaces_status spaces_spec_set_selinux_label(spaces_spec *spec, const char *label,
                                            spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_label(given_text(label, "label"), "process.selinuxLabel");
        changed.process.selinux_label = label;
    });
}

spaces_status spaces_spec_add_landlock_path(spaces_spec *spec, const char *path, const char *access,
                                            spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_path(given_text(path, "path"), "spaces.landlock.paths");
        const uint64_t rights = access_of(given_text(access, "access"), "spaces.landlock.paths");
        auto &paths = landlock_of(changed).paths;
        (paths ? *paths : paths.emplace()).push_back({.path = path, .access = rights});
    });
}

spaces_status spaces_spec_add_landlock_port(spaces_spec *spec, const char *access, uint32_t port,
                                            spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        if (port > UINT16_MAX) {
            refuse("spaces.landlock", std::to_string(port) + " is no TCP port");
        }
        LandlockSpec landlock = changed.landlock.value_or(LandlockSpec());
        ports_of(landlock, given_text(access, "access")).insert(static_cast<uint16_t>(port));
        changed.landlock = std::move(landlock);
    });
}
