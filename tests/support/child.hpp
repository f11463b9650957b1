// A test's body in a forked child, for what would spoil the test program: other ids, filters, signals,
// limits.
#pragma once

#include <functional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace support {

using Body = std::function<void()>;

// Runs `body` in a fork of this process. Its assertions count as the test's: what fails there fails here,
// with the child's log as text. An exception or a fatal signal is a failure too. Can be nested.
void in_child(const Body &body);

// The same in a new user namespace, which has no id maps yet.
void in_user_namespace(const Body &body);

// Throws std::system_error for the result -1 of a system call.
template <class Result> Result must(Result result, const char *what);

// In a child that is PID 1 of a new pid namespace with its own /proc (needs root).
void in_pid_namespace(const Body &body);

// In a child with a private mount namespace (needs root).
void in_mount_namespace(const Body &body);

// In a child in which the given system calls fail with `error_number`, as they do on an older kernel (ENOSYS)
// or under the filter of a container engine (EPERM), or end who makes them. The child's own children inherit
// it.
inline constexpr int kill_caller = -1;
void with_seccomp(int error_number, const std::vector<long> &system_calls, const Body &body);

[[noreturn]] void throw_errno(const char *what);

template <class Result> Result must(Result result, const char *what) {
    if (result == static_cast<Result>(-1)) {
        throw_errno(what);
    }
    return result;
}

} // namespace support
