// Options for the program's privileges: capabilities, security flags, keys.
#include "option.hpp"
#include "text.hpp"

#include <cstdlib>

namespace cli {

namespace {

template <auto Function> void apply_to_each(Request &request, const std::string &list) {
    for (const std::string &name : split(list, ',')) {
        call(Function, request.spec.get(), name.c_str());
    }
}

void set_no_new_privs(Request &request, const std::string &) {
    call(spaces_spec_set_no_new_privs, request.spec.get(), 1);
}

void set_new_keyring(Request &request, const std::string &) {
    call(spaces_spec_set_new_keyring, request.spec.get(), 1);
}

void set_apparmor_profile(Request &request, const std::string &profile) {
    call(spaces_spec_set_apparmor_profile, request.spec.get(), profile.c_str());
}

void set_selinux_label(Request &request, const std::string &label) {
    call(spaces_spec_set_selinux_label, request.spec.get(), label.c_str());
}

// setpriv(1)'s order of a rule: what, then where.
void add_landlock_path(Request &request, const std::string &text) {
    const auto [access, path] = split_once(text, ':');
    if (path.empty()) {
        throw_usage(in_quotes(text) + " is no rule of Landlock for a path",
                    "it is ACCESS[,...]:PATH, like read,execute:/usr");
    }
    call(spaces_spec_add_landlock_path, request.spec.get(), path.c_str(), access.c_str());
}

template <const char *Access> void add_landlock_port(Request &request, const std::string &text) {
    call(spaces_spec_add_landlock_port, request.spec.get(), Access,
         static_cast<uint32_t>(parse_integer(text, 0, 65535, "TCP port")));
}

// TERM as well, for whom the terminal is.
void confine(Request &request, const std::string &) {
    call(spaces_spec_confine, request.spec.get(), "sandbox");
    request.sandbox = true;
    request.readonly = true;
    if (const char *term = std::getenv("TERM"); term != nullptr) {
        call(spaces_spec_set_env, request.spec.get(), "TERM", term);
    }
}

constexpr char binding[] = "bind";
constexpr char connecting[] = "connect";

constexpr Option options[] = {
    {"--sandbox", "", "for a program that is not trusted: all of the below, a read-only system, no network",
     in_new, confine, true},
    {"--cap-drop", "NAME[,…]", "take capabilities away: net_raw, CAP_SYS_ADMIN, all", in_all,
     apply_to_each<spaces_spec_drop_capability>},
    {"--cap-add", "NAME[,…]", "give capabilities, whichever user the program is", in_all,
     apply_to_each<spaces_spec_add_capability>},
    {"--securebits", "NAME[,…]", "noroot, no_setuid_fixup, no_cap_ambient_raise, …_locked", in_all,
     apply_to_each<spaces_spec_add_securebit>},
    {"--no-new-privs", "", "execve(2) can grant no privileges any more", in_all, set_no_new_privs},
    {"--seccomp", "FILE|default|none",
     "allow only the system calls of a profile: OCI's as JSON, or the default", in_all, set_seccomp},
    {"--seccomp-report", "", "tell which system call was refused where that ends the program", in_all,
     set_seccomp_report},
    {"--apparmor", "PROFILE", "AppArmor profile; with a & before it, stacked upon the present one", in_all,
     set_apparmor_profile},
    {"--selinux-label", "LABEL", "SELinux label", in_all, set_selinux_label},
    {"--landlock-path", "ACCESS[,…]:PATH", "allow read, write, execute, all … of this path, and no other",
     in_all, add_landlock_path},
    {"--landlock-bind", "PORT", "allow this TCP port to be bound, and no other", in_all,
     add_landlock_port<binding>},
    {"--landlock-connect", "PORT", "allow connections to this TCP port, and no other", in_all,
     add_landlock_port<connecting>},
    {"--new-keyring", "", "a session keyring of its own", in_all, set_new_keyring},
};

} // namespace

const std::span<const Option> privilege_options = options;

} // namespace cli
