// Files that options name, as text.
#pragma once

#include <string>

namespace cli {

// Throws a Failure that names the file.
std::string read_file(const std::string &path);

} // namespace cli
