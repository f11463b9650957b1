// The C API of libspaces as C++ owners and exceptions: all that `space` knows of the library.
#include "spaces.hpp"

namespace cli {

void throw_library_error(spaces_error *error) {
    const std::unique_ptr<spaces_error, FreeWith<spaces_error_free>> owner(error);
    throw Failure{.message = spaces_error_message(error),
                  .hint = spaces_error_hint(error),
                  .code = spaces_error_code(error),
                  .error_number = spaces_error_errno(error),
                  .step = spaces_error_step(error),
                  .index = spaces_error_index(error),
                  .object = spaces_error_object(error),
                  .system_call = spaces_error_system_call(error)};
}

} // namespace cli
