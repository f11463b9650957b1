// The parts of to_json() that have files of their own.
#pragma once

#include "base/json.hpp"
#include "spec/spec.hpp"

namespace spaces {

Json::Object resources_of(const ResourcesSpec &resources); // json_write_resources.cpp

} // namespace spaces
