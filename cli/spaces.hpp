// The C API of libspaces as C++ owners and exceptions: all that `space` knows of the library.
#pragma once

#include "failure.hpp"

#include <memory>
#include <spaces/spaces.h>
#include <string>

namespace cli {

template <auto Free> struct FreeWith {
    template <class Handle> void operator()(Handle *handle) const { Free(handle); }
};

using Spec = std::unique_ptr<spaces_spec, FreeWith<spaces_spec_free>>;
using Process = std::unique_ptr<spaces_process, FreeWith<spaces_process_free>>;
using Result = std::unique_ptr<spaces_result, FreeWith<spaces_result_free>>;

// Takes `error` over.
[[noreturn]] void throw_library_error(spaces_error *error);

// call(spaces_spec_set_cwd, spec.get(), "/"): a failure becomes a Failure.
template <class Function, class... Arguments> void call(Function *function, Arguments... arguments) {
    spaces_error *error = nullptr;
    if (function(arguments..., &error) != SPACES_OK) {
        throw_library_error(error);
    }
}

// make<Process>(spaces_spawn, spec.get()): the handle that the function returns.
template <class Owner, class Function, class... Arguments>
Owner make(Function *function, Arguments... arguments) {
    typename Owner::pointer handle = nullptr;
    call(function, arguments..., &handle);
    return Owner(handle);
}

// text_of(spaces_host_features): the text that the function returns.
template <class Function, class... Arguments>
std::string text_of(Function *function, Arguments... arguments) {
    char *text = nullptr;
    call(function, arguments..., &text);
    const std::unique_ptr<char, FreeWith<spaces_free>> owner(text);
    return std::string(text);
}

} // namespace cli
