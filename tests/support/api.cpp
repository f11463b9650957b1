// The C API for tests: handles that free themselves, and failures as exceptions.
#include "support/api.hpp"

#include <memory>
#include <stdexcept>
#include <tuple>
#include <unistd.h>

namespace support {

Failure::Failure(spaces_status status_, spaces_error *error)
    : status(status_), code(spaces_error_code(error)), error_number(spaces_error_errno(error)),
      index(spaces_error_index(error)), step(spaces_error_step(error)), object(spaces_error_object(error)),
      system_call(spaces_error_system_call(error)), message(spaces_error_message(error)),
      hint(spaces_error_hint(error)) {
    spaces_error_free(error);
    text = message + " [code " + std::to_string(code) + ", errno " + std::to_string(error_number) +
           ", step " + step + " " + std::to_string(index) + ", object " + object + ", system call " +
           system_call + ", hint " + hint + "]";
}

void no_failure() {
    throw std::logic_error("the call succeeded although it had to fail");
}

Spec::Spec() {
    call<spaces_spec_new>(&handle_);
}

Spec::Spec(const std::vector<std::string> &args_) : Spec() {
    args(args_);
}

Spec::Spec(const Spec &other) {
    call<spaces_spec_copy>(other.handle_, &handle_);
}

Spec &Spec::args(const std::vector<std::string> &args) {
    std::vector<const char *> pointers;
    for (const std::string &argument : args) {
        pointers.push_back(argument.c_str());
    }
    pointers.push_back(nullptr);
    return with<spaces_spec_set_args>(pointers.data());
}

Spec &Spec::isolate(uint32_t namespaces) {
    return unshare(namespaces | (::geteuid() == 0 ? 0 : SPACES_NAMESPACE_USER));
}

std::string Result::json() const {
    char *text = nullptr;
    call<spaces_result_to_json>(handle_, &text);
    const std::unique_ptr<char, void (*)(void *)> owner(text, [](void *memory) { spaces_free(memory); });
    return text;
}

Process::~Process() {
    if (handle_ != nullptr && !finished_) {
        if (spaces_process_kill_all(handle_, nullptr) == SPACES_OK) {
            std::ignore = spaces_process_wait(handle_, static_cast<int>(patience.count()), nullptr, nullptr);
        }
    }
    spaces_process_free(handle_);
}

Fd Process::take(int stream) {
    int fd = -1;
    call<spaces_process_take_fd>(handle_, stream, &fd);
    return Fd(fd);
}

Result Process::wait(std::chrono::milliseconds timeout) {
    spaces_result *result = nullptr;
    call<spaces_process_wait>(handle_, static_cast<int>(timeout.count()), &result);
    finished_ = true;
    return Result(result);
}

Process start(const Spec &spec) {
    spaces_process *process = nullptr;
    call<spaces_spawn>(spec, &process);
    return Process(process);
}

Failure start_fails(const Spec &spec) {
    spaces_process *process = nullptr;
    Failure failure = failure_of<spaces_spawn>(spec, &process);
    if (process != nullptr) {
        throw std::logic_error("a failed start gave a process");
    }
    return failure;
}

Process start_fork(const Spec &spec, spaces_main_fn main, void *userdata) {
    spaces_process *process = nullptr;
    call<spaces_fork>(spec, main, userdata, &process);
    return Process(process);
}

} // namespace support
