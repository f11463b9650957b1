// What a start leaves behind, wherever its parents have gone.
#pragma once

#include "support/child.hpp"

#include <string>

namespace support {

// In a process that adopts all orphans below it, so that none escapes the count.
void as_subreaper(const Body &body);

// Waits for every child, those adopted too. What does not end by itself is reported, as a process that is
// left `of_what`, and killed.
void expect_all_children_to_end(const std::string &of_what);

} // namespace support
