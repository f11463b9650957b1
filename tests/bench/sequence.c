/* The shortest honest sequence of system calls for a container, as a careful C programmer writes it who needs
   just this one: a clone as vfork(2) makes it, which shares the caller's memory until the exec and so is
   quick in a caller of any size, and tells by its return that the program runs. The program starts as from
   libspaces: as root inside, with default signals and nothing open but its standard streams.

   The parent sleeps until then, so the child writes its own id maps. Everybody may do that for one id, if
   setgroups(2) is given up first: a write more than libspaces makes for root. The other way, a clone that
   does not stop the parent, which writes the maps and then some byte to a pipe, takes as long here, within
   the noise, and needs a second pipe to learn whether the exec has succeeded. */
#define _GNU_SOURCE
#include "sequence.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum {
    namespaces = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC |
                 CLONE_NEWCGROUP
};

struct order {
    const char *program;
    const sigset_t *signal_mask;
    char uid_map[32];
    char gid_map[32];
    int with_mounts;
    int failed; /* written by the child: the memory is shared */
};

static int write_file(const char *path, const char *text) {
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    const size_t length = strlen(text);
    ssize_t written;
    if (fd < 0) {
        return -1;
    }
    written = write(fd, text, length);
    close(fd);
    return written == (ssize_t)length ? 0 : -1;
}

/* An ignored signal would stay ignored, which posix_spawn(3) and libspaces see to as well. */
static void default_signals(void) {
    struct sigaction action;
    int number;
    memset(&action, 0, sizeof action);
    action.sa_handler = SIG_DFL;
    for (number = 1; number < NSIG; ++number) {
        sigaction(number, &action, NULL);
    }
}

static const char *const devices[] = {"/dev/null",   "/dev/zero",    "/dev/full",
                                      "/dev/random", "/dev/urandom", "/dev/tty"};
enum { device_count = sizeof devices / sizeof *devices };

static const char *const links[][2] = {{"pts/ptmx", "/dev/ptmx"},
                                       {"/proc/self/fd", "/dev/fd"},
                                       {"/proc/self/fd/0", "/dev/stdin"},
                                       {"/proc/self/fd/1", "/dev/stdout"},
                                       {"/proc/self/fd/2", "/dev/stderr"}};

static int bind_device(int tree, const char *path) {
    struct mount_attr attr;
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    memset(&attr, 0, sizeof attr);
    attr.attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
    if (file < 0 || mount_setattr(tree, "", AT_EMPTY_PATH, &attr, sizeof attr) != 0 ||
        move_mount(tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) != 0) {
        return -1;
    }
    close(file);
    return 0;
}

static int make_dev(void) {
    int trees[device_count];
    size_t i;
    for (i = 0; i < device_count; ++i) {
        trees[i] = open_tree(AT_FDCWD, devices[i], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
        if (trees[i] < 0) {
            return -1;
        }
    }
    if (mount("tmpfs", "/dev", "tmpfs", MS_NOSUID | MS_STRICTATIME, "mode=755,size=65536k") != 0) {
        return -1;
    }
    for (i = 0; i < device_count; ++i) {
        if (bind_device(trees[i], devices[i]) != 0) {
            return -1;
        }
    }
    if (mkdir("/dev/pts", 0755) != 0 || mkdir("/dev/shm", 0755) != 0 || mkdir("/dev/mqueue", 0755) != 0 ||
        mount("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=0620") !=
            0 ||
        mount("tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777,size=65536k") != 0 ||
        mount("mqueue", "/dev/mqueue", "mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) {
        return -1;
    }
    for (i = 0; i < sizeof links / sizeof *links; ++i) {
        if (symlink(links[i][0], links[i][1]) != 0) {
            return -1;
        }
    }
    return 0;
}

static int make_mounts(void) {
    const int flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    return make_dev() == 0 && mount("sysfs", "/sys", "sysfs", flags | MS_RDONLY, NULL) == 0 &&
                   mount("tmpfs", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777") == 0
               ? 0
               : -1;
}

static int child(void *argument) {
    struct order *order = argument;
    char *argv[2];
    argv[0] = (char *)order->program;
    argv[1] = NULL;
    if (write_file("/proc/self/setgroups", "deny") == 0 &&
        write_file("/proc/self/gid_map", order->gid_map) == 0 &&
        write_file("/proc/self/uid_map", order->uid_map) == 0 &&
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0 &&
        (!order->with_mounts || make_mounts() == 0)) {
        default_signals();
        sigprocmask(SIG_SETMASK, order->signal_mask, NULL);
        close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
        execve(order->program, argv, environ);
    }
    order->failed = 1;
    _exit(127);
}

static int wait_for(int pidfd) {
    siginfo_t info;
    const int result = waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED);
    close(pidfd);
    return result == 0 && info.si_code == CLD_EXITED ? info.si_status : -1;
}

static int run(const char *program, int with_mounts) {
    _Alignas(16) char stack[16384];
    struct order order;
    sigset_t all, before;
    int pidfd = -1;
    int pid;
    int status;

    order.program = program;
    order.signal_mask = &before;
    order.with_mounts = with_mounts;
    order.failed = 0;
    snprintf(order.uid_map, sizeof order.uid_map, "0 %u 1", (unsigned)geteuid());
    snprintf(order.gid_map, sizeof order.gid_map, "0 %u 1", (unsigned)getegid());

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid = clone(child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | namespaces | SIGCHLD,
                &order, &pidfd);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (pid < 0) {
        return -1;
    }
    status = wait_for(pidfd);
    return order.failed ? -1 : status;
}

int sequence_run(const char *program) {
    return run(program, 0);
}

int sequence_run_with_mounts(const char *program) {
    return run(program, 1);
}

int sequence_spawn(const char *program) {
    char *argv[2];
    pid_t pid;
    int status;
    argv[0] = (char *)program;
    argv[1] = NULL;
    if (posix_spawn(&pid, program, NULL, NULL, argv, environ) != 0 || waitpid(pid, &status, 0) != pid) {
        return -1;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
