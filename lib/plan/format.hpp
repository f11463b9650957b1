// The Plan's format, and the records that answer it: all that the library and the stage share.
//
// A Plan is one contiguous buffer: a Header, its steps, and the texts and tables that they point to by
// offset. Everything in it is resolved and formatted; who runs it needs no memory and makes no decision but
// one: to stop at the first step that fails.
#pragma once

#include <stdint.h>

namespace spaces::plan {

// One system call or a fixed few. What each takes is said beside it; `fd`, `text` and `number` are Step's.
enum class Op : uint16_t {
    // Namespaces
    setns,       // fd: namespace file, number[0]: CLONE_NEW* bit
    unshare,     // number[0]: CLONE_NEW* bits
    open_proc,   // what /proc/self has for time_offset, while it is in sight; number[0]: the offsets too
    await_maps,  // ask the caller to write the id maps, wait until it has; number[0]: dumpable meanwhile
    time_offset, // text[0]: lines of /proc/self/timens_offsets; enters the new time namespace
    hide,        // not dumpable any more: about to be within reach of strangers
    enter_pid,   // go on in a new child of the caller, inside the pid namespace chosen before
    supervise,   // go on in a child; stay behind as its init or supervisor

    // Identity
    setgroups, // table: gids, number[0]: count; optional: EPERM is fine
    setresgid, // number[0]: gid; optional: EINVAL (not mapped) is fine
    setresuid, // number[0]: uid; optional: as above; step_keep_capabilities
    drop_ambient,
    bound_capabilities, // table: CapabilityChange of the bounding set, number[0]: keep the others from setuid
    capabilities,       // table: CapabilityChange of the other four sets, number[0]: SECBIT_* to set besides
    no_new_privs,
    keep_proc, // /proc, for `label`
    label,     // text[0]: file below /proc, text[1]: what is written there, number[0]: it is only taken
               // when nobody shares this process' memory any more
    landlock_ruleset,    // number[0]: LANDLOCK_ACCESS_FS_*, number[1]: LANDLOCK_ACCESS_NET_*, number[2]:
                         // LANDLOCK_SCOPE_*
    landlock_path,       // text[0]: path, number[0]: LANDLOCK_ACCESS_FS_*
    landlock_port,       // number[0]: LANDLOCK_ACCESS_NET_*, number[1]: port
    landlock_restrict,   // by the ruleset
    parent_death_signal, // number[0]: signal

    // File system
    propagation, // number[0]: MS_* flags for "/"
    root,        // text[0]: path; becomes the root of the paths below, and a mount of its own
    new_root,    // text[0]: options of the tmpfs that becomes the root of the paths below
    clone_tree,  // text[0]: source, number[0]: slot; optional: then the slot stays empty
    attach_tree, // text[0]: target, fd: tree, or -1 and number[0]: slot, number[1]: MOUNT_ATTR_* to set,
                 // number[2]: to clear
    mount, // text[0]: target, text[1]: type, text[2]: source, text[3]: options of the file system, separated
           // by
           // commas, number[1]: MOUNT_ATTR_*, number[2]: MS_* of the file system
    remount,   // text[0]: target, number[1]: MOUNT_ATTR_* to set, number[2]: to clear
    propagate, // text[0]: target, number[0]: MS_* propagation
    symlink,   // text[0]: where, text[1]: what it says; optional: something else may be there
    memory,    // a tmpfs that only this process finds, until release_memory; text[0]: its options
    file,      // in that memory; table: content, number[0]: slot, number[1]: size, number[2]: mode
    release_memory,
    open_path, // text[0]: path of a directory (or of a file: step_target_is_file), number[0]: slot
    overlay,   // as mount, with table: OverlayLayer[number[0]]
    device,    // text[0]: path, table: DeviceNode
    mask,      // text[0]: what is hidden; if a file by slot number[0], if a directory by an empty one of type
               // text[1] with options text[3] and number[1]: MOUNT_ATTR_*; a missing one is fine
    relabel,   // text[0]: directory, text[1]: its SELinux label
    readonly_path, // text[0]: what becomes read-only with all below it; a missing one is fine
    restrict,      // fd, number[0], [1], [2]: as attach_tree, for all of the tree, before it is attached
    copy_up, // text[0]: directory; what is in it becomes the content of the tmpfs that is mounted there;
             // number[0]: its mode and owner too
    pivot_root,
    chroot,
    chroot_fd, // fd: directory
    chdir,     // text[0]: path; must be inside the root

    // The rest of the process
    sysctl,        // text[0]: path, text[1]: value
    sethostname,   // text[0], number[0]: length
    setdomainname, // text[0], number[0]: length
    setrlimit,     // number[0]: resource, number[1]: soft, number[2]: hard
    umask,         // number[0]: mask, or the caller's where it is umask_of_caller
    scheduler,     // table: SchedulingAttributes
    io_priority,   // number[0]: as ioprio_set(2) takes it
    cpu_affinity,  // table: mask, number[0]: its size in bytes
    personality,   // number[0]: PER_*
    new_keyring,   // a session keyring
    setsid,
    setpgid,  // number[0]: process group, 0: its own
    terminal, // number[0]: rows, number[1]: columns, number[2]: uid that gets it
    dup,      // fd: source, number[0]: target
    signals,  // number[0]: signal mask
    seccomp, // table: struct sock_filter, number[0]: count, number[1]: SECCOMP_FILTER_FLAG_*, number[2]: bits
             // of SeccompBits. Only the last step follows.
    exec,    // table: candidates, number[0]: count, number[1]: offset of argv, number[2]: offset of envp
    call,    // the callable; only in a fork of the caller
    unmount, // text[0]: target; optional: also while it is in use
    finish   // the end of a Plan that runs no program, as does unmount
};

enum StepFlags : uint16_t {
    step_optional = 1,           // the errors named at the Op are not failures
    step_make_target = 2,        // make a missing mount target: a directory
    step_target_is_file = 4,     // … or an empty file
    step_callers_root = 8,       // the target is in the caller's own root directory: a path is safe enough
    step_recursive = 16,         // of a mount: with all that is mounted below it
    step_keep_capabilities = 32, // of a change of ids: the permitted ones stay until exec
    step_close_slot = 64,        // nobody needs the slot any more
};

// What the new process may still do under its filter, and what it needs for the filter.
enum SeccompBits : uint64_t {
    seccomp_is_mute = 1,     // it cannot tell the caller of a failure: its supervisor does
    seccomp_may_look = 2,    // it may open a file to find out why it cannot be executed
    seccomp_privileged = 4,  // without no_new_privs: it takes CAP_SYS_ADMIN
    seccomp_drops_all = 8,   // … which no exec takes away again, with what else the user's change has left
    seccomp_may_exit = 16,   // by exit_group
    seccomp_drops_admin = 32 // … and nothing else
};

// struct sched_attr of sched_setattr(2), in its first size. Its header and libc's <sched.h> exclude each
// other.
struct SchedulingAttributes {
    uint32_t size;
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime;
    uint64_t deadline;
    uint64_t period;
};

// What becomes of one set of capabilities: of what it holds `keep` stays, `add` must be there, and of `wish`
// as much as can be.
struct CapabilityChange {
    uint64_t keep;
    uint64_t add;
    uint64_t wish;
};
// The four of Op::capabilities.
enum CapabilityChanges : uint32_t { of_effective, of_inheritable, of_permitted, of_ambient };

inline constexpr uint64_t umask_of_caller = ~uint64_t{0};

struct OverlayLayer {
    enum class Kind : uint32_t { lower, data, upper, work } kind;
    uint32_t slot;
    uint32_t in_memory; // nonzero: made in what Op::memory has mounted, and put into the slot
};

struct DeviceNode {
    uint32_t mode; // with its type
    uint32_t major;
    uint32_t minor;
    uint32_t uid;
    uint32_t gid;
    uint32_t slot; // the caller's own node, for who may make none
    static constexpr uint32_t no_slot = ~uint32_t{0};
};

struct Step {
    Op op;
    uint16_t flags;
    int32_t fd;
    uint32_t text[4]; // offsets of strings, 0: none
    uint32_t table;   // offset of an array
    uint32_t reserved;
    uint64_t number[3];
};

struct Header {
    uint32_t size; // of the whole buffer
    uint32_t step_count;
    uint32_t steps;       // offset
    uint32_t keep_count;  // descriptors that the stage starts with; all others are closed
    uint32_t keep;        // offset of int32_t[keep_count], ascending
    uint32_t slot_count;  // mounts that are made in one step and attached in another
    uint32_t slots;       // offset of int32_t[slot_count]
    int32_t caller_pidfd; // of the calling process, -1 where its end does not matter
    uint64_t time_limit_ms;
    uint64_t time_limit_grace_ms;
    // For the tests: this step fails with this errno; before that one the stage halts until it is told to go
    // on.
    int32_t fail_index;
    int32_t fail_errno;
    int32_t halt_index;
    // Nonzero: the caller first does something to the new process from outside, and sends one byte when it
    // has.
    int32_t await_go;
    // The supervisor has the descriptors of the program until its exec, and so the listener of its filter:
    // to send it to the caller, or, where it reports refusals, to end who makes a call that is refused.
    int32_t shares_files;
    int32_t reports_refusals;
    // The program has a filter, and so its supervisor has one too.
    int32_t confines_supervisor;
    int32_t reserved;
    uint64_t default_signals; // a bit for each signal that gets its default action, from that of 1 on
};

// The system calls that a failure can name, in the order of call_names.
enum class Call : uint16_t {
    none,
    capget,
    capset,
    chdir,
    chroot,
    clone,
    dup3,
    execve,
    fchdir,
    fcntl,
    fsconfig,
    fsmount,
    fsopen,
    fsetxattr,
    fstatfs,
    getcwd,
    ioctl,
    ioprio_set,
    keyctl,
    landlock_add_rule,
    landlock_create_ruleset,
    landlock_restrict_self,
    mkdirat,
    mknodat,
    mmap,
    mount,
    mount_setattr,
    move_mount,
    open,
    open_tree,
    openat2,
    personality,
    pidfd_open,
    pipe2,
    pivot_root,
    prctl,
    sendmsg,
    rt_sigprocmask,
    sched_setaffinity,
    sched_setattr,
    seccomp,
    setdomainname,
    setgroups,
    sethostname,
    setns,
    setpgid,
    setresgid,
    setresuid,
    setrlimit,
    setsid,
    signalfd4,
    statx,
    symlinkat,
    umount2,
    unshare,
    write,
    fchmodat,
    fchownat,
    getdents64,
    readlinkat,
    sendfile,
};

inline constexpr const char *call_names[] = {
    "",
    "capget",
    "capset",
    "chdir",
    "chroot",
    "clone",
    "dup3",
    "execve",
    "fchdir",
    "fcntl",
    "fsconfig",
    "fsmount",
    "fsopen",
    "fsetxattr",
    "fstatfs",
    "getcwd",
    "ioctl",
    "ioprio_set",
    "keyctl",
    "landlock_add_rule",
    "landlock_create_ruleset",
    "landlock_restrict_self",
    "mkdirat",
    "mknodat",
    "mmap",
    "mount",
    "mount_setattr",
    "move_mount",
    "open",
    "open_tree",
    "openat2",
    "personality",
    "pidfd_open",
    "pipe2",
    "pivot_root",
    "prctl",
    "sendmsg",
    "rt_sigprocmask",
    "sched_setaffinity",
    "sched_setattr",
    "seccomp",
    "setdomainname",
    "setgroups",
    "sethostname",
    "setns",
    "setpgid",
    "setresgid",
    "setresuid",
    "setrlimit",
    "setsid",
    "signalfd4",
    "statx",
    "symlinkat",
    "umount2",
    "unshare",
    "write",
    "fchmodat",
    "fchownat",
    "getdents64",
    "readlinkat",
    "sendfile",
};
static_assert(sizeof call_names / sizeof *call_names == static_cast<unsigned>(Call::sendfile) + 1);

// What the new process tells the caller.
enum class RecordKind : uint16_t {
    failed,     // a step failed: index, call, error, note, text
    await_maps, // write the id maps of pid `pid`, then send one byte
    moved,      // the process goes on as `pid`; its pidfd comes with this record
    terminal,   // the pseudoterminal's other side comes with this record
    listener,   // the descriptor for the filter's notifications comes with this record
    executing,  // the next thing is exec; if the channel closes without `failed`, it has succeeded
    started,    // the program runs
    halted,     // for the tests: before step halt_index; waits for one byte
    ended // the program has ended: status, cause, usage; what a filter refused: architecture, system_call
};

// What a failure means beyond its errno.
enum class Note : uint16_t {
    none,
    interpreter_missing,  // ENOENT, but the file is there; text: the interpreter of its #! line, or empty
    outside_root,         // the working directory is not inside the root
    not_a_terminal,       // /dev/ptmx is none
    target_missing,       // the mount target does not exist and may not be made
    attributes_locked,    // a more privileged user namespace has set those that are to go; text: which
    capabilities_missing, // text: those that cannot be had, as a hexadecimal set
    symlink_refused,      // no openat2, and a symbolic link on the way
    unsuitable_upper,     // an overlay cannot write to this file system; text: which
    is_another            // something else is there already
};

enum class Cause : uint16_t { itself, time_limit, refused_call };

struct Record {
    RecordKind kind;
    Call call;
    Note note;
    Cause cause;
    int32_t index;
    int32_t error;
    int32_t pid;
    int32_t status; // as wait4(2) gives it
    uint64_t user_time_us;
    uint64_t system_time_us;
    uint64_t peak_memory;
    uint32_t architecture; // AUDIT_ARCH_*, 0: none was refused
    int32_t system_call;
    char text[192];
};

// What the caller tells a supervisor after the start: send this signal to the program.
struct Command {
    int32_t signal;
};

} // namespace spaces::plan
