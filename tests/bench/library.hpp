// The same through libspaces' public C API.
#pragma once

#include <cstdint>
#include <memory>
#include <spaces/spaces.h>

namespace bench {

// Every kind but time, as sequence_run() has them.
inline constexpr uint32_t namespaces = SPACES_NAMESPACE_ALL & ~SPACES_NAMESPACE_TIME;

struct SpecDeleter {
    void operator()(spaces_spec *spec) const { spaces_spec_free(spec); }
};
struct ProcessDeleter {
    void operator()(spaces_process *process) const { spaces_process_free(process); }
};
using Spec = std::unique_ptr<spaces_spec, SpecDeleter>;
using Process = std::unique_ptr<spaces_process, ProcessDeleter>;

Spec make_spec(const char *program, uint32_t unshare, bool init);
Process start(const Spec &spec);

// From nothing to the exit status: the Spec is made anew.
void run(const char *program, uint32_t unshare, bool init);

} // namespace bench
