// The Spec as an OCI config.json, in and out.
#pragma once

#include "spec/spec.hpp"

#include <string>
#include <string_view>

namespace spaces {

// Merges over `spec`; throws and leaves it unchanged where a member is unknown, wrong or not acted on yet.
void load_json(Spec &spec, std::string_view text);

// Throws where the Spec holds what has no text form: a descriptor, or bytes that are not UTF-8.
std::string to_json(const Spec &spec);

// The object "linux.resources" alone, as runtimes take it for an update.
void load_resources(ResourcesSpec &resources, std::string_view text);

} // namespace spaces
