// Error: what is thrown inside the library, and becomes a spaces_error at the C boundary.
#include "base/error.hpp"

#include <cerrno>
#include <cstring>
#include <spaces/base.h>

namespace spaces {

namespace {

std::string with_errno(std::string_view what, int error_number) {
    std::string text = "cannot ";
    text += what;
    text += ": ";
    text += errno_text(error_number);
    return text;
}

} // namespace

std::string_view errno_text(int error_number) noexcept {
    const char *text = ::strerrordesc_np(error_number);
    return text != nullptr ? text : "Unknown error";
}

std::string_view usual_hint(int error_number) noexcept {
    switch (error_number) {
    case EMFILE:
        return "this process has as many descriptors open as its RLIMIT_NOFILE allows";
    case ENFILE:
        return "the host has as many files open as the sysctl fs.file-max allows";
    default:
        return "";
    }
}

void throw_invalid(std::string_view object, std::string_view what, std::string_view hint) {
    throw Error{.code = SPACES_EINVALID,
                .step = "spec",
                .object = std::string(object),
                .message = std::string(what),
                .hint = std::string(hint)};
}

void throw_unsupported(std::string_view object, std::string_view what, std::string_view hint) {
    throw Error{.code = SPACES_EUNSUPPORTED,
                .step = "spec",
                .object = std::string(object),
                .message = std::string(what),
                .hint = std::string(hint)};
}

void throw_system(std::string_view step, std::string_view system_call, int error_number,
                  std::string_view object, std::string_view what, std::string_view hint) {
    throw Error{.code = SPACES_ESYSTEM,
                .error_number = error_number,
                .step = std::string(step),
                .object = std::string(object),
                .system_call = std::string(system_call),
                .message = with_errno(what, error_number),
                .hint = std::string(hint.empty() ? usual_hint(error_number) : hint)};
}

} // namespace spaces
