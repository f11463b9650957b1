// Start the program, wait for it, and pass on meanwhile what is meant for it: signals, and with --tty the
// terminal's input and output.
#include "commands.hpp"
#include "descendant.hpp"
#include "descriptor.hpp"
#include "signals.hpp"
#include "terminal.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/wait.h>

namespace cli {

namespace {

spaces_status wait_for_end(spaces_process *process, spaces_result **ret_result, spaces_error **error) {
    return spaces_process_wait(process, -1, ret_result, error);
}

class Supervision {
  public:
    Supervision(spaces_process *process, const Signals &signals, Terminal *terminal)
        : process_(process), pid_(spaces_process_pid(process)), signals_(signals), terminal_(terminal) {}

    Result wait() {
        // What the terminal sent before there was a program to send it to.
        while (const std::optional<Signal> signal = signals_.next()) {
            take(*signal, true);
        }
        for (;;) {
            pollfd entries[4] = {{spaces_process_pidfd(process_), POLLIN, 0},
                                 {signals_.pollable(), POLLIN, 0},
                                 {-1, 0, 0},
                                 {-1, 0, 0}};
            if (terminal_ != nullptr) {
                terminal_->prepare(entries + 2);
            }
            if (::poll(entries, std::size(entries), -1) < 0 && errno != EINTR) {
                throw_errno("poll", "wait for the program");
            }
            while (const std::optional<Signal> signal = signals_.next()) {
                take(*signal, false);
            }
            if (terminal_ != nullptr) {
                terminal_->forward(entries + 2);
            }
            if (entries[0].revents != 0) {
                break;
            }
        }
        if (terminal_ != nullptr) {
            terminal_->drain();
        }
        return make<Result>(wait_for_end, process_);
    }

  private:
    void take(const Signal &signal, bool early) {
        switch (signal.number) {
        case SIGPIPE:
            break; // a write of ours, which then says so
        case SIGCHLD:
            stop_with_program();
            break;
        case SIGWINCH:
            if (terminal_ != nullptr) {
                terminal_->take_size();
            }
            break;
        case SIGTSTP:
            stop();
            break;
        case SIGINT:
        case SIGQUIT:
            // The terminal sends them to the program as well. With --tty they do not come from there: then
            // the terminal is in raw mode, and the program's own makes signals of the keys.
            if (early || !signal.from_kernel) {
                forward(signal);
            }
            break;
        case SIGCONT:
            if (terminal_ != nullptr) {
                terminal_->resume();
            }
            forward(signal);
            break;
        default:
            forward(signal);
        }
    }

    // Not back to where it came from: a program that ends its process group by "kill 0" reaches us too, and
    // would get an endless echo if it has a handler that does so.
    void forward(const Signal &signal) {
        if (signal.from_kernel || !descends_from(signal.sender, pid_)) {
            call(spaces_process_kill, static_cast<const spaces_process *>(process_), signal.number);
        }
    }

    // Stop as the caller's job, with its terminal as it was; goes on here when continued.
    void stop() {
        if (terminal_ != nullptr) {
            terminal_->pause();
        }
        ::raise(SIGSTOP);
    }

    // A program in a process group of its own (a shell) that stops itself has left the terminal to nobody: as
    // its job control is the caller's, stop too. In our own group the terminal stops both.
    void stop_with_program() {
        siginfo_t info = {};
        if (terminal_ == nullptr &&
            ::waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WNOHANG) == 0 && info.si_pid == pid_ &&
            ::getpgid(pid_) != ::getpgrp()) {
            // SIGTSTP, which does nothing where no shell could continue us.
            ::raise(SIGTSTP);
            call(spaces_process_kill, static_cast<const spaces_process *>(process_), SIGCONT);
        }
    }

    spaces_process *process_;
    int pid_;
    const Signals &signals_;
    Terminal *terminal_;
};

std::unique_ptr<Terminal> connect_terminal(spaces_process *process) {
    int master = -1;
    call(spaces_process_take_fd, process, int{SPACES_TERMINAL}, &master);
    return std::make_unique<Terminal>(Descriptor(master));
}

// Told on the standard error if it cannot be written, but the exit status stays the program's.
void print_note(const char *format, int pid, int status) {
    if (std::printf(format, pid, status) < 0 || std::fflush(stdout) != 0) {
        std::fprintf(stderr, "space: cannot write to the standard output: %s\n", std::strerror(errno));
    }
}

// Told on the standard error too: the program has said nothing of it.
void tell_refusal(const spaces_result *result) {
    if (const char *name = spaces_result_system_call(result); *name != '\0') {
        std::fprintf(stderr, "space: the seccomp filter has refused %s\n", name);
    }
}

// With -v, a line for each thing that this host does not have in full.
void tell_shortfall(const spaces_result *result) {
    const nlohmann::json json = nlohmann::json::parse(text_of(spaces_result_to_json, result));
    for (const auto &line : json.value("degraded", nlohmann::json::array())) {
        std::fprintf(stderr, "space: degraded: %s\n", line.get<std::string>().c_str());
    }
}

Descriptor open_result_file(const Request &request) {
    if (!request.result_file) {
        return Descriptor();
    }
    Descriptor file(::open(request.result_file->c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (file.get() < 0) {
        throw_errno("open", "open " + in_quotes(*request.result_file), *request.result_file);
    }
    return file;
}

void write_result(const Descriptor &file, const spaces_result *result, const std::string &path) {
    const std::string text = text_of(spaces_result_to_json, result) + "\n";
    if (::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        throw_errno("write", "write to " + in_quotes(path), path);
    }
}

std::optional<int> fatal_signal(const Signals &signals) {
    while (const std::optional<Signal> signal = signals.next()) {
        for (const int fatal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM}) {
            if (signal->number == fatal) {
                return fatal;
            }
        }
    }
    return std::nullopt;
}

int status_of(const spaces_result *result) {
    if (std::strcmp(spaces_result_cause(result), "time-limit") == 0) {
        return exit_time_limit;
    }
    return spaces_result_shell_status(result);
}

} // namespace

int run(Request &request) {
    const spaces_spec *const spec = request.spec.get();
    const Descriptor result_file = open_result_file(request);

    const Signals signals(request.terminal);
    Process process;
    try {
        process = make<Process>(spaces_spawn, spec);
    } catch (const Failure &) {
        // Ctrl-C while the program was about to start is no failure of anything.
        if (const std::optional<int> number = fatal_signal(signals)) {
            return 128 + *number;
        }
        throw;
    }
    const int pid = spaces_process_pid(process.get());
    if (request.verbose) {
        print_note("PID of child created by clone() is %d\n\n", pid, 0);
    }

    Result result;
    {
        const std::unique_ptr<Terminal> terminal =
            request.terminal ? connect_terminal(process.get()) : nullptr;
        result = Supervision(process.get(), signals, terminal.get()).wait();
    }
    if (request.verbose) {
        // As Python has it: the exit code, or the signal as a negative number.
        const int signal = spaces_result_signal(result.get());
        print_note("Child returned: pid %d, status %d\n", pid,
                   signal != 0 ? -signal : spaces_result_exit_code(result.get()));
        tell_shortfall(result.get());
    }
    if (request.reports_refusals) {
        tell_refusal(result.get());
    }
    if (request.result_file) {
        write_result(result_file, result.get(), *request.result_file);
    }
    return status_of(result.get());
}

} // namespace cli
