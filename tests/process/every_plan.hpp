// Specs whose Plans, taken together, have every kind of step: for the tests that break a start at each of
// them.
#pragma once

#include "process/launch.hpp"
#include "support/temp_dir.hpp"
#include "support/waiting.hpp"

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace every_plan {

struct Kind {
    const char *name;
    spaces::Target target;
    // Completes a Spec; `rootfs` and `container` are there for it to use.
    void (*fill)(spaces::Spec &spec, const support::Rootfs &rootfs, int container);
};

inline std::ostream &operator<<(std::ostream &stream, const Kind &kind) {
    return stream << kind.name;
}

extern const std::vector<Kind> kinds;

// The surroundings that the Specs need: a root file system, and a container to join.
class Scene {
  public:
    Scene();
    spaces::Spec spec(const Kind &kind) const;

  private:
    support::Rootfs rootfs_;
    support::Waiting container_;
};

// begin_spawn() or begin_fork(), as the kind wants it.
std::unique_ptr<spaces::Start> begin(const Kind &kind, const spaces::Spec &spec,
                                     const spaces::LaunchHooks &hooks = {});

// The same, to the end.
spaces::Started launch(const Kind &kind, const spaces::Spec &spec, const spaces::LaunchHooks &hooks);

// What a start of it would do.
std::vector<spaces::StepInfo> steps_of(const Kind &kind, const spaces::Spec &spec);

} // namespace every_plan
