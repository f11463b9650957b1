// The stage as a new process, from wherever it can be executed.
#pragma once

#include "process/clone.hpp"

namespace spaces {

// Of the request, what says where the stage is is filled in here. Throws where there is no process, or no
// stage in it.
CloneAnswer start_stage(CloneRequest request);

} // namespace spaces
