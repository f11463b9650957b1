// The one gate of the C boundary: no exception crosses it.
#pragma once

#include "base/error.hpp"

#include <exception>
#include <new>
#include <pthread.h>
#include <spaces/error.h>
#include <utility>

namespace spaces {

// Gives `error` (which may be NULL) its object, and returns the status. Never throws: without memory for the
// object it gives a static one.
spaces_status report(spaces_error **error, Error &&cause) noexcept;
spaces_status report_out_of_memory(spaces_error **error) noexcept;
// For an exception of the standard library, which no one should have let through.
spaces_status report_unexpected(spaces_error **error, const char *what) noexcept;

// A cancelled thread (pthread_cancel(3)) unwinds like an exception, which would end the process here; so it
// waits until the call is over.
class CancellationHeld {
  public:
    CancellationHeld() noexcept { ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_); }
    CancellationHeld(const CancellationHeld &) = delete;
    CancellationHeld &operator=(const CancellationHeld &) = delete;
    ~CancellationHeld() { ::pthread_setcancelstate(before_, nullptr); }

  private:
    int before_ = PTHREAD_CANCEL_ENABLE;
};

template <class Body> spaces_status guard(spaces_error **error, Body &&body) noexcept {
    if (error != nullptr) {
        *error = nullptr;
    }
    const CancellationHeld held;
    try {
        std::forward<Body>(body)();
        return SPACES_OK;
    } catch (Error &cause) {
        return report(error, std::move(cause));
    } catch (const std::bad_alloc &) {
        return report_out_of_memory(error);
    } catch (const std::exception &cause) {
        return report_unexpected(error, cause.what());
    }
}

} // namespace spaces
