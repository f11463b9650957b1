// Error: what is thrown inside the library, and becomes a spaces_error at the C boundary.
#pragma once

#include <string>
#include <string_view>

namespace spaces {

// The empty initializers let designated ones leave members out without a warning.
struct Error {
    int code = 0;              // a SPACES_E value
    int error_number = 0;      // errno, or 0
    int index = -1;            // position of the step in the Plan, or -1
    std::string step{};        // "mount"
    std::string object{};      // "/proc"
    std::string system_call{}; // "move_mount"
    std::string message{};     // one line, complete
    std::string hint{};        // how to cure it, or empty
};

// The Spec or an argument is wrong; `object` is the member of the Spec, "linux.uidMappings[0]".
// The cure of what can befall any call, or nothing.
std::string_view usual_hint(int error_number) noexcept;

[[noreturn]] void throw_invalid(std::string_view object, std::string_view what, std::string_view hint = {});

// It is right, but not to be had here.
[[noreturn]] void throw_unsupported(std::string_view object, std::string_view what,
                                    std::string_view hint = {});

// A system call failed in this process: the message is "cannot <what>: <text of the errno>".
[[noreturn]] void throw_system(std::string_view step, std::string_view system_call, int error_number,
                               std::string_view object, std::string_view what, std::string_view hint = {});

// The text of an errno: "Operation not permitted". Unlike strerror(3) it takes no lock and no locale.
std::string_view errno_text(int error_number) noexcept;

} // namespace spaces
