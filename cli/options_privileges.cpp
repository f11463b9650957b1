// Options for the program's privileges: capabilities, security flags, keys.
#include "option.hpp"
#include "text.hpp"

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

constexpr Option options[] = {
    {"--cap-drop", "NAME[,…]", "take capabilities away: net_raw, CAP_SYS_ADMIN, all", in_all,
     apply_to_each<spaces_spec_drop_capability>},
    {"--cap-add", "NAME[,…]", "give capabilities, whichever user the program is", in_all,
     apply_to_each<spaces_spec_add_capability>},
    {"--securebits", "NAME[,…]", "noroot, no_setuid_fixup, no_cap_ambient_raise, …_locked", in_all,
     apply_to_each<spaces_spec_add_securebit>},
    {"--no-new-privs", "", "execve(2) can grant no privileges any more", in_all, set_no_new_privs},
    {"--new-keyring", "", "a session keyring of its own", in_all, set_new_keyring},
};

} // namespace

const std::span<const Option> privilege_options = options;

} // namespace cli
