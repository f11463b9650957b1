// The cures: what an administrator or programmer can do about a failure.
#include "process/hint.hpp"

#include "base/error.hpp"
#include "base/fd.hpp"
#include "host/user_namespace.hpp"
#include "spec/namespaces.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <spaces/spec.h>
#include <string_view>
#include <unistd.h>

namespace spaces {

namespace {

using plan::Note;

// A number of /proc/sys, or -1 where this kernel has none.
long sysctl(const char *name) {
    const std::string path = std::string("/proc/sys/") + name;
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 32> text{};
    if (!file.is_open() || ::read(file.get(), text.data(), text.size() - 1) <= 0) {
        return -1;
    }
    return std::strtol(text.data(), nullptr, 10);
}

std::string refused_user_namespaces() {
    const Advice advice = user_namespace_refused();
    return advice.reason + ": " + advice.hint;
}

struct StepHint {
    std::string_view step;
    int error;
    std::string_view hint;
};

constexpr std::array step_hints{
    StepHint{"setgroups", EPERM,
             "it needs CAP_SETGID; in a user namespace whose gid map an unprivileged user wrote it is denied "
             "for good: "
             "map a range of /etc/subgid (\"auto\") to allow it"},
    StepHint{"setresuid", EINVAL, "that user is not mapped in the user namespace: see the uid map"},
    StepHint{"setresgid", EINVAL, "that group is not mapped in the user namespace: see the gid map"},
    StepHint{"setresuid", EPERM, "another user needs CAP_SETUID, or a new user namespace"},
    StepHint{"setresgid", EPERM, "another group needs CAP_SETGID, or a new user namespace"},
    StepHint{"setpgid", EPERM, "the program's session has no such process group; 0 makes one of its own"},
    StepHint{"setrlimit", EPERM, "raising a hard limit needs CAP_SYS_RESOURCE in the initial user namespace"},
    StepHint{"setns", EPERM,
             "joining needs CAP_SYS_ADMIN in the user namespace that owns the target; join that one as well"},
    StepHint{"setns", EINVAL,
             "a user namespace cannot be joined twice or by a process of several threads, nor can an "
             "ancestor's pid "
             "namespace"},
    StepHint{"propagation", EINVAL,
             "the caller lives in a chroot, where \"/\" is no mount of its own: ask for the propagation "
             "\"unchanged\" and no root directory, or for a root directory by chroot and no mount "
             "namespace"},
    StepHint{"pivot_root", EINVAL, "where \"/\" is the initramfs, pivot_root cannot be used: ask for chroot"},
    StepHint{"mount", ENODEV, "this kernel does not have that file system, or its module is not loaded"},
    StepHint{"chdir", ENOENT, "the working directory is looked for inside the program's root directory"},
    StepHint{"chdir", EACCES, "the program's user may not enter it"},
    StepHint{"exec", ENOEXEC, "it is neither a program of this architecture nor a script with a \"#!\" line"},
    StepHint{"exec", EACCES,
             "it is a directory, or not executable for the program's user, or its file system is mounted "
             "noexec"},
    StepHint{"exec", ETXTBSY, "some process has the file open for writing"},
    // execve(2), "Limits on size of arguments and environment"
    StepHint{
        "exec", E2BIG,
        "one argument or variable is longer than the kernel takes (128 KiB), or all of them together are "
        "larger than a quarter of RLIMIT_STACK, or than 6 MiB"},
    StepHint{"exec", EAGAIN, "the program's user has reached RLIMIT_NPROC"},
    StepHint{"terminal", ENOENT,
             "there is no /dev/ptmx inside the root directory: ask for the default mounts, or mount devpts"},
    StepHint{"dup", EBADF, "its number must be below the calling process' RLIMIT_NOFILE"},
    StepHint{"root", ENOENT, "the root directory is looked for in the caller's file system"},
    StepHint{"time_offset", ERANGE, "the clock would become negative, or run past its range"},
};

// A limit of 0 is how namespaces of a kind are switched off.
std::string exhausted_namespaces(uint32_t namespaces) {
    for (const NamespaceType &type : namespace_types) {
        const std::string name = "max_" + std::string(type.file) + "_namespaces";
        if ((namespaces & type.bit) != 0 && sysctl(("user/" + name).c_str()) == 0) {
            return "user." + name +
                   " is 0: an administrator can allow them by a higher number, see sysctl(8)";
        }
    }
    return "a limit of user.max_*_namespaces is reached: see /proc/sys/user";
}

// "user, mount" as bits. No name is part of another one.
uint32_t namespaces_in(std::string_view names) {
    uint32_t bits = 0;
    for (const NamespaceType &type : namespace_types) {
        bits |= names.find(type.name) != std::string_view::npos ? type.bit : 0;
    }
    return bits;
}

} // namespace

std::string hint_for_process(int error_number) {
    return std::string(error_number == EAGAIN
                           ? "the user's RLIMIT_NPROC, or the pids.max of a control group, is reached"
                           : usual_hint(error_number));
}

std::string hint_for_namespaces(int error_number, uint32_t namespaces) {
    const bool with_user = (namespaces & SPACES_NAMESPACE_USER) != 0;
    switch (error_number) {
    case EPERM:
    case EACCES:
        return with_user
                   ? refused_user_namespaces()
                   : "new namespaces need CAP_SYS_ADMIN; an ordinary user gets it in a new user namespace";
    case ENOSPC:
    case EUSERS:
        return exhausted_namespaces(namespaces);
    case EINVAL:
        return "this kernel lacks one of these namespaces: see `space features`";
    default:
        return hint_for_process(error_number);
    }
}

std::string hint_for_step(const StepInfo &info, const plan::Record &record) {
    if (record.note == Note::interpreter_missing) {
        return "what a program needs to run (its loader, libraries, interpreter) must be inside its root "
               "directory";
    }
    if (record.note == Note::target_missing) {
        return "mount targets are made only inside a root directory of the program's own";
    }
    if (record.note == Note::symlink_refused) {
        return "without openat2(2) (refused here) links inside a root directory are not followed";
    }
    if (record.note == Note::attributes_locked) {
        return "a user namespace cannot take from a mount what it came with from outside: leave out \"rw\", "
               "\"suid\" and other options that would, or change the mount there";
    }
    if (record.call == plan::Call::mkdirat || record.call == plan::Call::mknodat) {
        return "the mount target is missing, and could not be made: make it beforehand";
    }
    if (record.call == plan::Call::open_tree && record.error == EINVAL) {
        return "in a new user namespace a mount is bound with all that is mounted below it or not at all: "
               "\"rbind\"";
    }
    if (record.call == plan::Call::move_mount && record.error == EINVAL) {
        return "a directory can be mounted on a directory only, and a file on a file only";
    }
    if (info.step == "exec" && record.error == ENOENT && info.object.find('/') == std::string::npos) {
        return "no directory of the PATH in the program's environment has it, inside its root directory";
    }
    if (info.step == "unshare" && record.error == EINVAL) {
        return "this kernel lacks one of these namespaces (see `space features`), or a fork handler of the "
               "calling process has started a thread: only a process of one thread may change its user "
               "namespace";
    }
    if (info.step == "unshare") {
        return hint_for_namespaces(record.error, namespaces_in(info.object));
    }
    if (record.call == plan::Call::clone) {
        return hint_for_process(record.error);
    }
    if (info.step == "mount" && record.error == EPERM && info.what.starts_with("mount ")) {
        return info.what.starts_with("mount \"proc\"") || info.what.starts_with("mount \"sysfs\"")
                   ? "the kernel lets nobody see more than the outer /proc or /sys shows, and something is "
                     "mounted "
                     "over parts of it (as container engines do), or the matching namespace is not new: "
                     "without "
                     "one of its own (--no-mount-proc) the outer one can be bind-mounted"
                   : "not every file system may be mounted in a user namespace";
    }
    for (const StepHint &known : step_hints) {
        if (known.step == info.step && known.error == record.error) {
            return std::string(known.hint);
        }
    }
    return "";
}

} // namespace spaces
