// The cures: what an administrator or programmer can do about a failure.
#pragma once

#include "plan/builder.hpp"

#include <cstdint>
#include <string>

namespace spaces {

// Each may be empty: a wrong hint is worse than none.
std::string hint_for_step(const StepInfo &info, const plan::Record &record);
std::string hint_for_process(int error_number); // that could not be made, whatever its namespaces
std::string hint_for_namespaces(int error_number, uint32_t namespaces);

} // namespace spaces
