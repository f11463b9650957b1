// The readers of the parts of a config.json: each merges one object over what the Spec has.
#pragma once

#include "spec/json_value.hpp"
#include "spec/spec.hpp"

namespace spaces {

void read_process(ProcessSpec &process, const JsonValue &value);
void read_linux(Spec &spec, const JsonValue &value);
void read_resources(ResourcesSpec &resources, const JsonValue &value);

// json_capabilities.cpp
void read_capabilities(ProcessSpec &process, const JsonValue &value);
void read_drop_capabilities(Spec &spec, const JsonValue &value);
void read_add_capabilities(Spec &spec, const JsonValue &value);
void read_securebits(Spec &spec, const JsonValue &value);

// json_scheduling.cpp
void read_scheduler(ProcessSpec &process, const JsonValue &value);
void read_io_priority(ProcessSpec &process, const JsonValue &value);
void read_cpu_affinity(ProcessSpec &process, const JsonValue &value);
void read_personality(Spec &spec, const JsonValue &value);

// json_landlock.cpp
void read_landlock(Spec &spec, const JsonValue &value);

// The object "spaces": what OCI has no member for.
void read_extension(Spec &spec, const JsonValue &value);

// json_read_mounts.cpp
void read_mounts(Spec &spec, const JsonValue &value);
void read_devices(Spec &spec, const JsonValue &value);
void read_files(Spec &spec, const JsonValue &value);
void read_masked_paths(Spec &spec, const JsonValue &value);
void read_readonly_paths(Spec &spec, const JsonValue &value);

// A list of {containerID, hostID, size}, unchecked.
std::vector<IdMapping> read_id_ranges(const JsonValue &value);

// The bit of a namespace by its name in OCI.
uint32_t read_namespace_type(const JsonValue &value);

} // namespace spaces
