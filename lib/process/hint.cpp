// The cures: what an administrator or programmer can do about a failure.
#include "process/hint.hpp"

#include "base/error.hpp"
#include "base/fd.hpp"
#include "host/mount_table.hpp"
#include "host/security.hpp"
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
             "for good: map a range of /etc/subgid (\"auto\") to allow it"},
    StepHint{"setresuid", EINVAL, "that user is not mapped in the user namespace: see the uid map"},
    StepHint{"setresgid", EINVAL, "that group is not mapped in the user namespace: see the gid map"},
    StepHint{"setresuid", EPERM, "another user needs CAP_SETUID, or a new user namespace"},
    StepHint{"setresgid", EPERM, "another group needs CAP_SETGID, or a new user namespace"},
    StepHint{"capabilities", EPERM,
             "a program gets what its caller has; the bounding set and the security flags are changed by "
             "CAP_SETPCAP; in a new user namespace the program's root has all of them. What is ambient must "
             "be permitted and inheritable too"},
    StepHint{"apparmor", ENOENT,
             "no such profile is loaded: apparmor_parser(8) loads it, aa-status(8) lists them"},
    StepHint{"apparmor", EACCES,
             "the caller's own profile does not allow the change, or no_new_privs forbids it"},
    StepHint{"apparmor", EPERM,
             "the caller's own profile does not allow the change, or no_new_privs forbids it"},
    StepHint{"selinux", EINVAL, "the loaded policy does not know this label"},
    StepHint{"selinux", EPERM,
             "a function gets its label while it runs, which SELinux gives only to a process of one thread "
             "that shares its memory with nobody"},
    StepHint{"selinux", EACCES, "the policy does not let the caller set the label of what it executes"},
    StepHint{"landlock", EPERM,
             "without CAP_SYS_ADMIN a program can be restricted only if it gets no new privileges: ask for "
             "no_new_privs"},
    StepHint{"landlock", E2BIG, "at most 16 restrictions of Landlock can lie upon each other"},
    StepHint{"landlock", ENOENT, "paths are looked for inside the program's root directory"},
    StepHint{"scheduler", EPERM,
             "it needs CAP_SYS_NICE in the initial user namespace, or for a real-time policy RLIMIT_RTPRIO "
             "and for a lower nice value RLIMIT_NICE"},
    StepHint{"io_priority", EPERM,
             "IOPRIO_CLASS_RT needs CAP_SYS_NICE or CAP_SYS_ADMIN in the initial user namespace"},
    StepHint{"cpu_affinity", EINVAL,
             "this machine, or the cpuset of the calling process, has none of these CPUs"},
    StepHint{"sysctl", ENOENT, "this kernel, or the new namespace, has no such parameter"},
    StepHint{"sysctl", EACCES, "this kernel lets only the machine's root set it: not in a user namespace"},
    StepHint{"sysctl", EPERM, "this kernel lets only the machine's root set it: not in a user namespace"},
    StepHint{"sysctl", EROFS, "/proc/sys of the calling process is read-only"},
    StepHint{"sysctl", EINVAL, "the kernel does not take this value: see proc_sys(5)"},
    StepHint{"setpgid", EPERM, "the program's session has no such process group; 0 makes one of its own"},
    StepHint{"setrlimit", EPERM, "raising a hard limit needs CAP_SYS_RESOURCE in the initial user namespace"},
    StepHint{"setns", EPERM,
             "joining needs CAP_SYS_ADMIN in the user namespace that owns the target; join that one as well"},
    StepHint{"setns", EINVAL,
             "a user namespace cannot be joined twice or by a process of several threads, nor can an "
             "ancestor's pid namespace"},
    StepHint{"propagation", EINVAL,
             "the caller lives in a chroot, where \"/\" is no mount of its own: ask for the propagation "
             "\"unchanged\" and no root directory, or for a root directory by chroot and no mount "
             "namespace"},
    StepHint{"pivot_root", EINVAL, "where \"/\" is the initramfs, pivot_root cannot be used: ask for chroot"},
    StepHint{"mount", ENODEV, "this kernel does not have that file system, or its module is not loaded"},
    StepHint{
        "overlay", EINVAL,
        "upperdir and workdir must be different directories of one mount, neither within the other, and an "
        "option must be one that this kernel has; the kernel log (dmesg) may say more"},
    StepHint{"overlay", EPERM, "overlays in a user namespace need Linux 5.11"},
    StepHint{"overlay", ENODEV, "this kernel does not have overlays, or the module is not loaded"},
    StepHint{"overlay", EBUSY, "another overlay uses the same upperdir or workdir"},
    StepHint{"overlay", ESTALE, "workdir or upperdir was used with other lower directories: empty workdir"},
    StepHint{"mask", ENOENT, "the caller's /dev/null is what masked files show"},
    StepHint{"file", ENOSPC, "the memory that a tmpfs may take is full"},
    StepHint{"copy_up", ENOTDIR, "\"tmpcopyup\" is for a directory"},
    StepHint{"unmount", EBUSY,
             "something is open there, or is mounted below: unmount it lazily to detach it anyway"},
    StepHint{"unmount", EINVAL, "nothing is mounted there, or it is locked: it came with the user namespace"},
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
    StepHint{
        "seccomp", EACCES,
        "without no_new_privs (process.noNewPrivileges, --no-new-privs) a filter needs CAP_SYS_ADMIN in the "
        "program's user namespace"},
    StepHint{"seccomp", EINVAL,
             "this kernel does not know one of the filter's flags or actions: see `space features`"},
    StepHint{"seccomp", ENOSYS, "this kernel has no seccomp filters, or another filter hides them"},
    StepHint{"seccomp", EPERM, "a filter that this process is under itself refuses seccomp(2)"},
    StepHint{"seccomp", EBUSY, "this process is under a filter that has a listener already"},
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

// "mount too revealing": the kernel's word for it in its log.
std::string too_revealing(const std::string &point, const char *type, const char *kind) {
    const std::string parts = hidden_parts(point);
    const std::string bind = "bind the outer one instead (\"rbind\" from " + point + ")";
    if (parts.empty()) {
        return "in a user namespace a new " + std::string(type) + " needs a new " + kind +
               " namespace, and an outer one that shows all of itself: ask for the namespace too, or " + bind;
    }
    return "parts of the outer " + point + " are covered (" + parts +
           "), and the kernel gives no user namespace a new one that would show them: " + bind +
           (point == "/proc" ? ", which --no-mount-proc leaves in sight where there is no root directory"
                             : "") +
           "; or have them uncovered outside (podman: --security-opt unmask=ALL, docker: --security-opt "
           "systempaths=unconfined)";
}

// What a policy forbids has no errno of its own.
std::string hint_for_selinux(const StepInfo &info, const plan::Record &record) {
    if (info.step == "exec" && record.error == EPERM) {
        return "with no_new_privs a program gets another SELinux label only where the policy says "
               "nnp_transition, or where that label has no right that the caller's has not: leave out either";
    }
    if (info.step == "exec" && record.error == EACCES) {
        return "it is a directory, or not executable for the program's user, or its file system is mounted "
               "noexec; or the SELinux policy does not let the caller become its label by this file "
               "(transition, entrypoint): see ausearch -m avc, or the kernel log";
    }
    const bool is_mount = record.call == plan::Call::fsconfig || record.call == plan::Call::mount ||
                          record.call == plan::Call::fsetxattr;
    if (is_mount && record.error == EACCES) {
        return "the SELinux policy does not let the caller mount it with this label (relabelfrom, relabelto, "
               "associate: see ausearch -m avc, or the kernel log); in a user namespace only tmpfs, ramfs, "
               "devpts and overlay can have one";
    }
    return "";
}

std::string hint_for_mount(const std::string &what) {
    if (what.starts_with("mount \"proc\"")) {
        return too_revealing("/proc", "proc", "pid");
    }
    if (what.starts_with("mount \"sysfs\"")) {
        return too_revealing("/sys", "sysfs", "network");
    }
    if (what.starts_with("mount \"mqueue\"")) {
        return "message queues are those of the ipc namespace: in a user namespace they need a new one";
    }
    return "not every file system may be mounted in a user namespace";
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
    if (record.note == Note::unsuitable_upper) {
        return "upperdir and workdir need a local file system that knows extended attributes and whiteouts, "
               "as ext4, xfs, btrfs and tmpfs do; what need not be kept can go to memory: \"tmp-overlay\"";
    }
    if (record.note == Note::is_another) {
        return "remove it from the root directory, or choose another path";
    }
    if (info.step == "device" && record.error == EPERM) {
        return "nodes are made with CAP_MKNOD of the first user namespace; everybody else can have those "
               "that the caller's /dev has";
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
        return hint_for_mount(info.what);
    }
    if (has_selinux()) {
        if (std::string hint = hint_for_selinux(info, record); !hint.empty()) {
            return hint;
        }
    }
    for (const StepHint &known : step_hints) {
        if (known.step == info.step && known.error == record.error) {
            return std::string(known.hint);
        }
    }
    return "";
}

} // namespace spaces
