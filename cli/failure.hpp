// Failure: what ends `space` itself, thrown where it is found and printed once, by main().
#pragma once

#include <spaces/error.h>
#include <string>
#include <string_view>

namespace cli {

// chroot(1)'s convention: these say that it was `space` that failed, not the program.
inline constexpr int exit_own_failure = 125;
inline constexpr int exit_not_executable = 126;
inline constexpr int exit_not_found = 127;
// timeout(1)'s: the time limit ended the program.
inline constexpr int exit_time_limit = 124;

struct Failure {
    std::string message; // one line
    std::string hint{};  // one line, or empty
    spaces_status code = SPACES_EINVALID;
    int error_number = 0;
    std::string step = "command line";
    int index = -1;
    std::string object{};
    std::string system_call{};
};

// The command line is wrong.
[[noreturn]] void throw_usage(std::string message, std::string hint = {});

// A system call of `space` itself failed; `what` completes "cannot …".
[[noreturn]] void throw_errno(const char *system_call, const std::string &what, std::string_view object = {});

// The exit status that tells of it.
int exit_status(const Failure &failure);

// On the standard error, as lines for people or as one JSON object.
void print(const Failure &failure, bool json);
std::string to_json(const Failure &failure);

// `text` in double quotes, control characters escaped: a name that came from the user.
std::string in_quotes(std::string_view text);

} // namespace cli
