// The C boundary of starting programs, and of what comes of them.
#include "process/process.hpp"

#include "api/argument.hpp"
#include "api/process_handles.hpp"
#include "process/launch.hpp"

#include <memory>
#include <spaces/process.h>

using namespace spaces;

namespace {

bool is_stream(int stream) {
    return stream >= SPACES_STDIN && stream <= SPACES_TERMINAL;
}

void start_fork(const spaces_spec *spec, const Callable &callable, spaces_process **ret_process) {
    spaces_process *&result = given(ret_process, "ret_process");
    auto handle = std::make_unique<spaces_process>();
    handle->process.emplace(fork_and_call(given(spec, "spec").spec, callable));
    result = handle.release();
}

} // namespace

spaces_status spaces_spawn(const spaces_spec *spec, spaces_process **ret_process,
                           spaces_error **error) noexcept {
    return guard(error, [&] {
        spaces_process *&result = given(ret_process, "ret_process");
        auto handle = std::make_unique<spaces_process>();
        handle->process.emplace(spawn(given(spec, "spec").spec));
        result = handle.release();
    });
}

spaces_status spaces_fork(const spaces_spec *spec, spaces_main_fn main, void *userdata,
                          spaces_process **ret_process, spaces_error **error) noexcept {
    return guard(error, [&] { start_fork(spec, {&given(main, "main"), userdata}, ret_process); });
}

spaces_status spaces_fork_with(const spaces_spec *spec, spaces_fork_fn fork, spaces_main_fn main,
                               void *userdata, spaces_process **ret_process, spaces_error **error) noexcept {
    return guard(error, [&] {
        const Callable callable{&given(main, "main"), userdata, &given(fork, "fork")};
        start_fork(spec, callable, ret_process);
    });
}

int spaces_process_pid(const spaces_process *process) noexcept {
    return process != nullptr ? process->process->pid() : -1;
}

int spaces_process_pidfd(const spaces_process *process) noexcept {
    return process != nullptr ? process->process->pidfd() : -1;
}

spaces_status spaces_process_take_fd(spaces_process *process, int stream, int *ret_fd,
                                     spaces_error **error) noexcept {
    return guard(error, [&] {
        int &result = given(ret_fd, "ret_fd");
        spaces_process &handle = given(process, "process");
        if (!is_stream(stream)) {
            refuse("stream", std::to_string(stream) + " is none of SPACES_STDIN to SPACES_TERMINAL");
        }
        result = handle.process->take_fd(stream).release();
    });
}

spaces_status spaces_process_wait(spaces_process *process, int timeout_ms, spaces_result **ret_result,
                                  spaces_error **error) noexcept {
    return guard(error, [&] {
        spaces_process &handle = given(process, "process");
        const std::optional<Result> ended = handle.process->wait(timeout_ms < 0 ? -1 : timeout_ms);
        if (!ended) {
            throw Error{.code = SPACES_ETIMEOUT,
                        .step = "wait",
                        .object = "process " + std::to_string(handle.process->pid()),
                        .message = "process " + std::to_string(handle.process->pid()) +
                                   " has not ended after " + std::to_string(timeout_ms) + " ms"};
        }
        if (ret_result != nullptr) {
            *ret_result = new spaces_result{*ended};
        }
    });
}

spaces_status spaces_process_kill(const spaces_process *process, int signal, spaces_error **error) noexcept {
    return guard(error, [&] {
        constexpr int last_signal = 64;
        const spaces_process &handle = given(process, "process");
        if (signal < 0 || signal > last_signal) {
            refuse("signal", std::to_string(signal) + " is no signal");
        }
        handle.process->kill(signal);
    });
}

spaces_status spaces_process_kill_all(const spaces_process *process, spaces_error **error) noexcept {
    return guard(error, [&] { given(process, "process").process->kill_all(); });
}

void spaces_process_free(spaces_process *process) noexcept {
    delete process;
}
