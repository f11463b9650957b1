// From the record of a failed step to an Error that a person can act on.
#pragma once

#include "base/error.hpp"
#include "plan/builder.hpp"
#include "spec/spec.hpp"

#include <vector>

namespace spaces {

Error step_failure(const plan::Record &record, const std::vector<StepInfo> &steps);

// clone(2) itself refused: which right, limit or kernel feature is missing.
Error clone_failure(int error_number, uint32_t namespaces);

// The new process ended without a word, as one that is killed does.
// Whether the OOM killer was at work in the control group of the process.
Error silent_death(bool out_of_memory);

} // namespace spaces
