// The C API for tests: handles that free themselves, and failures as exceptions.
#pragma once

#include "support/fd.hpp"

#include <cstdint>
#include <exception>
#include <spaces/spaces.h>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace support {

// A spaces_error, copied out. what() is all of it, so that an unexpected one explains itself in the test's
// log.
struct Failure : std::exception {
    Failure(spaces_status status, spaces_error *error); // frees `error`

    const char *what() const noexcept override { return text.c_str(); }

    spaces_status status;
    spaces_status code;
    int error_number;
    int index;
    std::string step;
    std::string object;
    std::string system_call;
    std::string message;
    std::string hint;
    std::string text;
};

// call<spaces_spec_set_umask>(spec, 022): throws a Failure where the function does not return SPACES_OK.
template <auto Function, class... Arguments> void call(Arguments &&...arguments) {
    spaces_error *error = nullptr;
    const spaces_status status = Function(std::forward<Arguments>(arguments)..., &error);
    if (status != SPACES_OK) {
        throw Failure(status, error);
    }
}

// Throws std::logic_error where the function succeeds.
[[noreturn]] void no_failure();

template <auto Function, class... Arguments> Failure failure_of(Arguments &&...arguments) {
    try {
        call<Function>(std::forward<Arguments>(arguments)...);
    } catch (const Failure &failure) {
        return failure;
    }
    no_failure();
}

class Spec {
  public:
    Spec(); // empty, for spaces_fork() or JSON
    explicit Spec(const std::vector<std::string> &args);
    Spec(const Spec &other);
    Spec(Spec &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Spec &operator=(const Spec &) = delete;
    ~Spec() { spaces_spec_free(handle_); }

    // spec.with<spaces_spec_set_umask>(022).with<…>(…)
    template <auto Function, class... Arguments> Spec &with(Arguments &&...arguments) {
        call<Function>(handle_, std::forward<Arguments>(arguments)...);
        return *this;
    }
    Spec &args(const std::vector<std::string> &args);
    Spec &unshare(uint32_t namespaces) { return with<spaces_spec_unshare>(namespaces); }
    // New namespaces, with the user namespace besides where the caller needs one to make them.
    Spec &isolate(uint32_t namespaces);
    Spec &pipe(int stream) { return with<spaces_spec_set_stdio>(stream, SPACES_STDIO_PIPE); }
    Spec &json(const std::string &text) { return with<spaces_spec_load_json>(text.data(), text.size()); }

    operator spaces_spec *() const noexcept { return handle_; }

  private:
    spaces_spec *handle_ = nullptr;
};

class Result {
  public:
    explicit Result(spaces_result *handle) noexcept : handle_(handle) {}
    Result(Result &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Result &operator=(Result &&) = delete;
    ~Result() { spaces_result_free(handle_); }

    std::string cause() const { return spaces_result_cause(handle_); }
    int exit_code() const { return spaces_result_exit_code(handle_); }
    int signal() const { return spaces_result_signal(handle_); }
    std::string json() const;

    operator spaces_result *() const noexcept { return handle_; }

  private:
    spaces_result *handle_;
};

// A started process. One that a failing test leaves running is ended, so that no test leaves anything behind.
class Process {
  public:
    explicit Process(spaces_process *handle) noexcept : handle_(handle) {}
    Process(Process &&other) noexcept
        : handle_(std::exchange(other.handle_, nullptr)), finished_(other.finished_) {}
    Process &operator=(Process &&) = delete;
    ~Process();

    int pid() const noexcept { return spaces_process_pid(handle_); }
    int pidfd() const noexcept { return spaces_process_pidfd(handle_); }
    Fd take(int stream);
    Result wait(std::chrono::milliseconds timeout = patience);
    bool has_ended(std::chrono::milliseconds timeout = patience) const { return readable(pidfd(), timeout); }
    void kill(int signal) { call<spaces_process_kill>(handle_, signal); }
    void kill_all() { call<spaces_process_kill_all>(handle_); }
    // Its end is somebody else's business: the destructor leaves it alone.
    void leave() noexcept { finished_ = true; }

    operator spaces_process *() const noexcept { return handle_; }

  private:
    spaces_process *handle_;
    bool finished_ = false;
};

Process start(const Spec &spec);
// Why it cannot be started.
Failure start_fails(const Spec &spec);
Process start_fork(const Spec &spec, spaces_main_fn main, void *userdata = nullptr);

// A callable object instead of a function and its userdata: `body` must outlive the call, and does.
template <class Body> Process start_fork_of(const Spec &spec, Body &&body) {
    return start_fork(
        spec,
        [](void *userdata) -> int { return (*static_cast<std::remove_reference_t<Body> *>(userdata))(); },
        const_cast<void *>(static_cast<const void *>(&body)));
}

} // namespace support
