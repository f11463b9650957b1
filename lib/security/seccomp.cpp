// From a seccomp profile to the filter that the kernel takes, by libseccomp.
#include "security/seccomp.hpp"

#include "base/sys.hpp"
#include "security/default_profile.hpp"
#include "security/syscalls.hpp"
#include "spec/refuse.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <memory>
#include <new>
#include <seccomp.h>
#include <set>
#include <sys/socket.h>
#include <unistd.h>

namespace spaces {

namespace {

constexpr std::string_view member = "linux.seccomp";

struct Release {
    void operator()(void *context) const { ::seccomp_release(context); }
};
using Context = std::unique_ptr<void, Release>;

uint32_t action_of(const std::string &word, const std::optional<uint32_t> &number) {
    if (word == "SCMP_ACT_KILL_PROCESS") {
        return SCMP_ACT_KILL_PROCESS;
    }
    if (word == "SCMP_ACT_KILL" || word == "SCMP_ACT_KILL_THREAD") {
        return SCMP_ACT_KILL_THREAD;
    }
    if (word == "SCMP_ACT_TRAP") {
        return SCMP_ACT_TRAP;
    }
    if (word == "SCMP_ACT_ERRNO") {
        return SCMP_ACT_ERRNO(number.value_or(EPERM));
    }
    if (word == "SCMP_ACT_TRACE") {
        return SCMP_ACT_TRACE(number.value_or(EPERM));
    }
    if (word == "SCMP_ACT_LOG") {
        return SCMP_ACT_LOG;
    }
    return word == "SCMP_ACT_NOTIFY" ? SCMP_ACT_NOTIFY : SCMP_ACT_ALLOW;
}

scmp_compare operator_of(const std::string &word) {
    constexpr std::array<std::pair<std::string_view, scmp_compare>, 7> words{
        {{"SCMP_CMP_NE", SCMP_CMP_NE},
         {"SCMP_CMP_LT", SCMP_CMP_LT},
         {"SCMP_CMP_LE", SCMP_CMP_LE},
         {"SCMP_CMP_EQ", SCMP_CMP_EQ},
         {"SCMP_CMP_GE", SCMP_CMP_GE},
         {"SCMP_CMP_GT", SCMP_CMP_GT},
         {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ}}};
    const auto found =
        std::find_if(words.begin(), words.end(), [&](const auto &entry) { return entry.first == word; });
    return found->second; // check_seccomp() has let no others pass
}

[[noreturn]] void refuse_action(const std::string &object, const std::string &action) {
    refuse_unsupported(object, action + " is not known to this kernel",
                       "`space features` lists the actions that it knows");
}

uint32_t architecture_of(const std::string &word, const std::string &object) {
    const uint32_t token = architecture_token(word);
    if (token == 0) {
        refuse_unsupported(object, word + " is not known to libseccomp");
    }
    return token;
}

void add_architectures(const Context &context, const SeccompProfile &profile) {
    for (size_t index = 0; index < profile.architectures.size(); ++index) {
        const std::string object = item_of(std::string(member) + ".architectures", index);
        const int result =
            ::seccomp_arch_add(context.get(), architecture_of(profile.architectures[index], object));
        if (result == -ENOMEM) {
            throw std::bad_alloc();
        }
        if (result != 0 && result != -EEXIST) {
            refuse_unsupported(object, profile.architectures[index] +
                                           " cannot be in one filter with the architecture of this host");
        }
    }
}

[[noreturn]] void refuse_rule(int result, const std::string &object, const std::string &name,
                              const std::string &action) {
    if (result == -ENOMEM) {
        throw std::bad_alloc();
    }
    if (result == -EEXIST) {
        refuse(object, "what it says of " + excerpt(name) + " contradicts an earlier rule");
    }
    if (result == -EINVAL) {
        refuse_action(object + ".action", action);
    }
    refuse(object, "libseccomp refuses the rule for " + excerpt(name) + ": " +
                       std::string(errno_text(result < 0 ? -result : EINVAL)));
}

bool repeats_an_argument(const std::vector<scmp_arg_cmp> &conditions) {
    std::set<unsigned> seen;
    return std::any_of(conditions.begin(), conditions.end(),
                       [&](const scmp_arg_cmp &condition) { return !seen.insert(condition.arg).second; });
}

int add_rule(const Context &context, uint32_t action, int number,
             const std::vector<scmp_arg_cmp> &conditions) {
    if (!repeats_an_argument(conditions)) {
        return ::seccomp_rule_add_array(context.get(), action, number,
                                        static_cast<unsigned>(conditions.size()), conditions.data());
    }
    for (const scmp_arg_cmp &condition : conditions) {
        if (const int result = ::seccomp_rule_add_array(context.get(), action, number, 1, &condition);
            result != 0) {
            return result;
        }
    }
    return 0;
}

void add_rules(const Context &context, const SeccompProfile &profile, std::set<std::string> &ignored) {
    const uint32_t otherwise = action_of(profile.default_action, profile.default_errno_ret);
    for (size_t index = 0; index < profile.syscalls.size(); ++index) {
        const SeccompRule &rule = profile.syscalls[index];
        const uint32_t action = action_of(rule.action, rule.errno_ret);
        std::vector<scmp_arg_cmp> conditions;
        for (const SeccompArg &arg : rule.args) {
            conditions.push_back({arg.index, operator_of(arg.op), arg.value, arg.value_two});
        }
        for (const std::string &name : rule.names) {
            const int number = ::seccomp_syscall_resolve_name(name.c_str());
            if (number == __NR_SCMP_ERROR) {
                ignored.insert(name);
            } else if (action != otherwise) { // libseccomp has no rules that say the same as none
                if (const int result = add_rule(context, action, number, conditions); result != 0) {
                    refuse_rule(result, item_of(std::string(member) + ".syscalls", index), name, rule.action);
                }
            }
        }
    }
}

Context context_of(const SeccompProfile &profile, std::set<std::string> &ignored) {
    errno = 0;
    Context context(::seccomp_init(action_of(profile.default_action, profile.default_errno_ret)));
    if (!context) {
        if (errno == ENOMEM) {
            throw std::bad_alloc();
        }
        refuse_action(std::string(member) + ".defaultAction", profile.default_action);
    }
    // A tree instead of a list: a few comparisons for each system call, and not hundreds.
    ::seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
    add_architectures(context, profile);
    add_rules(context, profile, ignored);
    return context;
}

// A socket pair holds more than the longest program that the kernel takes, and unlike for a file no limit of
// this process (RLIMIT_FSIZE) matters.
template <class Export> std::string exported(Export &&write_to, size_t most) {
    const Doing doing{"seccomp", "filter", "get the filter from libseccomp"};
    int ends[2];
    sys("socketpair", ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), doing);
    const Fd reader(ends[0]);
    Fd writer(ends[1]);
    const int room = static_cast<int>(most) * 4;
    ::setsockopt(writer.get(), SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    const int result = write_to(writer.get());
    if (result == -ENOMEM) {
        throw std::bad_alloc();
    }
    if (result < 0) {
        throw_system(doing.step, "write", -result, doing.object, doing.what);
    }
    writer.reset();
    std::string content;
    std::array<char, 16384> buffer;
    for (ssize_t got = 0;
         content.size() <= most && (got = ::read(reader.get(), buffer.data(), buffer.size())) > 0;) {
        content.append(buffer.data(), static_cast<size_t>(got));
    }
    return content;
}

std::vector<sock_filter> instructions_of(const Context &context) {
    constexpr size_t most = BPF_MAXINSNS * sizeof(sock_filter);
    const std::string bytes = exported([&](int fd) { return ::seccomp_export_bpf(context.get(), fd); }, most);
    std::vector<sock_filter> program(bytes.size() / sizeof(sock_filter));
    std::copy(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(program.size() * sizeof(sock_filter)),
              reinterpret_cast<char *>(program.data()));
    return program;
}

void check_length(const std::vector<sock_filter> &program) {
    if (program.size() > BPF_MAXINSNS) {
        refuse(member,
               "compiles to more than the " + std::to_string(BPF_MAXINSNS) +
                   " instructions that the kernel takes in one filter",
               "name fewer system calls, arguments or architectures");
    }
}

bool refuses_by_eperm(const SeccompProfile &profile) {
    return action_of(profile.default_action, profile.default_errno_ret) == SCMP_ACT_ERRNO(EPERM);
}

// Numbers that nobody here has a name for: before the others, ENOSYS. Far above there are no numbers but
// x32's and arm's own, which are left to what follows.
std::vector<sock_filter> answers_to_newer(const Context &context) {
    constexpr uint32_t far_above = 0xf0000;
    constexpr auto load = [](uint32_t offset) -> sock_filter {
        return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);
    };
    constexpr std::array<uint32_t, 4> architectures{SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_AARCH64,
                                                    SCMP_ARCH_ARM};
    std::vector<sock_filter> program;
    for (const uint32_t architecture : architectures) {
        if (::seccomp_arch_exist(context.get(), architecture) != 0) {
            continue;
        }
        const auto newest = static_cast<uint32_t>(newest_syscall(architecture));
        program.push_back(load(offsetof(seccomp_data, arch)));
        program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 0, 4));
        program.push_back(load(offsetof(seccomp_data, nr)));
        program.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, far_above, 2, 0));
        program.push_back(BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, newest, 0, 1));
        program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS));
    }
    return program;
}

void put(std::string &key, std::string_view text) {
    key += std::to_string(text.size());
    key += ':';
    key += text;
}

void put(std::string &key, uint64_t number) {
    put(key, std::to_string(number));
}

void put(std::string &key, const std::optional<uint32_t> &number) {
    put(key, number ? std::to_string(*number) : "-");
}

void put(std::string &key, const std::vector<std::string> &texts) {
    put(key, texts.size());
    for (const std::string &text : texts) {
        put(key, text);
    }
}

// What decides the filter; flags and listener do not.
void put(std::string &key, const SeccompProfile &profile) {
    put(key, profile.default_action);
    put(key, profile.default_errno_ret);
    put(key, profile.architectures);
    for (const SeccompRule &rule : profile.syscalls) {
        put(key, rule.names);
        put(key, rule.action);
        put(key, rule.errno_ret);
        put(key, rule.args.size());
        for (const SeccompArg &arg : rule.args) {
            put(key, arg.index);
            put(key, arg.value);
            put(key, arg.value_two);
            put(key, arg.op);
        }
    }
}

// Everything that the filter is made of, unambiguously.
std::string key_of(const SeccompSpec &seccomp, const Capabilities &capabilities) {
    constexpr uint64_t format = 1; // grows where the same profile would give another filter
    std::string key;
    key.reserve(16384);
    put(key, format);
    put(key, libseccomp_version());
    put(key, native_architecture());
    if (seccomp.kind == SeccompSpec::Kind::by_default) {
        put(key, default_profile_key(capabilities));
    } else {
        put(key, seccomp.profile);
    }
    return key;
}

} // namespace

Filter compile_filter(const SeccompProfile &profile) {
    std::set<std::string> ignored;
    const Context context = context_of(profile, ignored);
    Filter filter;
    filter.ignored.assign(ignored.begin(), ignored.end());
    if (refuses_by_eperm(profile)) {
        filter.program = answers_to_newer(context);
    }
    const std::vector<sock_filter> rest = instructions_of(context);
    filter.program.insert(filter.program.end(), rest.begin(), rest.end());
    check_length(filter.program);
    return filter;
}

SeccompProfile profile_of(const SeccompSpec &seccomp, const Capabilities &capabilities) {
    return seccomp.kind == SeccompSpec::Kind::by_default ? default_profile(capabilities) : seccomp.profile;
}

FoundFilter find_filter(const SeccompSpec &seccomp, const Capabilities &capabilities) {
    FilterMemory *const memory = seccomp.compiled.memory.get();
    if (const Filter *kept = memory != nullptr ? memory->find(capabilities) : nullptr) {
        return {*kept, FilterSource::memory};
    }
    FoundFilter found{{}, FilterSource::libseccomp};
    if (seccomp.cache.empty()) {
        found.filter = compile_filter(profile_of(seccomp, capabilities));
    } else {
        const FilterDirectory directory(seccomp.cache);
        const std::string key = key_of(seccomp, capabilities);
        if (std::optional<Filter> stored = directory.find(key)) {
            found = {std::move(*stored), FilterSource::directory};
        } else {
            found.filter = compile_filter(profile_of(seccomp, capabilities));
            directory.keep(key, found.filter);
        }
    }
    if (memory != nullptr) {
        memory->keep(capabilities, found.filter);
    }
    return found;
}

std::string pseudo_code(const SeccompProfile &profile) {
    constexpr size_t most = size_t{1} << 20;
    std::set<std::string> ignored;
    const Context context = context_of(profile, ignored);
    return exported([&](int fd) { return ::seccomp_export_pfc(context.get(), fd); }, most);
}

} // namespace spaces
