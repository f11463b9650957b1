// What the kernel and libseccomp know of seccomp filters, in the form of OCI's "features".
#pragma once

#include "base/json.hpp"

namespace spaces {

// The object linux.seccomp of OCI's features: actions, operators, archs, knownFlags and supportedFlags.
Json::Object seccomp_features();

} // namespace spaces
