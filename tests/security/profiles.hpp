// Profiles as JSON, for the tests of the seccomp filter.
#pragma once

#include "support/api.hpp"

#include <string>

namespace profiles {

// Everything but these names, to which `rule` happens: R"("action": "SCMP_ACT_KILL_PROCESS")".
inline std::string all_but(const std::string &names, const std::string &rule) {
    return R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": [)" + names + "], " + rule + "}]}";
}

inline std::string refuse(const std::string &names, int error_number) {
    return all_but(names, R"("action": "SCMP_ACT_ERRNO", "errnoRet": )" + std::to_string(error_number));
}

// As the probe makes directories.
inline const std::string making = R"("mkdir", "mkdirat")";

inline support::Spec with_profile(support::Spec spec, const std::string &profile) {
    spec.with<spaces_spec_set_seccomp>(profile.c_str());
    return spec;
}

} // namespace profiles
