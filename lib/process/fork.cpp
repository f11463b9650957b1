// begin_fork(): a function, in a fork of this process.
//
// libc's fork() comes first, so that malloc, stdio and the runtimes above are consistent in the new process,
// and its one thread may do what no child of a raw clone may. It then runs the Plan itself. Where an init or
// supervisor is wanted, the process that has the namespaces makes another one for the function and becomes
// the stage, which holds no copy of this process' memory.
//
// A runtime with a fork of its own (Ruby's) has that called instead, in processes that it has made itself
// only: they must be what getpid(2) told it. So nobody becomes the caller's child on the way, and who makes a
// child stays to wait for it.
#include "process/fork.hpp"
#include "base/sys.hpp"
#include "process/hint.hpp"
#include "process/outside.hpp"
#include "process/signals.hpp"
#include "process/stage_image.hpp"
#include "process/start.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spaces {

namespace {

Fd open_stage_for_fork() {
    Fd memfd = open_stage_memfd();
    if (memfd.is_open()) {
        return memfd;
    }
    const std::string path = installed_stage();
    return Fd(sys("open", ::open(path.c_str(), O_PATH | O_CLOEXEC),
                  {"stage", path, "open the stage " + quoted(path)}));
}

// Where libc keeps the thread id that a raw clone has to renew.
int *tid_address() {
    int *address = nullptr;
    return ::prctl(PR_GET_TID_ADDRESS, &address) == 0 ? address : nullptr;
}

[[noreturn]] void call_main(stage::Context &context) {
    const Fork &order = fork_of(context);
    // Before the caller knows of us, and could send one that PID 1 loses if it was blocked.
    ::pthread_sigmask(SIG_SETMASK, order.signal_mask, nullptr);
    plan::Record record{};
    record.kind = plan::RecordKind::started;
    stage::send(context, record);
    ::close(context.control);
    stage::close_kept(context);
    if (order.stage_fd >= 0) {
        ::close(order.stage_fd);
    }
    ::_exit(order.callable.main(order.callable.userdata) & 0xff);
}

[[noreturn]] void run_in_fork(std::vector<char> &buffer, int control, Fork &order, bool init) {
    const bool by_caller = order.callable.fork != nullptr;
    stage::Context context;
    context.base = buffer.data();
    context.control = control;
    context.tid_address = tid_address();
    context.enter_pid = by_caller ? fork_and_stand_by : init ? enter_pid_as_init : enter_pid_as_program;
    context.supervise = fork_and_supervise;
    context.call = call_main;
    context.user = &order;
    if (stage::receive_byte(context)) { // what is done from outside is done
        context.callers_umask = ::umask(0);
        stage::run_plan(context);
    }
    ::_exit(1);
}

// A pidfd that is no standard stream. Without one the child cannot be guarded, and is ended here.
Child checked_child(pid_t pid) {
    Child child{pid, Fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)))};
    if (child.pidfd.is_open() && child.pidfd.get() < 3) {
        child.pidfd = Fd(::fcntl(child.pidfd.get(), F_DUPFD_CLOEXEC, 3));
    }
    if (!child.pidfd.is_open()) {
        const int error = errno;
        ::kill(pid, SIGKILL);
        ::waitpid(pid, nullptr, 0);
        throw_system("fork", "pidfd_open", error, "process " + std::to_string(pid),
                     "make a pidfd of the new process",
                     error == EMFILE ? "RLIMIT_NOFILE of the calling process is reached" : "");
    }
    return child;
}

} // namespace

std::unique_ptr<Start> begin_fork(const Spec &spec, const Callable &callable, LaunchHooks hooks) {
    const Target target = callable.fork != nullptr ? Target::callable_by_callers_fork : Target::callable;
    auto start = std::make_unique<Start>(spec, target, std::move(hooks));
    CompiledPlan &plan = start->plan();
    const Fd stage = plan.supervised ? open_stage_for_fork() : Fd();
    std::vector<char> buffer = plan.builder.finish();

    pid_t pid = -1;
    {
        const SignalMask blocked;
        Fork order{};
        order.callable = callable;
        order.signal_mask = &blocked.saved();
        order.stage_fd = stage.get();
        pid = fork_by(callable);
        if (pid == 0) {
            ::close(start->channel().get());
            start->cgroup().close();
            for (Fd &ours : plan.stdio) {
                ours.reset();
            }
            run_in_fork(buffer, start->theirs(), order, plan.init);
        }
        if (pid < 0) {
            throw_system("fork", "fork", errno, "", "make a process", hint_for_process(errno));
        }
    }
    start->set_child(checked_child(pid));

    start->enter_cgroup(false);
    set_from_outside(pid, plan.outside);
    start->go(true);
    return start;
}

} // namespace spaces
