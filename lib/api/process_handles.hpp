// The handles of what runs and of what has ended.
#pragma once

#include "process/process.hpp"
#include "process/start.hpp"

#include <memory>
#include <optional>
#include <spaces/process.h>

struct spaces_start {
    std::unique_ptr<spaces::Start> start; // none once its process was handed over or has failed
};

struct spaces_process {
    std::optional<spaces::Process> process; // always one in a handle that is given away
};

struct spaces_result {
    spaces::Result result;
};
