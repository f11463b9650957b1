// The seccomp filter: compiled before there is a process, and asked what the process could still do.
#include "security/seccomp.hpp"
#include "base/sys.hpp"
#include "plan/compilation.hpp"
#include "security/bpf.hpp"
#include "security/syscalls.hpp"
#include "spec/refuse.hpp"

#include <algorithm>
#include <cerrno>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) // Linux 5.19
#endif

namespace spaces {

namespace {

using plan::Op;

uint64_t flag_of(const std::string &word) {
    if (word == "SECCOMP_FILTER_FLAG_TSYNC") {
        return SECCOMP_FILTER_FLAG_TSYNC;
    }
    if (word == "SECCOMP_FILTER_FLAG_LOG") {
        return SECCOMP_FILTER_FLAG_LOG;
    }
    return word == "SECCOMP_FILTER_FLAG_SPEC_ALLOW" ? SECCOMP_FILTER_FLAG_SPEC_ALLOW
                                                    : SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
}

bool listens(const SeccompSpec &seccomp) {
    const auto &rules = seccomp.profile.syscalls;
    return std::any_of(rules.begin(), rules.end(),
                       [](const SeccompRule &rule) { return rule.action == "SCMP_ACT_NOTIFY"; });
}

bool allows(const PlannedFilter &filter, int system_call) {
    return ask(filter.program, native_architecture(), system_call).allows();
}

[[noreturn]] void refuse_call(const BpfAnswer &answer, int system_call, const std::string &needed) {
    const std::string name = syscall_words(native_architecture(), system_call);
    const bool has_errno = (answer.action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO;
    throw Error{.code = SPACES_EINVALID,
                .error_number = has_errno ? static_cast<int>(answer.action & SECCOMP_RET_DATA) : EPERM,
                .step = "seccomp",
                .object = name,
                .system_call = name,
                .message = "linux.seccomp: the filter does not let " + name + "(2) through, " + needed,
                .hint = "allow " + name + ", without conditions on its arguments"};
}

void require_call(const PlannedFilter &filter, int system_call, const std::string &needed) {
    if (const BpfAnswer answer = ask(filter.program, native_architecture(), system_call); !answer.allows()) {
        refuse_call(answer, system_call, needed);
    }
}

// Conditions on the arguments of execve are on addresses, of which nobody can say anything.
void require_exec(const PlannedFilter &filter) {
    const BpfAnswer answer = ask(filter.program, native_architecture(), SYS_execve);
    if (!answer.allows() && !answer.depends) {
        refuse_call(answer, SYS_execve, "by which the program is started");
    }
}

void require_calls_of_a_function(const Compilation &compilation, const PlannedFilter &filter) {
    if (filter.reports) {
        refuse_unsupported("spaces.seccompReport", "is for programs, and a function is to be called");
    }
    const std::string needed = "which the process of a function needs before it is called";
    for (const int system_call : {SYS_ppoll, SYS_rt_sigprocmask, SYS_sendmsg, SYS_close}) {
        require_call(filter, system_call, needed);
    }
    if (compilation.gives_up_capabilities()) {
        require_call(filter, SYS_capget, needed);
        require_call(filter, SYS_capset, needed);
    }
}

uint64_t bits_of(const Compilation &compilation, const PlannedFilter &filter) {
    const bool is_program = compilation.target == Target::program;
    uint64_t bits = 0;
    if (!allows(filter, SYS_sendmsg)) {
        bits |= plan::seccomp_is_mute;
    }
    if (allows(filter, SYS_openat) && allows(filter, SYS_pread64) && allows(filter, SYS_close)) {
        bits |= plan::seccomp_may_look;
    }
    if (allows(filter, SYS_exit_group)) {
        bits |= plan::seccomp_may_exit;
    }
    if (!compilation.spec.process.no_new_privileges && (is_program || compilation.gives_up_capabilities())) {
        bits |= plan::seccomp_privileged;
    }
    if (!is_program && compilation.gives_up_capabilities()) {
        const CapabilitiesSpec &capabilities = compilation.spec.process.capabilities;
        if (!changes_capabilities(capabilities)) {
            bits |= plan::seccomp_drops_all;
        } else if (!may_have_capability(capabilities, CAP_SYS_ADMIN)) {
            bits |= plan::seccomp_drops_admin;
        }
    }
    return bits;
}

void report_instead_of_kill(const SeccompSpec &seccomp, PlannedFilter &filter) {
    if (!seccomp.report || !can_kill(filter.program)) {
        return;
    }
    if (filter.listens) {
        refuse("spaces.seccompReport",
               "the filter has one listener, and that is for the rules with SCMP_ACT_NOTIFY",
               "leave out one of the two");
    }
    notify_instead_of_kill(filter.program);
    filter.reports = true;
}

} // namespace

bool PlannedFilter::needs_supervisor() const {
    return reports || (bits & plan::seccomp_is_mute) != 0;
}

bool Compilation::gives_up_capabilities() const {
    const ProcessSpec &process = spec.process;
    return spec.seccomp.kind != SeccompSpec::Kind::none && !process.no_new_privileges &&
           (process.uid.value_or(0) != 0 || !may_have_capability(process.capabilities, CAP_SYS_ADMIN));
}

void decide_filter(Compilation &compilation) {
    const SeccompSpec &seccomp = compilation.spec.seccomp;
    if (seccomp.kind == SeccompSpec::Kind::none) {
        return;
    }
    FoundFilter found = find_filter(seccomp, capabilities_after_exec(compilation.spec.process));
    PlannedFilter filter;
    filter.by_default = seccomp.kind == SeccompSpec::Kind::by_default;
    filter.program = std::move(found.filter.program);
    filter.ignored = std::move(found.filter.ignored);
    filter.listens = listens(seccomp);
    filter.listener_path = seccomp.profile.listener_path;
    filter.listener_metadata = seccomp.profile.listener_metadata;
    report_instead_of_kill(seccomp, filter);
    for (const std::string &word : seccomp.profile.flags) {
        filter.flags |= flag_of(word);
    }
    if (filter.listens || filter.reports) {
        filter.flags |= SECCOMP_FILTER_FLAG_NEW_LISTENER;
        if ((filter.flags & SECCOMP_FILTER_FLAG_TSYNC) != 0) {
            filter.flags |= SECCOMP_FILTER_FLAG_TSYNC_ESRCH; // the two go together only so
        }
    }
    filter.bits = bits_of(compilation, filter);
    if (compilation.target == Target::program) {
        require_exec(filter);
    } else {
        require_calls_of_a_function(compilation, filter);
    }
    plan::Header &header = compilation.builder().header();
    header.shares_files = filter.needs_supervisor() ? 1 : 0;
    header.reports_refusals = filter.reports ? 1 : 0;
    header.confines_supervisor = 1;
    compilation.plan.filter = std::move(filter);
}

void add_filter(Compilation &compilation) {
    if (!compilation.plan.filter) {
        return;
    }
    const PlannedFilter &filter = *compilation.plan.filter;
    const std::string object = filter.by_default ? "default" : "linux.seccomp";
    const uint32_t table = compilation.builder().table(filter.program);
    plan::Step &step = compilation.add(Op::seccomp, {"seccomp", object, "install the seccomp filter"});
    step.table = table;
    step.number[0] = filter.program.size();
    step.number[1] = filter.flags;
    step.number[2] = filter.bits;
}

} // namespace spaces
