// Checked system calls of the calling process: a failure becomes an Error that names the call.
#pragma once

#include "base/error.hpp"
#include "base/fd.hpp"

#include <cerrno>
#include <set>
#include <string>
#include <string_view>

namespace spaces {

// Where a call stands: the step it belongs to, what it is done to, and what it does, for "cannot <what>: …".
struct Doing {
    std::string_view step;
    std::string_view object;
    std::string_view what;
};

// sys("pipe2", ::pipe2(ends, O_CLOEXEC), {"stdio", "stdin", "make a pipe for the standard input"})
template <class Result> Result sys(std::string_view system_call, Result result, const Doing &doing) {
    if (result == static_cast<Result>(-1)) {
        throw_system(doing.step, system_call, errno, doing.object, doing.what);
    }
    return result;
}

// A duplicate that is close-on-exec and no standard stream.
Fd duplicate(int fd, const Doing &doing);

// The same descriptor under a number that is no standard stream's and none of `taken`.
Fd out_of_the_way(Fd fd, const std::set<int> &taken, const Doing &doing);

// The whole file, for the small ones of /proc and /etc.
std::string read_file(const std::string &path, const Doing &doing);

// `text` in double quotes, with what could confuse a terminal or a reader escaped: for messages.
std::string quoted(std::string_view text);

} // namespace spaces
