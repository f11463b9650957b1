// A user namespace for its id maps only: what id-mapped mounts take them from.
#pragma once

#include "base/fd.hpp"
#include "spec/spec.hpp"

namespace spaces {

// Throws where the caller may not map these ids.
Fd mapped_user_namespace(const std::vector<IdMapping> &uids, const std::vector<IdMapping> &gids);

} // namespace spaces
