// The parts of a written config.json that have a file of their own.
#pragma once

#include "base/json.hpp"
#include "spec/spec.hpp"

namespace spaces {

// json_capabilities.cpp
Json::Object capabilities_of(const CapabilitiesSpec &capabilities); // process.capabilities

// json_landlock.cpp
Json::Object landlock_of(const LandlockSpec &landlock); // spaces.landlock

// json_scheduling.cpp
Json::Object scheduler_of(const SchedulerSpec &scheduler);   // process.scheduler
Json::Object io_priority_of(const IoPrioritySpec &priority); // process.ioPriority
Json::Object cpu_affinity_of(const ProcessSpec &process);    // process.execCPUAffinity
Json::Object resources_of(const ResourcesSpec &resources);   // json_write_resources.cpp

} // namespace spaces
