// Start: a process on its way to its program, and what it and the caller tell each other until then.
#include "process/start.hpp"

#include "base/deadline.hpp"
#include "base/sys.hpp"
#include "cgroup/leftovers.hpp"
#include "cgroup/statistics.hpp"
#include "process/failure.hpp"
#include "process/outside.hpp"
#include "process/pid_1.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spaces/spec.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spaces {

namespace {

using plan::RecordKind;

// A channel that is not closed although the stage announced its exec: another thread of this process may have
// forked in between and hold a copy of the stage's end. Whether the exec has happened can be seen as well.
constexpr int exec_check_ms = 20;

// For the same reason the end of a stage that was killed may not end the channel.
constexpr int death_check_ms = 100;

bool has_ended(const Child &child) {
    pollfd entry{child.pidfd.get(), POLLIN, 0};
    return ::poll(&entry, 1, 0) > 0;
}

// How long a start that is given up is waited for, in case that it hangs.
constexpr int abandon_ms = 1000;

// How long the caller sleeps over what needs no answer: several times a usual start.
constexpr int sleep_over_ms = 5;

bool is_still_the_stage(pid_t pid) {
    const Fd file(::open(("/proc/" + std::to_string(pid) + "/cmdline").c_str(), O_RDONLY | O_CLOEXEC));
    char text[12] = {};
    return file.is_open() && ::read(file.get(), text, sizeof text) == static_cast<ssize_t>(sizeof text) &&
           std::equal(std::begin(text), std::end(text), "spaces-init");
}

[[noreturn]] void throw_no_descriptor(const char *step, const char *object, const std::string &what) {
    throw_system(step, "recvmsg", EMFILE, object, "receive " + what,
                 "RLIMIT_NOFILE of the calling process was reached while the program was started");
}

uint64_t own_peak_memory() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<uint64_t>(usage.ru_maxrss) * 1024;
}

} // namespace

Start::Start(const Spec &spec, Target target, LaunchHooks hooks)
    : Start(compile(spec, target, Opening::open), std::move(hooks)) {
    if (plan_.filter) {
        state_ = state_of(spec);
    }
    if (plan_.cgroup) {
        cgroup_ = Cgroup(*plan_.cgroup);
    }
    plan::Header &header = plan_.builder.header();
    if (spec.die_with_parent) {
        Fd self(static_cast<int>(sys("pidfd_open", ::syscall(SYS_pidfd_open, ::getpid(), 0),
                                     {"supervise", "pidfd", "make a pidfd of the calling process"})));
        plan_.descriptors.push_back(out_of_the_way(
            std::move(self), plan_.targets, {"supervise", "pidfd", "move a descriptor out of the way"}));
        header.caller_pidfd = plan_.descriptors.back().get();
        plan_.builder.keep(header.caller_pidfd);
    }
}

Start::Start(CompiledPlan plan, LaunchHooks hooks)
    : plan_(std::move(plan)), hooks_(std::move(hooks)), channel_(Channel::open(plan_.targets, theirs_)) {
    plan::Header &header = plan_.builder.header();
    header.fail_index = hooks_.fail_index;
    header.fail_errno = hooks_.fail_errno;
    header.halt_index = hooks_.halt_index;
    plan_.builder.keep(theirs_.get());
}

void Start::set_child(Child child) {
    child_ = ChildGuard(std::move(child));
    theirs_.reset();
    plan_.descriptors.clear();
}

Start::~Start() {
    if (goes_on_ && (plan_.moves || plan_.supervised) && channel_.is_own()) {
        try {
            end_at_program();
        } catch (...) { // then the process has ended, or the guard ends it
        }
    }
    if (!cgroup_.groups().empty()) {
        child_.end();
        try {
            cgroup_.remove(abandon_ms);
        } catch (...) { // it is a leftover then
        }
    }
}

void Start::enter_cgroup(bool is_in_unified) {
    if (plan_.cgroup && plan_.cgroup->scope) {
        keeper_ = Keeper::start();
        cgroup_.enter_scope(*plan_.cgroup, pid(), keeper_.pid());
        is_in_unified = true;
    }
    cgroup_.add(pid(), is_in_unified);
}

void Start::go(bool is_awaited) {
    if (is_awaited) {
        channel_.send("", 1);
    }
    if (plan_.cgroup) {
        remove_some_leftovers(*plan_.cgroup); // while the new process is at work
    }
    goes_on_ = true;
}

// Where there are two processes, or the first goes on as another one, the second is not known before.
void Start::end_at_program() {
    if (wait(abandon_ms)) {
        Process process(hand_over());
        // A supervisor that was stopped would kill nobody.
        ::syscall(SYS_pidfd_send_signal, process.pidfd(), SIGCONT, nullptr, 0);
        process.kill_all();
        process.wait(abandon_ms);
    }
}

bool Start::is_complete() const {
    return started_ && (moved_ || !plan_.moves);
}

// Whether the new process says something before the program runs that we have to answer or act upon.
bool Start::wants_answers() const {
    const auto &steps = plan_.builder.steps();
    const bool listens = plan_.filter && plan_.filter->listens;
    return plan_.supervised || plan_.moves || hooks_.halt_index >= 0 || listens ||
           std::any_of(steps.begin(), steps.end(),
                       [](const plan::Step &step) { return step.op == plan::Op::await_maps; });
}

// The process that says this may not be known to us yet: one that failed has to be reaped too.
bool Start::waits_for_move(const plan::Record &record) const {
    if (!plan_.moves || moved_) {
        return false;
    }
    const auto &steps = plan_.builder.steps();
    const auto entry = std::find_if(steps.begin(), steps.end(),
                                    [](const plan::Step &step) { return step.op == plan::Op::enter_pid; });
    return record.index > entry - steps.begin();
}

void Start::take_moved(Message message) {
    moved_ = true;
    if (!message.fd.is_open()) {
        ::kill(message.record.pid, SIGKILL);
        ::waitpid(message.record.pid, nullptr, 0);
        throw_no_descriptor("enter_pid", "pidfd", "the pidfd of the new process");
    }
    Child next;
    next.pid = message.record.pid;
    next.pidfd = std::move(message.fd);
    child_.replace(std::move(next));
    if (halted_) {
        tell_of_halt();
    }
}

void Start::take_listener(Message message) {
    if (!message.fd.is_open()) {
        throw_no_descriptor("seccomp", "listener", "the descriptor for the filter's notifications");
    }
    if (plan_.filter->listener_path.empty()) {
        listener_ = std::move(message.fd);
        return;
    }
    const pid_t program = plan_.supervised ? program_of(pid()) : pid();
    send_listener(*plan_.filter, state_, program != 0 ? program : pid(), message.fd);
}

void Start::tell_of_halt() {
    if (hooks_.halted) {
        hooks_.halted(pid());
    }
    channel_.send("", 1);
}

void Start::take(Message message) {
    switch (message.record.kind) {
    case RecordKind::await_maps:
        write_id_maps(pid(), plan_.outside);
        channel_.send("", 1);
        break;
    case RecordKind::moved:
        take_moved(std::move(message));
        break;
    case RecordKind::terminal:
        if (!message.fd.is_open()) {
            throw_no_descriptor("terminal", "pseudoterminal", "our side of the pseudoterminal");
        }
        terminal_ = std::move(message.fd);
        break;
    case RecordKind::listener:
        take_listener(std::move(message));
        break;
    case RecordKind::executing:
        executing_ = true;
        break;
    case RecordKind::started:
        started_ = true;
        break;
    case RecordKind::halted:
        halted_ = true;
        if (!waits_for_move(message.record)) {
            tell_of_halt();
        }
        break;
    case RecordKind::failed:
        failure_ = message.record;
        break;
    case RecordKind::ended:
        break;
    }
}

void Start::send_rest(const char *data, size_t size) const {
    while (size != 0) {
        const size_t sent = channel_.send_some(data, size);
        data += sent;
        size -= sent;
        if (sent == 0) {
            if (has_ended(child_.child())) {
                return;
            }
            channel_.wait_for_room(death_check_ms);
        }
    }
}

bool Start::exec_may_be_done() const {
    return executing_ && (moved_ || !plan_.moves);
}

bool Start::is_decided() const {
    return is_complete() || is_over_ || (failure_ && !waits_for_move(*failure_));
}

// Nothing: not in this time, or the process has gone and has said it all (is_over_).
std::optional<Message> Start::receive(int timeout_ms) {
    std::optional<Message> message = channel_.receive(timeout_ms);
    const bool is_over = !message && (channel_.at_end() || has_ended(child_.child()));
    if (is_over) {
        message = channel_.receive(0); // what it has said last
        is_over_ = !message;
    }
    return message;
}

// False: nothing has happened in this time.
bool Start::take_next(int timeout_ms) {
    std::optional<Message> message = receive(timeout_ms);
    const bool is_past_the_stage = !message && exec_may_be_done() && (is_over_ || !is_still_the_stage(pid()));
    if (is_past_the_stage && !is_over_) {
        message = receive(0); // it may have ended instead, and has said why before
    }
    if (message) {
        take(std::move(*message));
        return true;
    }
    started_ = started_ || is_past_the_stage;
    return started_ || is_over_;
}

bool Start::wait(int timeout_ms) {
    goes_on_ = false; // should something be thrown
    const Deadline deadline(timeout_ms);
    if (!wants_answers()) {
        // To be woken once, by the end of the channel, and not by each record before it.
        channel_.wait_for_end(deadline.left_of(sleep_over_ms));
    }
    while (!is_decided()) {
        const int time = deadline.left_of(exec_may_be_done() ? exec_check_ms : death_check_ms);
        if (!take_next(time) && deadline.is_over()) {
            goes_on_ = true;
            return false;
        }
    }
    if (failure_) {
        throw step_failure(*failure_, plan_.builder.infos());
    }
    if (!is_complete()) {
        throw silent_death(oom_kills_of(cgroup_) != 0);
    }
    goes_on_ = true;
    return true;
}

Started Start::hand_over() {
    Started started;
    for (int stream = 0; stream <= 2; ++stream) {
        started.has_stdio[stream] = plan_.stdio[stream].is_open();
        started.stdio[stream] = std::move(plan_.stdio[stream]);
    }
    started.has_stdio[SPACES_TERMINAL] = terminal_.is_open();
    started.stdio[SPACES_TERMINAL] = std::move(terminal_);
    started.has_stdio[SPACES_SECCOMP] = listener_.is_open();
    started.stdio[SPACES_SECCOMP] = std::move(listener_);
    if (plan_.supervised) {
        started.supervisor = std::move(channel_);
        started.init = plan_.init;
    } else {
        started.inherited_peak = own_peak_memory();
    }
    started.is_pid_1 = plan_.is_pid_1;
    started.cgroup = std::move(cgroup_);
    started.keeper = std::move(keeper_);
    started.degraded = plan_.degraded;
    if (plan_.cgroup) {
        started.degraded.insert(started.degraded.end(), plan_.cgroup->degraded.begin(),
                                plan_.cgroup->degraded.end());
    }
    started.child = child_.release();
    return started;
}

} // namespace spaces
