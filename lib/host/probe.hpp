// run_probe(): finds out by doing, in a process that lives for a few system calls.
#pragma once

#include "base/fd.hpp"

#include <cstdint>

namespace spaces {

// Runs body(data) in a child with the given new namespaces (CLONE_NEW*, but not the time namespace) and
// returns when it has ended: 0, or the errno of a child that could not be made.
//
// The child shares the memory of this process, so that its cost does not depend on how large that is, and so
// that it can leave results in `data`. Meanwhile the calling thread halts but other threads run: what the
// body does must be system calls by stage::sys() and nothing that takes a lock. It has descriptors of its
// own. No SIGCHLD is sent for it, and wait(2) in other threads does not see it.
int run_probe(uint64_t namespaces, void (*body)(void *data), void *data);

template <class Body> int run_probe(uint64_t namespaces, Body &&body) {
    return run_probe(
        namespaces, [](void *data) { (*static_cast<Body *>(data))(); }, &body);
}

// A pidfd of a child that has ended and was reaped; not open where the kernel has none.
Fd pidfd_of_ended_probe();

} // namespace spaces
