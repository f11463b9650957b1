// What a running Plan carries from step to step, and how a step says that it failed.
#pragma once

#include "plan/format.hpp"
#include "stage/syscall.hpp"

namespace spaces::stage {

struct Outcome {
    int error = 0; // errno, 0: it went well
    plan::Call call = plan::Call::none;
    plan::Note note = plan::Note::none;
    const char *text = nullptr; // more about it, or null

    bool failed() const { return error != 0; }
};

inline Outcome check(plan::Call call, long result) {
    Outcome outcome;
    if (result < 0) {
        outcome.error = static_cast<int>(-result);
        outcome.call = call;
    }
    return outcome;
}

// The answers of an old kernel, and of the filter of a container engine.
inline bool unavailable(const Outcome &outcome) {
    return outcome.error == ENOSYS || outcome.error == EPERM;
}

// What the supervisor of a program knows of its start, in memory that the two share.
struct Progress {
    bool executing = false; // the last step was reached and has not failed
    bool has_failed = false;
    int listener = -1;      // of the filter, where the two share their descriptors
    plan::Record failure{}; // of a program that cannot tell itself
};

struct Context {
    char *base = nullptr; // of the Plan
    int control = -1;     // socket to the caller
    int root_fd = -1;     // the root directory that is to come; -1: it is "/" already
    int index = 0;        // of the present step
    uint32_t callers_umask = 0;
    bool supervised = false; // by a process that says itself that the program was started
    bool hidden = false;     // strangers can see this process, see Op::hide
    int own_namespaces = -1; // /proc/self/ns, and the file of the offsets: see Op::open_proc
    int time_offsets = -1;
    int proc = -1; // see Op::keep_proc
    int landlock_ruleset = -1;
    int memory_fd = -1;        // the tmpfs of Op::memory
    int copy_fd = -1;          // the directory of Op::copy_up
    bool copy_mode = false;    // and whether its mode and owner are copied too
    int supervisor_pidfd = -1; // of the process whose end this one is to follow
    Progress own_progress;
    Progress *progress = &own_progress;
    // Under the filter: whether a failure can be told no more, and whether files may be looked at.
    bool is_prepared = false;
    bool is_mute = false;
    bool may_look = true;
    bool may_exit = true;  // else a call that ends nothing, or waits for an answer
    int init_is_busy = 0;  // nonzero: the init still holds what the program could find in /proc/1/fd
    char detail[192] = {}; // storage for Outcome::text

    // What differs between the stage and a fork of the caller.
    int *tid_address = nullptr;             // where libc keeps the thread id of a fork, else null
    void (*enter_pid)(Context &) = nullptr; // else enter_pid_namespace()
    void (*supervise)(Context &) = nullptr;
    void (*call)(Context &) = nullptr;
    void *user = nullptr;

    const plan::Header &header() const { return *reinterpret_cast<const plan::Header *>(base); }
    const plan::Step *steps() const { return at<plan::Step>(header().steps); }
    const char *text(uint32_t offset) const { return offset != 0 ? base + offset : nullptr; }
    template <class Type> Type *at(uint32_t offset) const { return reinterpret_cast<Type *>(base + offset); }
};

// Runs the steps from `context.index` on; comes back only from the end of a Plan that is called, not
// executed.
void run_plan(Context &context);
// The rest of the Plan, in a child that was made for it: the `function` of spaces_clone_call().
int go_on(void *context);
// Comes back in the child that goes on, in the pid namespace that was joined or unshared.
void enter_pid_namespace(Context &context);
// This process has done its work: another child of the caller goes on.
[[noreturn]] void hand_over(Context &context, long pid, int pidfd);

// The same descriptor under a number that is none of those that the program's own get.
long out_of_the_way(const Context &context, long fd);

// A pidfd of this process for the child that goes on, where its Plan has use for it.
Outcome open_own_pidfd(Context &context);
bool has_ended(int pidfd);

// channel.cpp
void send(Context &context, const plan::Record &record);
Outcome send_with_fd(Context &context, const plan::Record &record, int fd);
bool receive_byte(Context &context); // false: the caller has gone
bool caller_has_gone(Context &context);
[[noreturn]] void fail(Context &context, const Outcome &outcome);
[[noreturn]] void exit_process(int status);

// steps.cpp: one step that stays in this process.
Outcome run_step(Context &context, const plan::Step &step);

// path.cpp: descriptors of paths inside the root.
Outcome open_in_root(const Context &context, const char *path, int &fd);
Outcome open_target(const Context &context, const plan::Step &step, int &fd);
Outcome open_parent(const Context &context, const plan::Step &step, int &parent, const char *&name);
Outcome make_symlink(Context &context, const plan::Step &step);
void describe_fd(int fd, char (&path)[32]); // "/proc/self/fd/N"

// mount.cpp
bool can_attach(); // whether detached mounts are of use here: move_mount(2) is there and not filtered
Outcome clone_tree(Context &context, const plan::Step &step);
Outcome attach_tree(Context &context, const plan::Step &step);
Outcome mount_filesystem(Context &context, const plan::Step &step);
Outcome propagate(Context &context, const plan::Step &step);
Outcome restrict_tree(Context &context, const plan::Step &step);
Outcome open_path(Context &context, const plan::Step &step);
Outcome unmount(Context &context, const plan::Step &step);
// A slot holds a detached tree, or a descriptor that is only to be bound; none where its fd is -1.
struct Slot {
    int fd;
    bool is_tree;
};
Slot slot_at(const Context &context, uint64_t index);
void fill_slot(const Context &context, uint64_t index, Slot slot);
// The part of the file system that `fd` is of, mounted on `target`; `fd` stays what it was.
Outcome bind(int fd, int target, bool recursive);
Outcome attach(Slot slot, int target, bool recursive);
// A new file system of the step's type, with its options, attributes and flags.
using Configure = long (*)(Context &context, const plan::Step &step, long filesystem);
long configure_all(Context &context, const plan::Step &step, long filesystem);
Outcome mount_detached(Context &context, const plan::Step &step, Configure configure, long &mount);
Outcome mount_by_path(Context &context, const plan::Step &step, int target, const char *data);
Outcome mount_on(Context &context, const plan::Step &step, int target);

// content.cpp: what comes from memory. A tmpfs over "/": paths that begin at "/" go below it.
Outcome mount_over_root(const char *options, int &fd);
Outcome mount_memory(Context &context, const plan::Step &step);
Outcome release_memory(Context &context);
Outcome write_file(Context &context, const plan::Step &step);

// copy.cpp
Outcome open_for_copy(Context &context, const plan::Step &step);
Outcome copy_into(Context &context, int target); // from copy_fd, which is closed

// overlay.cpp
Outcome mount_overlay(Context &context, const plan::Step &step);

// device.cpp
Outcome make_device(Context &context, const plan::Step &step);

// covers.cpp
Outcome mask(Context &context, const plan::Step &step);
Outcome make_readonly(Context &context, const plan::Step &step);

// attributes.cpp
unsigned long mount_flags(uint64_t attributes); // MS_* that say the same as MOUNT_ATTR_*
// Of one mount: number[1] is set, number[2] cleared. What is not attached yet has no path to fall back to.
Outcome change_attributes(Context &context, const plan::Step &step, int mount, bool is_attached);
Outcome change_all_attributes(Context &context, const plan::Step &step, int mount); // with all below it
Outcome remount(Context &context, const plan::Step &step);

// root.cpp
Outcome set_root(Context &context, const plan::Step &step);
Outcome make_root(Context &context, const plan::Step &step);
Outcome pivot_root(Context &context);
Outcome change_root(Context &context, int fd);
Outcome change_directory(const char *path);

// descriptors.cpp
void close_all_but(const int *keep, uint32_t count); // `keep` ascends
void close_kept(const Context &context);

// capabilities.cpp
Outcome bound_capabilities(Context &context, const plan::Step &step);
Outcome set_capabilities(Context &context, const plan::Step &step);

// label.cpp
Outcome keep_proc(Context &context);
Outcome write_label(Context &context, const plan::Step &step);
Outcome relabel(const Context &context, const plan::Step &step);

// landlock.cpp
Outcome make_landlock_ruleset(Context &context, const plan::Step &step);
Outcome allow_landlock_path(const Context &context, const plan::Step &step);
Outcome allow_landlock_port(const Context &context, const plan::Step &step);
Outcome restrict_by_landlock(Context &context);

// terminal.cpp
Outcome open_terminal(Context &context, const plan::Step &step);

// exec.cpp: what is done before the filter, and exec, which comes back only with a failure.
void prepare_exec(Context &context);
Outcome execute(Context &context, const plan::Step &step);

// seccomp.cpp
Outcome install_filter(Context &context, const plan::Step &step);

// confine.cpp: from here on this process makes no system call but those of a supervisor. Where it may not
// confine itself, it goes on as it is.
void confine();

// supervise.cpp
struct Supervision {
    int control = -1;
    int signals = -1; // of open_signals()
    int program = 0;  // pid
    int caller_pidfd = -1;
    uint64_t time_limit_ms = 0;
    uint64_t time_limit_grace_ms = 0;
    int listener = -1; // of the program's filter: who is notified of has made a call that ends it
};
Outcome open_signals(int &fd);
[[noreturn]] void supervise(const Supervision &supervision);

// Until whoever shares this memory has made the word zero and woken us.
inline void await_zero(const int *word) {
    constexpr long futex_wait = 0;
    for (int value; (value = __atomic_load_n(word, __ATOMIC_ACQUIRE)) != 0;) {
        sys(__NR_futex, word, futex_wait, value, 0L);
    }
}

inline unsigned long length_of(const char *text) {
    unsigned long length = 0;
    while (text[length] != 0) {
        ++length;
    }
    return length;
}

inline void copy_text(char *to, unsigned long size, const char *from) {
    unsigned long length = 0;
    for (; from[length] != 0 && length + 1 < size; ++length) {
        to[length] = from[length];
    }
    to[length] = 0;
}

} // namespace spaces::stage
