// The life of an init or supervisor: pass signals on, reap, keep the time limit, tell how the program ended.
#include "stage/context.hpp"

#include <linux/fcntl.h>
#include <linux/ioctl.h>
#include <linux/poll.h>
#include <linux/resource.h>
#include <linux/seccomp.h>
#include <linux/signal.h>
#include <linux/signalfd.h>
#include <linux/time.h>
#include <linux/wait.h>

namespace spaces::stage {

namespace {

using plan::Call;
using plan::Cause;
using plan::Record;
using plan::RecordKind;

constexpr long every_process = -1;

struct PollEntry {
    int fd;
    short events;
    short revents;
};

uint64_t now_ms() {
    long time[2] = {0, 0};
    sys(__NR_clock_gettime, static_cast<long>(CLOCK_MONOTONIC), time);
    return static_cast<uint64_t>(time[0]) * 1000 + static_cast<uint64_t>(time[1]) / 1000000;
}

uint64_t microseconds(const __kernel_old_timeval &time) {
    return static_cast<uint64_t>(time.tv_sec) * 1000000 + static_cast<uint64_t>(time.tv_usec);
}

class Supervisor {
  public:
    explicit Supervisor(const Supervision &supervision)
        : control_(supervision.control), program_(supervision.program),
          caller_pidfd_(supervision.caller_pidfd), signals_(supervision.signals),
          listener_(supervision.listener), grace_ms_(supervision.time_limit_grace_ms),
          is_init_(sys(__NR_getpid) == 1) {
        if (supervision.time_limit_ms != 0) {
            deadline_ms_ = now_ms() + supervision.time_limit_ms;
        }
    }

    [[noreturn]] void run() {
        if (signals_ < 0) {
            give_up();
        }
        reap(); // what ended before the signals were watched
        for (;;) {
            PollEntry entries[4] = {{signals_, POLLIN, 0},
                                    {control_, POLLIN, 0},
                                    {caller_pidfd_, POLLIN, 0},
                                    {listener_, POLLIN, 0}};
            wait(entries);
            if (entries[3].revents != 0) { // first: who is ended for a call is not ended before that is known
                take_refusal((entries[3].revents & POLLIN) != 0);
            }
            if (entries[0].revents != 0) {
                take_signals();
            }
            if (entries[1].revents != 0) {
                take_command();
            }
            if (entries[2].revents != 0) {
                caller_pidfd_ = -1;
                kill_everything();
            }
            if (deadline_ms_ != 0 && now_ms() >= deadline_ms_) {
                enforce_time_limit();
            }
        }
    }

  private:
    void wait(PollEntry (&entries)[4]) {
        long timeout[2] = {0, 0};
        const bool limited = deadline_ms_ != 0;
        if (limited) {
            const uint64_t now = now_ms();
            const uint64_t left = deadline_ms_ > now ? deadline_ms_ - now : 0;
            timeout[0] = static_cast<long>(left / 1000);
            timeout[1] = static_cast<long>(left % 1000 * 1000000);
        }
        const long ready = sys(__NR_ppoll, entries, 4L, limited ? timeout : nullptr, 0L, 0L);
        if (ready < 0 && ready != -EINTR) {
            give_up();
        }
        if (ready <= 0) {
            for (PollEntry &entry : entries) {
                entry.revents = 0;
            }
        }
    }

    void take_signals() {
        signalfd_siginfo info;
        while (sys(__NR_read, signals_, &info, sizeof info) == static_cast<long>(sizeof info)) {
            if (info.ssi_signo == SIGCHLD) {
                reap();
            } else if (info.ssi_code <= 0) {
                // Sent by a process. What the kernel sends (code > 0) comes from the terminal, which sends it
                // to the program, in the same process group, as well.
                sys(__NR_kill, program_, info.ssi_signo);
            }
        }
    }

    void take_command() {
        plan::Command command;
        const long got = sys(__NR_read, control_, &command, sizeof command);
        if (got == static_cast<long>(sizeof command)) {
            sys(__NR_kill, program_, command.signal);
        } else if (got == 0) {
            sys(__NR_close, control_); // the caller has forgotten us, which is no reason to end
            control_ = -1;
        }
    }

    // A process under the filter has made a call that ends it. It waits for our answer, which is that end.
    void take_refusal(bool is_notified) {
        if (!is_notified) { // nobody has the filter any more
            sys(__NR_close, listener_);
            listener_ = -1;
            return;
        }
        union {
            seccomp_notif notification;
            char room[256]; // newer kernels may say more
        } received = {};
        for (char &byte : received.room) {
            byte = 0;
        }
        const seccomp_notif &refused = received.notification;
        if (sys(__NR_ioctl, listener_, SECCOMP_IOCTL_NOTIF_RECV, &received) < 0 ||
            sys(__NR_ioctl, listener_, SECCOMP_IOCTL_NOTIF_ID_VALID, &refused.id) < 0) {
            return; // it has ended meanwhile
        }
        if (architecture_ == 0 || !is_of_program_) { // of several, the program's own
            architecture_ = refused.data.arch;
            system_call_ = refused.data.nr;
        }
        constexpr long no_signal = 0;
        is_of_program_ =
            is_of_program_ || sys(__NR_tgkill, program_, static_cast<long>(refused.pid), no_signal) == 0;
        if (refused.pid == 0 || sys(__NR_kill, static_cast<long>(refused.pid), SIGKILL) < 0) {
            kill_everything(); // one that we cannot name, or may not signal: none goes on
        }
    }

    void reap() {
        for (;;) {
            int status = 0;
            struct rusage usage {};
            const long pid = sys(__NR_wait4, -1, &status, WNOHANG, &usage);
            if (pid == program_) {
                finish(status, usage);
            }
            if (pid <= 0) {
                return;
            }
        }
    }

    [[noreturn]] void finish(int status, const struct rusage &usage) {
        Record record{};
        record.kind = RecordKind::ended;
        constexpr int killed = SIGKILL;
        record.cause = is_of_program_ && (status & 0x7f) == killed ? Cause::refused_call : cause_;
        record.architecture = architecture_;
        record.system_call = system_call_;
        record.status = status;
        record.user_time_us = microseconds(usage.ru_utime);
        record.system_time_us = microseconds(usage.ru_stime);
        record.peak_memory = static_cast<uint64_t>(usage.ru_maxrss) * 1024;
        if (control_ >= 0) {
            Context context;
            context.control = control_;
            send(context, record);
        }
        const int signal = status & 0x7f;
        exit_process(signal != 0 ? 128 + signal : (status >> 8) & 0xff);
    }

    // A program that nobody can watch over does not run.
    [[noreturn]] void give_up() {
        int status = 0;
        struct rusage usage {};
        kill_everything();
        while (sys(__NR_wait4, program_, &status, 0L, &usage) == -EINTR) {
        }
        finish(status, usage);
    }

    void kill_everything() {
        if (is_init_) {
            // All but ourselves. Where we may not signal them, our own end is theirs as well.
            if (sys(__NR_kill, every_process, SIGKILL) < 0) {
                finish(SIGKILL, {});
            }
        } else {
            sys(__NR_kill, program_, SIGKILL);
        }
    }

    void enforce_time_limit() {
        if (cause_ == Cause::itself) {
            cause_ = Cause::time_limit;
            deadline_ms_ = now_ms() + grace_ms_;
            sys(__NR_kill, program_, SIGTERM);
        } else {
            deadline_ms_ = 0;
            kill_everything();
        }
    }

    int control_;
    int program_;
    int caller_pidfd_;
    int signals_;
    int listener_;
    uint32_t architecture_ = 0; // of the refused call
    int system_call_ = 0;
    bool is_of_program_ = false;
    uint64_t grace_ms_;
    uint64_t deadline_ms_ = 0;
    Cause cause_ = Cause::itself;
    bool is_init_;
};

} // namespace

Outcome open_signals(int &fd) {
    const uint64_t all_signals = ~uint64_t{0};
    const long opened = sys(__NR_signalfd4, -1, &all_signals, sizeof all_signals, SFD_CLOEXEC | SFD_NONBLOCK);
    fd = static_cast<int>(opened);
    return check(Call::signalfd4, opened);
}

void supervise(const Supervision &supervision) {
    Supervisor(supervision).run();
}

} // namespace spaces::stage
