// The checks of a seccomp profile that need no libseccomp, and how a profile is chosen.
#include "spec/seccomp.hpp"

#include "spec/refuse.hpp"
#include "spec/seccomp_words.hpp"

#include <algorithm>

namespace spaces {

namespace {

constexpr uint32_t largest_errno = 4095; // the kernel's MAX_ERRNO; above it, it would cut the number
constexpr uint32_t largest_message = 0xffff;
constexpr uint32_t arguments = 6;

constexpr std::string_view member = "linux.seccomp";

template <class List> std::string listed(const List &words) {
    std::string text;
    for (const std::string_view word : words) {
        text += (text.empty() ? "" : ", ") + std::string(word);
    }
    return text;
}

template <class List>
void check_word(const List &words, const std::string &word, const std::string &object, const char *what) {
    if (!is_word(words, word)) {
        refuse(object, excerpt(word) + " is no " + what, "it is one of " + listed(words));
    }
}

void check_action(const std::string &action, const std::optional<uint32_t> &number,
                  const std::string &action_member, const std::string &number_member) {
    check_word(seccomp_actions, action, action_member, "action of a seccomp filter");
    if (!number) {
        return;
    }
    if (action != "SCMP_ACT_ERRNO" && action != "SCMP_ACT_TRACE") {
        refuse(number_member, "is for SCMP_ACT_ERRNO and SCMP_ACT_TRACE, and the action is " + action);
    }
    const uint32_t most = action == "SCMP_ACT_ERRNO" ? largest_errno : largest_message;
    if (*number > most) {
        refuse(number_member, std::to_string(*number) + " is not between 0 and " + std::to_string(most));
    }
}

void check_arg(const SeccompArg &arg, const std::string &object) {
    if (arg.index >= arguments) {
        refuse(object + ".index", std::to_string(arg.index) + " is not between 0 and 5, as a system call has "
                                                              "six arguments");
    }
    check_word(seccomp_operators, arg.op, object + ".op", "operator of a seccomp filter");
}

void check_rule(const SeccompRule &rule, const std::string &object) {
    if (rule.names.empty()) {
        refuse(object + ".names", "is empty");
    }
    for (size_t index = 0; index < rule.names.size(); ++index) {
        if (rule.names[index].empty()) {
            refuse(item_of(object + ".names", index), "is empty");
        }
    }
    check_action(rule.action, rule.errno_ret, object + ".action", object + ".errnoRet");
    for (size_t index = 0; index < rule.args.size(); ++index) {
        check_arg(rule.args[index], item_of(object + ".args", index));
    }
}

bool notifies(const SeccompRule &rule) {
    return rule.action == "SCMP_ACT_NOTIFY";
}

void check_listener(const SeccompProfile &profile) {
    const std::string at(member);
    // As all runtimes have it: nobody could be told of the descriptor before the first call.
    if (profile.default_action == "SCMP_ACT_NOTIFY") {
        refuse(at + ".defaultAction", "SCMP_ACT_NOTIFY cannot be the action of every system call",
               "name the system calls that are to be notified");
    }
    const bool listens = std::any_of(profile.syscalls.begin(), profile.syscalls.end(), notifies);
    if (!profile.listener_path.empty() && !listens) {
        refuse(at + ".listenerPath", "there is no rule with the action SCMP_ACT_NOTIFY");
    }
    if (!profile.listener_metadata.empty() && profile.listener_path.empty()) {
        refuse(at + ".listenerMetadata", "there is no listenerPath that it could be sent to");
    }
    const bool killable = is_word(profile.flags, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");
    if (killable && !listens) {
        refuse(at + ".flags", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV is for rules with SCMP_ACT_NOTIFY, and "
                              "there is none");
    }
}

} // namespace

void check_seccomp(const SeccompProfile &profile) {
    const std::string at(member);
    check_action(profile.default_action, profile.default_errno_ret, at + ".defaultAction",
                 at + ".defaultErrnoRet");
    for (size_t index = 0; index < profile.architectures.size(); ++index) {
        check_word(seccomp_architectures, profile.architectures[index], item_of(at + ".architectures", index),
                   "architecture of a seccomp filter");
    }
    for (size_t index = 0; index < profile.flags.size(); ++index) {
        check_word(seccomp_flags, profile.flags[index], item_of(at + ".flags", index),
                   "flag of a seccomp filter");
    }
    for (size_t index = 0; index < profile.syscalls.size(); ++index) {
        check_rule(profile.syscalls[index], item_of(at + ".syscalls", index));
    }
    check_listener(profile);
}

void set_seccomp_profile(SeccompSpec &seccomp, SeccompProfile profile) {
    seccomp.kind = SeccompSpec::Kind::profile;
    seccomp.profile = std::move(profile);
    seccomp.compiled.memory = new_filter_memory();
}

void set_seccomp_default(SeccompSpec &seccomp, bool on) {
    seccomp.kind = on ? SeccompSpec::Kind::by_default : SeccompSpec::Kind::none;
    seccomp.profile = {};
    seccomp.compiled.memory = on ? new_filter_memory() : nullptr;
}

} // namespace spaces
