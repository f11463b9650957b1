// The labels of security modules: the program's AppArmor profile and SELinux context.
#include "base/error.hpp"
#include "base/sys.hpp"
#include "host/security.hpp"
#include "plan/compilation.hpp"

namespace spaces {

namespace {

using plan::Op;

// "docker-default" takes the place of the present profile, "&more" is stacked upon it: apparmor(7).
std::string apparmor_command(const std::string &profile, bool is_program) {
    if (profile.starts_with('&')) {
        return "stack " + profile.substr(1);
    }
    return (is_program ? "exec " : "changeprofile ") + profile;
}

void add_label(Compilation &compilation, const char *step_name, const std::string &label,
               const std::string &what, const char *file, const std::string &content) {
    const uint32_t path = compilation.builder().text(file);
    const uint32_t text = compilation.builder().text(content);
    plan::Step &step = compilation.add(Op::label, {step_name, label, what});
    step.text[0] = path;
    step.text[1] = text;
}

bool wants_apparmor(const Spec &spec) {
    return spec.process.apparmor_profile &&
           (*spec.process.apparmor_profile != "unconfined" || has_apparmor());
}

bool wants_labels(const Spec &spec) {
    return wants_apparmor(spec) || spec.process.selinux_label;
}

} // namespace

void add_proc_for_labels(Compilation &compilation) {
    const ProcessSpec &process = compilation.spec.process;
    if (wants_apparmor(compilation.spec) && !has_apparmor()) {
        throw_unsupported("process.apparmorProfile", "AppArmor is not active in this kernel",
                          "leave the profile out, or say \"unconfined\"; where the kernel has it: boot with "
                          "apparmor=1 security=apparmor");
    }
    if (process.selinux_label && !has_selinux()) {
        throw_unsupported(
            "process.selinuxLabel", "SELinux is not active in this kernel",
            "leave the label out; where the kernel has it: boot with selinux=1 security=selinux");
    }
    // The /proc of a container that is joined shows who has joined it; the caller's may not.
    if (wants_labels(compilation.spec) && !compilation.namespaces.joins_mount) {
        compilation.add(Op::keep_proc, {"label", "/proc", "keep the caller's /proc in reach"});
    }
}

void add_labels(Compilation &compilation) {
    const ProcessSpec &process = compilation.spec.process;
    const bool is_program = compilation.target == Target::program;
    if (wants_apparmor(compilation.spec)) {
        const std::string &profile = *process.apparmor_profile;
        const bool at_exec = is_program && !profile.starts_with('&');
        add_label(compilation, "apparmor", profile, "set the AppArmor profile " + quoted(profile),
                  at_exec ? "thread-self/attr/apparmor/exec" : "thread-self/attr/apparmor/current",
                  apparmor_command(profile, is_program));
    }
    if (process.selinux_label) {
        add_label(compilation, "selinux", *process.selinux_label,
                  "set the SELinux label " + quoted(*process.selinux_label),
                  is_program ? "thread-self/attr/exec" : "thread-self/attr/current", *process.selinux_label);
        compilation.builder().last().number[0] = is_program ? 0 : 1;
    }
}

} // namespace spaces
