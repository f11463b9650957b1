// The default seccomp profile: what programs need, and nothing that reaches around the namespaces.
#pragma once

#include "security/filter.hpp"
#include "spec/seccomp.hpp"

namespace spaces {

// An allow list. Of what it does not have, calls that are as old as the list are refused by EPERM, and newer
// ones by ENOSYS: a libc that tries them then does it in the old way.
SeccompProfile default_profile(const Capabilities &capabilities);

// All that it depends on but libseccomp, for the cache.
std::string default_profile_key(const Capabilities &capabilities);

} // namespace spaces
