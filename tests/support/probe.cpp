// probe: the program of the tests. It says in plain lines what it sees of itself, without libspaces or /proc.
//
// probe args|env|cwd|ids|umask|names|nnp|session|tty|fds|signals|dumpable|pid|clocks|limit N|caps
// probe cat PATH | link PATH | make PATH | mkdir PATH | label PATH
// probe call NUMBER [ARGUMENT...] | call32 NUMBER | call-by-init NUMBER
// probe exit N | raise N | touch MEGABYTES | burn MILLISECONDS
// probe wait | stubborn | report-signal | orphan | orphans N | core
#include "support/probe_calls.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <unistd.h>

namespace {

int number_of(const char *text) {
    return std::atoi(text);
}

// Tells the test that the program has come this far: it may be signalled now.
void ready() {
    std::puts("ready");
    std::fflush(stdout);
}

int args(int argc, char **argv) {
    for (int i = 0; i < argc; ++i) {
        std::puts(argv[i]);
    }
    return 0;
}

int env() {
    for (char **variable = environ; *variable != nullptr; ++variable) {
        std::puts(*variable);
    }
    return 0;
}

int cwd() {
    char path[4096];
    if (::getcwd(path, sizeof path) == nullptr) {
        std::printf("getcwd: %s\n", std::strerror(errno));
        return 1;
    }
    std::puts(path);
    return 0;
}

int ids() {
    uid_t ruid, euid, suid;
    gid_t rgid, egid, sgid;
    ::getresuid(&ruid, &euid, &suid);
    ::getresgid(&rgid, &egid, &sgid);
    std::printf("uid %u %u %u gid %u %u %u groups", ruid, euid, suid, rgid, egid, sgid);
    gid_t groups[256];
    const int count = ::getgroups(256, groups);
    for (int i = 0; i < count; ++i) {
        std::printf(" %u", groups[i]);
    }
    std::puts("");
    return 0;
}

int names() {
    utsname name;
    ::uname(&name);
    std::printf("%s %s\n", name.nodename, name.domainname);
    return 0;
}

int session() {
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
    std::printf("leader %d group %d terminal %d\n", ::getsid(0) == ::getpid(), ::getpgrp() == ::getpid(),
                terminal >= 0);
    return 0;
}

int tty() {
    winsize size{};
    ::ioctl(0, TIOCGWINSZ, &size);
    std::printf("terminals %d %d %d session %d foreground %d rows %d columns %d\n", ::isatty(0), ::isatty(1),
                ::isatty(2), ::tcgetsid(0) == ::getsid(0), ::tcgetpgrp(0) == ::getpgrp(), size.ws_row,
                size.ws_col);
    return 0;
}

const char *kind_of(mode_t mode) {
    switch (mode & S_IFMT) {
    case S_IFREG:
        return "file";
    case S_IFDIR:
        return "directory";
    case S_IFCHR:
        return "device";
    case S_IFIFO:
        return "pipe";
    case S_IFSOCK:
        return "socket";
    default:
        return "other";
    }
}

int fds() {
    for (int fd = 0; fd < 4096; ++fd) {
        struct stat status;
        if (::fstat(fd, &status) == 0) {
            std::printf("%d %s %s\n", fd, kind_of(status.st_mode),
                        (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0 ? "cloexec" : "open");
        }
    }
    return 0;
}

// The signals that are not as a new program has them.
int signals() {
    sigset_t mask;
    ::sigprocmask(SIG_SETMASK, nullptr, &mask);
    for (int signal = 1; signal <= 64; ++signal) {
        struct sigaction action;
        if (::sigaction(signal, nullptr, &action) != 0) {
            continue;
        }
        if (action.sa_handler == SIG_IGN) {
            std::printf("ignored %d\n", signal);
        }
        if (::sigismember(&mask, signal) == 1) {
            std::printf("blocked %d\n", signal);
        }
    }
    return 0;
}

int clocks() {
    timespec monotonic, boottime;
    ::clock_gettime(CLOCK_MONOTONIC, &monotonic);
    ::clock_gettime(CLOCK_BOOTTIME, &boottime);
    std::printf("%ld %ld\n", static_cast<long>(monotonic.tv_sec), static_cast<long>(boottime.tv_sec));
    return 0;
}

int limit(int resource) {
    rlimit64 value;
    if (::prlimit64(0, static_cast<__rlimit_resource>(resource), nullptr, &value) != 0) {
        return 1;
    }
    std::printf("%llu %llu\n", static_cast<unsigned long long>(value.rlim_cur),
                static_cast<unsigned long long>(value.rlim_max));
    return 0;
}

int caps() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct sets[2];
    ::syscall(SYS_capget, &header, sets);
    std::printf("effective %08x%08x\n", sets[1].effective, sets[0].effective);
    return 0;
}

int die_of(int signal) {
    ::signal(signal, SIG_DFL);
    ::raise(signal);
    return 99;
}

int touch(int megabytes) {
    const size_t size = static_cast<size_t>(megabytes) << 20;
    volatile char *memory = static_cast<volatile char *>(std::malloc(size));
    for (size_t i = 0; i < size; i += 4096) {
        memory[i] = 1;
    }
    return 0;
}

int burn(int milliseconds) {
    timespec used;
    do {
        ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    } while (used.tv_sec * 1000 + used.tv_nsec / 1'000'000 < milliseconds);
    return 0;
}

int wait_for_ever() {
    ready();
    for (;;) {
        ::pause();
    }
}

int stubborn() {
    ::signal(SIGTERM, SIG_IGN);
    return wait_for_ever();
}

// Blocks what it then waits for, so that nothing can be missed: prints the first signal and ends with its
// number.
int report_signal() {
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, nullptr);
    ready();
    int signal = 0;
    ::sigwait(&all, &signal);
    std::printf("got %d\n", signal);
    return signal;
}

// A grandchild whose parent has ended: says who its parent is now, before this program ends.
int orphan() {
    int go[2];
    int done[2];
    if (::pipe(go) != 0 || ::pipe(done) != 0) {
        return 1;
    }
    char byte;
    const pid_t middle = ::fork();
    if (middle == 0) {
        if (::fork() == 0) {
            ::close(go[1]);
            (void)!::read(go[0], &byte, 1); // ends when the program has seen the child between them end
            std::printf("parent %d\n", ::getppid());
            std::fflush(stdout);
        }
        ::_exit(0);
    }
    ::waitpid(middle, nullptr, 0);
    ::close(go[1]);
    ::close(done[1]);
    (void)!::read(done[0], &byte, 1);
    return 0;
}

// Leaves `count` orphans that end at once, then looks until none of them is left as a zombie. No descriptor
// tells before Linux 6.9 that a process has been reaped, hence the looking.
int orphans(int count) {
    for (int i = 0; i < count; ++i) {
        const pid_t middle = ::fork();
        if (middle == 0) {
            ::fork();
            ::_exit(0);
        }
        ::waitpid(middle, nullptr, 0);
    }
    const timespec moment{0, 1'000'000};
    for (int round = 0; round < 20'000; ++round) {
        int left = 0;
        // Pids 1 and 2 are the init and this program.
        for (pid_t pid = 3; pid < 3 + 2 * count; ++pid) {
            left += ::kill(pid, 0) == 0 ? 1 : 0;
        }
        if (left == 0) {
            std::puts("none left");
            return 0;
        }
        ::nanosleep(&moment, nullptr);
    }
    std::puts("zombies left");
    return 1;
}

int cat(const char *path) {
    const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
    char buffer[4096];
    ssize_t got = 0;
    while (fd >= 0 && (got = ::read(fd, buffer, sizeof buffer)) > 0) {
        std::fwrite(buffer, 1, static_cast<size_t>(got), stdout);
    }
    if (fd < 0 || got < 0) {
        std::printf("%s: %s\n", path, std::strerror(errno));
        return 1;
    }
    return 0;
}

// SELinux's.
int label_of(const char *path) {
    char label[256] = {};
    const bool has_one = ::getxattr(path, "security.selinux", label, sizeof label - 1) > 0;
    std::printf("%s\n", has_one ? label : std::strerror(errno));
    return has_one ? 0 : 1;
}

int link_of(const char *path) {
    char target[4096];
    const ssize_t size = ::readlink(path, target, sizeof target);
    std::printf("%.*s\n", static_cast<int>(size > 0 ? size : 0), target);
    return size > 0 ? 0 : 1;
}

// Makes a file: says "made" or why not.
int make(const char *path) {
    const int fd = ::open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    std::puts(fd >= 0 ? "made" : std::strerror(errno));
    return 0;
}

// Makes a directory: says "made" or why not.
int make_directory(const char *path) {
    std::puts(::syscall(SYS_mkdirat, AT_FDCWD, path, 0777) == 0 ? "made" : std::strerror(errno));
    return 0;
}

int dump_core() {
    const rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_CORE, &limit);
    std::abort();
}

} // namespace

int main(int argc, char **argv) {
    const char *verb = argc > 1 ? argv[1] : "args";
    const int value = argc > 2 ? number_of(argv[2]) : 0;
    const char *const path = argc > 2 ? argv[2] : "";
    const auto is = [verb](const char *name) { return std::strcmp(verb, name) == 0; };
    if (is("args"))
        return args(argc, argv);
    if (is("env"))
        return env();
    if (is("cwd"))
        return cwd();
    if (is("ids"))
        return ids();
    if (is("umask"))
        return std::printf("%04o\n", ::umask(0)) < 0;
    if (is("names"))
        return names();
    if (is("nnp"))
        return std::printf("%d\n", ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)) < 0;
    if (is("session"))
        return session();
    if (is("tty"))
        return tty();
    if (is("fds"))
        return fds();
    if (is("signals"))
        return signals();
    if (is("dumpable"))
        return std::printf("%d\n", ::prctl(PR_GET_DUMPABLE)) < 0;
    if (is("pid"))
        return std::printf("%d %d\n", ::getpid(), ::getppid()) < 0;
    if (is("clocks"))
        return clocks();
    if (is("limit"))
        return limit(value);
    if (is("caps"))
        return caps();
    if (is("cat"))
        return cat(path);
    if (is("link"))
        return link_of(path);
    if (is("label"))
        return label_of(path);
    if (is("make"))
        return make(path);
    if (is("mkdir"))
        return make_directory(path);
    if (is("call"))
        return call(number_of(argv[2]), argc - 3, argv + 3);
    if (is("call32"))
        return call32(value);
    if (is("call-by-init"))
        return call_by_init(value);
    if (is("exit"))
        return value;
    if (is("raise"))
        return die_of(value);
    if (is("touch"))
        return touch(value);
    if (is("burn"))
        return burn(value);
    if (is("wait"))
        return wait_for_ever();
    if (is("stubborn"))
        return stubborn();
    if (is("report-signal"))
        return report_signal();
    if (is("orphan"))
        return orphan();
    if (is("orphans"))
        return orphans(value);
    if (is("core"))
        return dump_core();
    std::fprintf(stderr, "probe: what is %s?\n", verb);
    return 64;
}
