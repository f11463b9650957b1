// A container that does nothing but exist, for tests that look at one or join it.
#include "support/waiting.hpp"

namespace support {

namespace {

Spec shell(uint32_t namespaces) {
    Spec spec({"/bin/sh", "-c", "echo up; exec cat"});
    return namespaces != 0 ? Spec(spec.isolate(namespaces)) : spec;
}

Spec with_pipes(const Spec &spec) {
    return Spec(Spec(spec).pipe(SPACES_STDIN).pipe(SPACES_STDOUT));
}

} // namespace

Waiting::Waiting(uint32_t namespaces) : Waiting(shell(namespaces)) {}

Waiting::Waiting(const Spec &spec)
    : process_(start(with_pipes(spec))), in_(process_.take(SPACES_STDIN)), out_(process_.take(SPACES_STDOUT)),
      first_line_(read_line(out_.get())) {}

} // namespace support
