// The handles of what runs and of what has ended.
#pragma once

#include "process/process.hpp"

#include <optional>
#include <spaces/process.h>

struct spaces_process {
    std::optional<spaces::Process> process; // always one in a handle that is given away
};

struct spaces_result {
    spaces::Result result;
};
