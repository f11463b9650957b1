// What this kernel, host and user can do, as JSON.
#pragma once

#include <string>

namespace spaces {

// The text that spaces_host_features() documents.
std::string host_features_json();

} // namespace spaces
