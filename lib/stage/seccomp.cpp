// The seccomp filter: from here on the process makes no system call but the last one, and those by which it
// would tell why that has failed.
#include "stage/context.hpp"

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>

namespace spaces::stage {

namespace {

using plan::Call;

constexpr uint64_t listens = SECCOMP_FILTER_FLAG_NEW_LISTENER;

// Another user than root has lost what is effective, but here not what is permitted: see
// step_keep_capabilities.
void become_privileged() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
    if (sys(__NR_capget, &header, data) == 0) {
        data[0].effective |= data[0].permitted & uint32_t{1} << CAP_SYS_ADMIN;
        sys(__NR_capset, &header, data);
    }
}

// As the change of the user would have done it without us.
Outcome drop_all() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
    return check(Call::capset, sys(__NR_capset, &header, none));
}

Outcome drop_admin() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
    if (const long result = sys(__NR_capget, &header, data); result < 0) {
        return check(Call::capget, result);
    }
    data[0].effective &= ~(uint32_t{1} << CAP_SYS_ADMIN);
    data[0].permitted &= ~(uint32_t{1} << CAP_SYS_ADMIN);
    return check(Call::capset, sys(__NR_capset, &header, data));
}

} // namespace

Outcome install_filter(Context &context, const plan::Step &step) {
    const bool is_program = context.call == nullptr;
    const bool shares_files = context.header().shares_files != 0;
    if (is_program) {
        prepare_exec(context);
    }
    if ((step.number[2] & plan::seccomp_privileged) != 0) {
        become_privileged();
    }
    const bool is_mute = (step.number[2] & plan::seccomp_is_mute) != 0;
    if (is_mute) {
        // It may end by a signal, and no core of it must be written: other processes use this memory.
        sys(__NR_prctl, PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
    }
    const sock_fprog filter{static_cast<unsigned short>(step.number[0]), context.at<sock_filter>(step.table)};
    const long result =
        sys(__NR_seccomp, static_cast<long>(SECCOMP_SET_MODE_FILTER), step.number[1], &filter);
    if (result < 0) {
        return check(Call::seccomp, result);
    }
    context.is_mute = is_mute;
    context.may_exit = (step.number[2] & plan::seccomp_may_exit) != 0;
    context.may_look = (step.number[2] & plan::seccomp_may_look) != 0;
    Outcome outcome;
    if ((step.number[2] & plan::seccomp_drops_all) != 0) {
        outcome = drop_all();
    } else if ((step.number[2] & plan::seccomp_drops_admin) != 0) {
        outcome = drop_admin();
    }
    if ((step.number[1] & listens) != 0 && !outcome.failed()) {
        const int listener = static_cast<int>(result);
        if (shares_files) {
            context.progress->listener = listener; // the supervisor's, after the exec
            return outcome;
        }
        plan::Record record{};
        record.kind = plan::RecordKind::listener;
        outcome = send_with_fd(context, record, listener);
        if (!is_program) {
            sys(__NR_close, listener); // exec closes it for a program
        }
    }
    return outcome;
}

} // namespace spaces::stage
