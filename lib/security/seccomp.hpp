// From a seccomp profile to the filter that the kernel takes, by libseccomp.
#pragma once

#include "security/filter.hpp"
#include "spec/seccomp.hpp"

namespace spaces {

// Throws SPACES_EINVALID where rules contradict each other or are too many, SPACES_EUNSUPPORTED where this
// kernel or libseccomp does not have an action or architecture.
//
// As other runtimes have it: the architecture of this build is always among those of the profile; names that
// libseccomp does not know are left out; conditions on the same argument of one rule are alternatives; and
// where all else is refused by EPERM, calls that are newer than libseccomp are refused by ENOSYS.
Filter compile_filter(const SeccompProfile &profile);

enum class FilterSource { memory, directory, libseccomp };

struct FoundFilter {
    Filter filter;
    FilterSource source;
};

// The filter that is wanted: from the Spec's memory, from its directory, or compiled (and kept in both).
FoundFilter find_filter(const SeccompSpec &seccomp, const Capabilities &capabilities);

// The profile that is wanted, spelled out.
SeccompProfile profile_of(const SeccompSpec &seccomp, const Capabilities &capabilities);

// libseccomp's own words for the filter of the profile.
std::string pseudo_code(const SeccompProfile &profile);

} // namespace spaces
