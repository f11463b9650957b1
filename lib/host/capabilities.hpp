// The capabilities of the calling thread, and what they are needed for.
#pragma once

#include "spec/capability.hpp"

namespace spaces {

// A bit for each capability that is effective.
CapabilitySet effective_capabilities();
bool has_capability(int capability);

} // namespace spaces
