// What the functions of the C API do with their arguments: a NULL that may not be one is an error, not a
// crash.
#pragma once

#include "api/guard.hpp"
#include "api/handles.hpp"
#include "spec/refuse.hpp"

#include <string_view>

namespace spaces {

template <class Value> Value &given(Value *pointer, std::string_view name) {
    if (pointer == nullptr) {
        refuse(name, "is NULL");
    }
    return *pointer;
}

inline std::string_view given_text(const char *text, std::string_view name) {
    return &given(text, name);
}

// A duplicate of a descriptor of the caller. Throws SPACES_EINVALID where it is closed; `member` is the
// member of the Spec that it is for.
SharedFd duplicate_given(int fd, std::string_view member);

// A change of the Spec that a handle holds; `change` gets the Spec.
template <class Change>
spaces_status change_spec(spaces_spec *handle, spaces_error **error, Change &&change) noexcept {
    return guard(error, [&] { change(given(handle, "spec").spec); });
}

// A copy of `text` that the caller of the C API gives back to spaces_free().
char *given_away(std::string_view text);

} // namespace spaces
