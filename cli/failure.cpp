// Failure: what ends `space` itself, thrown where it is found and printed once, by main().
#include "failure.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace cli {

void throw_usage(std::string message, std::string hint) {
    throw Failure{.message = std::move(message), .hint = std::move(hint)};
}

void throw_errno(const char *system_call, const std::string &what, std::string_view object) {
    const int error_number = errno;
    const char *hint =
        error_number == EMFILE ? "this process has as many descriptors open as its RLIMIT_NOFILE allows" : "";
    throw Failure{.message = "cannot " + what + ": " + std::strerror(error_number),
                  .hint = hint,
                  .code = SPACES_ESYSTEM,
                  .error_number = error_number,
                  .step = "space",
                  .object = std::string(object),
                  .system_call = system_call};
}

int exit_status(const Failure &failure) {
    if (failure.step != "exec") {
        return exit_own_failure;
    }
    const bool missing = failure.error_number == ENOENT || failure.error_number == ENOTDIR;
    return missing ? exit_not_found : exit_not_executable;
}

void print(const Failure &failure, bool json) {
    std::string text;
    if (json) {
        text = to_json(failure) + "\n";
    } else {
        text = "space: " + failure.message + "\n";
        if (!failure.hint.empty()) {
            text += "space: hint: " + failure.hint + "\n";
        }
    }
    // Nobody is left to be told of an error here.
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

std::string in_quotes(std::string_view text) {
    std::string result = "\"";
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (character == '"' || character == '\\') {
            result += '\\';
            result += character;
        } else if (byte < 0x20 || byte == 0x7f) {
            char escape[5];
            std::snprintf(escape, sizeof escape, "\\x%02x", byte);
            result += escape;
        } else {
            result += character;
        }
    }
    return result + '"';
}

} // namespace cli
