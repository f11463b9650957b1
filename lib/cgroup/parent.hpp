// Which group of version 2 can have children with controllers.
#pragma once

#include "host/cgroups.hpp"

#include <set>
#include <string>
#include <vector>

namespace spaces {

struct ParentGroup {
    std::string directory;
    std::vector<std::string> enable; // controllers that are to be enabled for its children
    std::set<std::string> enabled;   // that its children have already
};

// The nearest at or above the caller's own group; `liked` controllers are no condition. Throws
// SPACES_EUNSUPPORTED, and says of each group why it will not do.
ParentGroup find_v2_parent(const CgroupLayout &layout, const std::set<std::string> &needed,
                           const std::set<std::string> &liked);

std::set<std::string> words_in(const std::string &file); // of a small file

} // namespace spaces
