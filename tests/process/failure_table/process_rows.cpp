// Failures of a running process, of its handle, and of callables.
#include "failure_table/row.hpp"

#include "support/waiting.hpp"

#include <cerrno>
#include <unistd.h>

using namespace support;

namespace failure_table {

namespace {

spaces_process *handle(const Process &process) {
    return process;
}

Failure take_fails(int stream, bool twice = false) {
    Spec spec = sound();
    spec.pipe(SPACES_STDOUT);
    Process process = start(spec);
    if (twice) {
        process.take(stream);
    }
    int fd = -1;
    Failure failure = failure_of<spaces_process_take_fd>(handle(process), stream, &fd);
    process.wait();
    return failure;
}

} // namespace

const std::vector<Row> process_rows = {
    {"a wait that is over before the program",
     [](const Scene &) {
         const Waiting running(0);
         spaces_result *result = nullptr;
         return failure_of<spaces_process_wait>(handle(running.process()), 1, &result);
     },
     SPACES_ETIMEOUT, "wait", 0, "process PID", "process PID has not ended after 1 ms", false},
    {"a signal that does not exist",
     [](const Scene &) {
         const Waiting running(0);
         return failure_of<spaces_process_kill>(handle(running.process()), 65);
     },
     SPACES_EINVALID, "spec", 0, "signal", "signal: 65 is no signal", false},
    {"a stream that is no pipe", [](const Scene &) { return take_fails(SPACES_STDIN); }, SPACES_ENOTFOUND,
     "take_fd", 0, "stdin", "the program has no pipe or terminal as its stdin", false},
    {"a stream that was taken", [](const Scene &) { return take_fails(SPACES_STDOUT, true); }, SPACES_ESTATE,
     "take_fd", 0, "stdout", "the descriptor for stdout was taken before", false},
    {"a stream that does not exist", [](const Scene &) { return take_fails(7); }, SPACES_EINVALID, "spec", 0,
     "stream", "stream: 7 is none of SPACES_STDIN to SPACES_SECCOMP", false},
    {"a function and a program",
     [](const Scene &) {
         spaces_process *process = nullptr;
         return failure_of<spaces_fork>(
             sound(), [](void *) { return 0; }, nullptr, &process);
     },
     SPACES_EINVALID, "spec", 0, "process.args",
     "process.args: a function is to be called, and there is a program too", false},
    {"a callable in a missing directory",
     [](const Scene &) {
         Spec spec;
         spec.with<spaces_spec_set_cwd>("/nonexistent");
         spaces_process *process = nullptr;
         return failure_of<spaces_fork>(
             spec, [](void *) { return 0; }, nullptr, &process);
     },
     SPACES_ESETUP, "chdir", ENOENT, "/nonexistent",
     "cannot change to the directory \"/nonexistent\": No such file or directory", true},
};

} // namespace failure_table
