// The steps that are one system call or a fixed few; the longer ones have a file each.
#include "stage/context.hpp"

#include <linux/capability.h>
#include <linux/fcntl.h>
#include <linux/keyctl.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <stddef.h>

namespace spaces::stage {

namespace {

using plan::Call;
using plan::Op;
using plan::Step;

Outcome forgive(Outcome outcome, const Step &step, int error) {
    if ((step.flags & plan::step_optional) != 0 && outcome.error == error) {
        return {};
    }
    return outcome;
}

// A mount namespace that is joined has a /proc in which this process may not be.
Outcome open_proc(Context &context, bool with_offsets) {
    const long directory = sys(__NR_openat, AT_FDCWD, "/proc/self/ns", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        return check(Call::open, directory);
    }
    context.own_namespaces = static_cast<int>(directory);
    if (!with_offsets) {
        return {};
    }
    const long file = sys(__NR_openat, AT_FDCWD, "/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
    context.time_offsets = static_cast<int>(file);
    return check(Call::open, file);
}

// clone3 cannot set offsets of a time namespace before somebody is in it; unshare can, and setns enters it.
Outcome enter_time_namespace(const Context &context, const char *offsets) {
    if (offsets != nullptr) {
        const long file = context.time_offsets >= 0
                              ? context.time_offsets
                              : sys(__NR_openat, AT_FDCWD, "/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
        if (file < 0) {
            return check(Call::open, file);
        }
        const long written = sys(__NR_write, file, offsets, length_of(offsets));
        sys(__NR_close, file);
        if (written < 0) {
            return check(Call::write, written);
        }
    }
    const bool is_open = context.own_namespaces >= 0;
    const long ns =
        sys(__NR_openat, is_open ? context.own_namespaces : AT_FDCWD,
            is_open ? "time_for_children" : "/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
    if (is_open) {
        sys(__NR_close, context.own_namespaces);
    }
    if (ns < 0) {
        return check(Call::open, ns);
    }
    const Outcome outcome = check(Call::setns, sys(__NR_setns, ns, static_cast<long>(CLONE_NEWTIME)));
    sys(__NR_close, ns);
    return outcome;
}

// What was raised to survive the exec of the stage must not reach the program. Its user's change may have
// cleared the ambient set already, and the inheritable one never: see clone_stage().
Outcome drop_ambient() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
    if (const long result = sys(__NR_capget, &header, data); result < 0) {
        return check(Call::capset, result);
    }
    uint32_t inheritable = 0;
    for (__user_cap_data_struct &half : data) {
        inheritable |= half.inheritable;
        half.inheritable = 0;
    }
    if (inheritable == 0) {
        return {}; // nothing was raised
    }
    // Out of the ambient set, too, goes what is not inheritable any more: capabilities(7).
    return check(Call::capset, sys(__NR_capset, &header, data));
}

Outcome follow_parent(Context &context, uint64_t signal) {
    if (const long result = sys(__NR_prctl, PR_SET_PDEATHSIG, signal, 0L, 0L, 0L); result < 0) {
        return check(Call::prctl, result);
    }
    if (has_ended(context.supervisor_pidfd)) {
        exit_process(1); // before the signal was ordered, which therefore never comes
    }
    sys(__NR_close, context.supervisor_pidfd);
    return {};
}

Outcome set_rlimit(const Step &step) {
    const uint64_t limit[2] = {step.number[1], step.number[2]};
    return check(Call::setrlimit, sys(__NR_prlimit64, 0L, step.number[0], limit, 0L));
}

Outcome write_sysctl(const char *path, const char *value) {
    const long file = sys(__NR_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC);
    if (file < 0) {
        return check(Call::open, file);
    }
    const long written = sys(__NR_write, file, value, length_of(value));
    sys(__NR_close, file);
    return check(Call::write, written);
}

Outcome schedule(const Context &context, const Step &step) {
    constexpr long ioprio_who_process = 1;
    switch (step.op) {
    case Op::scheduler:
        return check(Call::sched_setattr,
                     sys(__NR_sched_setattr, 0L, context.at<const char>(step.table), 0L));
    case Op::io_priority:
        return check(Call::ioprio_set, sys(__NR_ioprio_set, ioprio_who_process, 0L, step.number[0]));
    default:
        return check(Call::sched_setaffinity,
                     sys(__NR_sched_setaffinity, 0L, step.number[0], context.at<const char>(step.table)));
    }
}

Outcome set_umask(const Context &context, const Step &step) {
    const uint64_t mask = step.number[0] == plan::umask_of_caller ? context.callers_umask : step.number[0];
    sys(__NR_umask, mask);
    return {};
}

Outcome duplicate(const Step &step) {
    const auto target = static_cast<int>(step.number[0]);
    if (step.fd == target) {
        return check(Call::fcntl, sys(__NR_fcntl, target, F_SETFD, 0L));
    }
    return check(Call::dup3, sys(__NR_dup3, step.fd, target, 0L));
}

Outcome set_signal_mask(const Step &step) {
    constexpr int sig_setmask = 2;
    return check(Call::rt_sigprocmask,
                 sys(__NR_rt_sigprocmask, sig_setmask, &step.number[0], 0L, sizeof step.number[0]));
}

Outcome set_ids(const Context &context, const Step &step) {
    switch (step.op) {
    case Op::setgroups: {
        const long result = sys(__NR_setgroups, step.number[0], context.at<uint32_t>(step.table));
        return forgive(check(Call::setgroups, result), step, EPERM);
    }
    case Op::setresgid: {
        const long result = sys(__NR_setresgid, step.number[0], step.number[0], step.number[0]);
        return forgive(check(Call::setresgid, result), step, EINVAL);
    }
    default: {
        if ((step.flags & plan::step_keep_capabilities) != 0) {
            sys(__NR_prctl, PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L);
        }
        const long result = sys(__NR_setresuid, step.number[0], step.number[0], step.number[0]);
        return forgive(check(Call::setresuid, result), step, EINVAL);
    }
    }
}

} // namespace

Outcome run_step(Context &context, const Step &step) {
    switch (step.op) {
    case Op::setns:
        return check(Call::setns, sys(__NR_setns, step.fd, step.number[0]));
    case Op::unshare:
        return check(Call::unshare, sys(__NR_unshare, step.number[0]));
    case Op::open_proc:
        return open_proc(context, step.number[0] != 0);
    case Op::time_offset:
        return enter_time_namespace(context, context.text(step.text[0]));
    case Op::hide:
        context.hidden = true;
        return check(Call::prctl, sys(__NR_prctl, PR_SET_DUMPABLE, 0L, 0L, 0L, 0L));
    case Op::setgroups:
    case Op::setresgid:
    case Op::setresuid:
        return set_ids(context, step);
    case Op::drop_ambient:
        return drop_ambient();
    case Op::bound_capabilities:
        return bound_capabilities(context, step);
    case Op::capabilities:
        return set_capabilities(context, step);
    case Op::keep_proc:
        return keep_proc(context);
    case Op::label:
        return write_label(context, step);
    case Op::relabel:
        return relabel(context, step);
    case Op::landlock_ruleset:
        return make_landlock_ruleset(context, step);
    case Op::landlock_path:
        return allow_landlock_path(context, step);
    case Op::landlock_port:
        return allow_landlock_port(context, step);
    case Op::landlock_restrict:
        return restrict_by_landlock(context);
    case Op::no_new_privs:
        return check(Call::prctl, sys(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L));
    case Op::parent_death_signal:
        return follow_parent(context, step.number[0]);
    case Op::propagation:
        return check(Call::mount, sys(__NR_mount, 0L, "/", 0L, step.number[0], 0L));
    case Op::root:
        return set_root(context, step);
    case Op::new_root:
        return make_root(context, step);
    case Op::clone_tree: {
        const Outcome outcome = clone_tree(context, step);
        return (step.flags & plan::step_optional) != 0 ? Outcome{} : outcome;
    }
    case Op::attach_tree:
        return attach_tree(context, step);
    case Op::mount:
        return mount_filesystem(context, step);
    case Op::remount:
        return remount(context, step);
    case Op::propagate:
        return propagate(context, step);
    case Op::symlink:
        return make_symlink(context, step);
    case Op::memory:
        return mount_memory(context, step);
    case Op::file:
        return write_file(context, step);
    case Op::release_memory:
        return release_memory(context);
    case Op::open_path:
        return open_path(context, step);
    case Op::overlay:
        return mount_overlay(context, step);
    case Op::device:
        return make_device(context, step);
    case Op::mask:
        return mask(context, step);
    case Op::readonly_path:
        return make_readonly(context, step);
    case Op::restrict:
        return restrict_tree(context, step);
    case Op::copy_up:
        return open_for_copy(context, step);
    case Op::unmount:
        return unmount(context, step);
    case Op::finish: {
        plan::Record record{};
        record.kind = plan::RecordKind::executing; // and with that, the end of the channel is no failure
        send(context, record);
        exit_process(0);
    }
    case Op::pivot_root:
        return pivot_root(context);
    case Op::chroot:
        return change_root(context, context.root_fd);
    case Op::chroot_fd:
        return change_root(context, step.fd);
    case Op::chdir:
        return change_directory(context.text(step.text[0]));
    case Op::sysctl:
        return write_sysctl(context.text(step.text[0]), context.text(step.text[1]));
    case Op::sethostname:
        return check(Call::sethostname, sys(__NR_sethostname, context.text(step.text[0]), step.number[0]));
    case Op::setdomainname:
        return check(Call::setdomainname,
                     sys(__NR_setdomainname, context.text(step.text[0]), step.number[0]));
    case Op::setrlimit:
        return set_rlimit(step);
    case Op::umask:
        return set_umask(context, step);
    case Op::scheduler:
    case Op::io_priority:
    case Op::cpu_affinity:
        return schedule(context, step);
    case Op::personality:
        return check(Call::personality, sys(__NR_personality, step.number[0]));
    case Op::new_keyring:
        return check(Call::keyctl, sys(__NR_keyctl, static_cast<long>(KEYCTL_JOIN_SESSION_KEYRING), 0L));
    case Op::setsid:
        return check(Call::setsid, sys(__NR_setsid));
    case Op::setpgid:
        return check(Call::setpgid, sys(__NR_setpgid, 0L, step.number[0]));
    case Op::terminal:
        return open_terminal(context, step);
    case Op::dup:
        return duplicate(step);
    case Op::signals:
        return set_signal_mask(step);
    case Op::seccomp:
        return install_filter(context, step);
    case Op::exec:
        return execute(context, step);
    case Op::await_maps:
    case Op::enter_pid:
    case Op::supervise:
    case Op::call:
        break; // run_plan() knows these
    }
    Outcome unknown;
    unknown.error = ENOSYS;
    return unknown;
}

} // namespace spaces::stage
