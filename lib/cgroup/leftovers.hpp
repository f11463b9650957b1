// Groups whose owner has gone: a caller that was killed could not remove them.
#pragma once

#include <string>
#include <vector>

namespace spaces {

struct Leftover {
    std::string path;
    bool removed = false; // else it has processes, which go on
    std::vector<int> processes{};
};

// At each start: a few of those beside the group to come.
void remove_some_leftovers(const std::string &parent) noexcept;

// All that the caller may see: the empty ones are removed, the others listed.
std::vector<Leftover> collect_leftover_groups();

} // namespace spaces
