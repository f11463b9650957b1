// spaces_error: what becomes of an Error at the C boundary.
#include "api/guard.hpp"
#include "api/handles.hpp"

#include <cstddef>
#include <new>

namespace spaces {

namespace {

// Neither made nor reported with memory from the heap: its texts are short enough for the strings themselves.
// Never destroyed, since an error may be read while the process exits.
spaces_error &out_of_memory() noexcept {
    alignas(spaces_error) static std::byte storage[sizeof(spaces_error)];
    static spaces_error &error = *new (storage) spaces_error{
        Error{.code = SPACES_ENOMEMORY, .step = "memory", .message = "out of memory"}};
    return error;
}

} // namespace

spaces_status report_out_of_memory(spaces_error **error) noexcept {
    if (error != nullptr) {
        *error = &out_of_memory();
    }
    return SPACES_ENOMEMORY;
}

spaces_status report(spaces_error **error, Error &&cause) noexcept {
    const spaces_status status = cause.code;
    if (error != nullptr) {
        *error = new (std::nothrow) spaces_error{std::move(cause)};
        if (*error == nullptr) {
            return report_out_of_memory(error);
        }
    }
    return status;
}

spaces_status report_unexpected(spaces_error **error, const char *what) noexcept {
    try {
        return report(error, Error{.code = SPACES_ESTATE, .step = "internal", .message = what});
    } catch (const std::bad_alloc &) {
        return report_out_of_memory(error);
    }
}

} // namespace spaces

spaces_status spaces_error_code(const spaces_error *error) noexcept {
    return error != nullptr ? error->error.code : SPACES_OK;
}

int spaces_error_errno(const spaces_error *error) noexcept {
    return error != nullptr ? error->error.error_number : 0;
}

const char *spaces_error_step(const spaces_error *error) noexcept {
    return error != nullptr ? error->error.step.c_str() : "";
}

int spaces_error_index(const spaces_error *error) noexcept {
    return error != nullptr ? error->error.index : -1;
}

const char *spaces_error_object(const spaces_error *error) noexcept {
    return error != nullptr ? error->error.object.c_str() : "";
}

const char *spaces_error_system_call(const spaces_error *error) noexcept {
    return error != nullptr ? error->error.system_call.c_str() : "";
}

const char *spaces_error_message(const spaces_error *error) noexcept {
    return error != nullptr ? error->error.message.c_str() : "";
}

const char *spaces_error_hint(const spaces_error *error) noexcept {
    return error != nullptr ? error->error.hint.c_str() : "";
}

void spaces_error_free(spaces_error *error) noexcept {
    if (error != &spaces::out_of_memory()) {
        delete error;
    }
}
