// The C boundary of starting programs, and of what comes of them.
#include "process/process.hpp"

#include "api/argument.hpp"
#include "api/mount_argument.hpp"
#include "api/process_handles.hpp"
#include "process/launch.hpp"
#include "process/start.hpp"
#include "spec/check.hpp"
#include "spec/check_files.hpp"

#include <memory>
#include <spaces/process.h>

using namespace spaces;

namespace {

bool is_stream(int stream) {
    return stream >= SPACES_STDIN && stream <= SPACES_SECCOMP;
}

// Nothing: not in this time.
std::unique_ptr<spaces_process> process_of(Start &start, int timeout_ms) {
    auto handle = std::make_unique<spaces_process>(); // before there is something that could be lost
    if (!start.wait(timeout_ms)) {
        return {};
    }
    handle->process.emplace(start.hand_over());
    return handle;
}

Callable callable_of(spaces_main_fn main, void *userdata) {
    return {&given(main, "main"), userdata};
}

} // namespace

spaces_status spaces_spawn(const spaces_spec *spec, spaces_process **ret_process,
                           spaces_error **error) noexcept {
    return guard(error, [&] {
        spaces_process *&result = given(ret_process, "ret_process");
        result = process_of(*begin_spawn(given(spec, "spec").spec), -1).release();
    });
}

spaces_status spaces_fork(const spaces_spec *spec, spaces_main_fn main, void *userdata,
                          spaces_process **ret_process, spaces_error **error) noexcept {
    return guard(error, [&] {
        spaces_process *&result = given(ret_process, "ret_process");
        const Callable callable = callable_of(main, userdata);
        result = process_of(*begin_fork(given(spec, "spec").spec, callable), -1).release();
    });
}

spaces_status spaces_fork_with(const spaces_spec *spec, spaces_fork_fn fork, spaces_main_fn main,
                               void *userdata, spaces_process **ret_process, spaces_error **error) noexcept {
    return guard(error, [&] {
        Callable callable = callable_of(main, userdata);
        callable.fork = &given(fork, "fork");
        spaces_process *&result = given(ret_process, "ret_process");
        result = process_of(*begin_fork(given(spec, "spec").spec, callable), -1).release();
    });
}

spaces_status spaces_spawn_begin(const spaces_spec *spec, spaces_start **ret_start,
                                 spaces_error **error) noexcept {
    return guard(error, [&] {
        spaces_start *&result = given(ret_start, "ret_start");
        auto handle = std::make_unique<spaces_start>();
        handle->start = begin_spawn(given(spec, "spec").spec);
        result = handle.release();
    });
}

spaces_status spaces_fork_begin(const spaces_spec *spec, spaces_main_fn main, void *userdata,
                                spaces_start **ret_start, spaces_error **error) noexcept {
    return guard(error, [&] {
        spaces_start *&result = given(ret_start, "ret_start");
        const Callable callable = callable_of(main, userdata);
        auto handle = std::make_unique<spaces_start>();
        handle->start = begin_fork(given(spec, "spec").spec, callable);
        result = handle.release();
    });
}

spaces_status spaces_start_wait(spaces_start *start, int timeout_ms, spaces_process **ret_process,
                                spaces_error **error) noexcept {
    return guard(error, [&] {
        spaces_process *&result = given(ret_process, "ret_process");
        spaces_start &handle = given(start, "start");
        if (!handle.start) {
            throw Error{.code = SPACES_ESTATE,
                        .step = "start",
                        .object = "start",
                        .message = "the start is over: its process was handed over, or it has failed"};
        }
        // Where this throws, the start is over, and its process ends with it.
        std::unique_ptr<Start> pending = std::move(handle.start);
        std::unique_ptr<spaces_process> process = process_of(*pending, timeout_ms < 0 ? -1 : timeout_ms);
        if (!process) {
            const std::string name = "process " + std::to_string(pending->pid());
            handle.start = std::move(pending);
            throw Error{.code = SPACES_ETIMEOUT,
                        .step = "start",
                        .object = name,
                        .message = name + " has not reached its program after " + std::to_string(timeout_ms) +
                                   " ms"};
        }
        result = process.release();
    });
}

void spaces_start_free(spaces_start *start) noexcept {
    delete start;
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
            refuse("stream", std::to_string(stream) + " is none of SPACES_STDIN to SPACES_SECCOMP");
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

spaces_status spaces_process_mount(const spaces_process *process, const char *source, const char *destination,
                                   const char *type, const char *options, spaces_error **error) noexcept {
    return guard(error, [&] {
        const spaces_process &handle = given(process, "process");
        const MountSpec mount = mount_of(source, given_text(destination, "destination"), type, options);
        check_mount(mount, "mount");
        handle.process->mount(mount);
    });
}

spaces_status spaces_process_unmount(const spaces_process *process, const char *destination, int lazily,
                                     spaces_error **error) noexcept {
    return guard(error, [&] {
        const spaces_process &handle = given(process, "process");
        const std::string path(given_text(destination, "destination"));
        check_covered_path(path, "destination");
        handle.process->unmount(path, lazily != 0);
    });
}

void spaces_process_free(spaces_process *process) noexcept {
    delete process;
}
