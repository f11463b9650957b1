// The program itself: limits, session, working directory, and at last what is executed.
#include "base/sys.hpp"
#include "plan/compilation.hpp"
#include "spec/check.hpp"

#include <algorithm>
#include <csignal>
#include <sys/resource.h>
#include <unistd.h>

namespace spaces {

namespace {

using plan::Op;

// Only the caller's privileges can raise a hard limit, not those of a new user namespace.
void raise_from_outside(Compilation &compilation, const std::string &name, const RlimitSpec &limit) {
    const int resource = *rlimit_resource(name);
    rlimit64 present{};
    sys("prlimit64", ::prlimit64(0, static_cast<__rlimit_resource>(resource), nullptr, &present),
        {"setrlimit", name, "read " + name});
    if (limit.hard > present.rlim_max) {
        compilation.plan.outside.limits.push_back({resource, name, limit.hard});
    }
}

bool has_name(std::string_view entry, std::string_view name) {
    return entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=';
}

std::vector<std::string> environment(const ProcessSpec &process) {
    std::vector<std::string> result;
    if (process.env_inherit) {
        for (char **entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
            const std::string_view text(*entry);
            const std::string_view name = text.substr(0, text.find('='));
            const bool replaced = std::any_of(process.env.begin(), process.env.end(),
                                              [&](const std::string &own) { return has_name(own, name); });
            if (!replaced && !process.env_unset.contains(std::string(name))) {
                result.emplace_back(text);
            }
        }
    }
    result.insert(result.end(), process.env.begin(), process.env.end());
    return result;
}

std::string search_path(const std::vector<std::string> &env) {
    for (const std::string &entry : env) {
        if (has_name(entry, "PATH")) {
            return entry.substr(5);
        }
    }
    return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

// execvp(3): a name with a slash is a path, any other is looked for in each directory of PATH.
std::vector<std::string> candidates(const std::string &name, const std::vector<std::string> &env) {
    if (name.find('/') != std::string::npos) {
        return {name};
    }
    std::vector<std::string> result;
    const std::string path = search_path(env);
    size_t start = 0;
    while (start <= path.size()) {
        const size_t end = std::min(path.find(':', start), path.size());
        const std::string directory = path.substr(start, end - start);
        result.push_back(directory.empty() ? name : directory + "/" + name);
        start = end + 1;
    }
    return result;
}

uint32_t string_table(Builder &builder, const std::vector<std::string> &strings) {
    std::vector<uint64_t> offsets;
    offsets.reserve(strings.size() + 1);
    for (const std::string &string : strings) {
        offsets.push_back(builder.text(string));
    }
    offsets.push_back(0);
    return builder.table(offsets);
}

void add_exec(Compilation &compilation) {
    const ProcessSpec &process = compilation.spec.process;
    const std::string &name = process.executable ? *process.executable : process.args.front();
    const std::vector<std::string> env = environment(process);
    std::vector<uint32_t> paths;
    for (const std::string &candidate : candidates(name, env)) {
        paths.push_back(compilation.builder().text(candidate));
    }
    const uint32_t table = compilation.builder().table(paths);
    const uint32_t argv = string_table(compilation.builder(), process.args);
    const uint32_t envp = string_table(compilation.builder(), env);
    plan::Step &step = compilation.add(Op::exec, {"exec", name, "execute " + quoted(name)});
    step.table = table;
    step.number[0] = paths.size();
    step.number[1] = argv;
    step.number[2] = envp;
}

void add_signals(Compilation &compilation) {
    plan::Step &step = compilation.add(Op::signals, {"signals", "signal mask", "set the signals"});
    if (!compilation.spec.process.inherit_signals) {
        compilation.builder().header().default_signals = ~uint64_t{0};
        return;
    }
    for (const int signal : compilation.spec.process.default_signals) {
        compilation.builder().header().default_signals |= uint64_t{1} << (signal - 1);
    }
    sigset_t mask;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    for (int signal = 1; signal < NSIG; ++signal) {
        if (::sigismember(&mask, signal) == 1) {
            step.number[0] |= uint64_t{1} << (signal - 1);
        }
    }
}

// For a control group that could not be had.
void add_stand_in(Compilation &compilation, const std::string &name, uint64_t limit) {
    const int resource = *rlimit_resource(name);
    rlimit64 present{};
    sys("prlimit64", ::prlimit64(0, static_cast<__rlimit_resource>(resource), nullptr, &present),
        {"setrlimit", name, "read " + name});
    plan::Step &step = compilation.add(Op::setrlimit, {"setrlimit", name, "set " + name});
    step.number[0] = static_cast<uint64_t>(resource);
    step.number[1] = step.number[2] = std::min<uint64_t>(limit, present.rlim_max);
}

} // namespace

void add_session(Compilation &compilation) {
    const ProcessSpec &process = compilation.spec.process;
    if (process.new_keyring) {
        compilation.add(Op::new_keyring, {"new_keyring", "session keyring", "join a new session keyring"});
    }
    if (process.new_session || process.terminal) {
        compilation.add(Op::setsid, {"setsid", "session", "start a new session"});
    }
    if (process.process_group) {
        const std::string object = "process group " + std::to_string(*process.process_group);
        const bool own = *process.process_group == 0;
        compilation
            .add(Op::setpgid,
                 {"setpgid", own ? "process group" : object, own ? "make a process group" : "join " + object})
            .number[0] = static_cast<uint64_t>(*process.process_group);
    }
}

void add_rlimits(Compilation &compilation) {
    for (const auto &[name, limit] : compilation.spec.process.rlimits) {
        raise_from_outside(compilation, name, limit);
        plan::Step &step = compilation.add(Op::setrlimit, {"setrlimit", name, "set " + name});
        step.number[0] = static_cast<uint64_t>(*rlimit_resource(name));
        step.number[1] = limit.soft;
        step.number[2] = limit.hard;
    }
    if (!compilation.plan.cgroup) {
        return;
    }
    for (const auto &[name, limit] : compilation.plan.cgroup->rlimits) {
        if (!compilation.spec.process.rlimits.contains(name)) {
            add_stand_in(compilation, name, limit);
        }
    }
}

void add_program(Compilation &compilation) {
    const ProcessSpec &process = compilation.spec.process;
    compilation.plan.outside.oom_score_adj = process.oom_score_adj;
    compilation.add(Op::umask, {"umask", "umask", "set the umask"}).number[0] =
        process.umask ? *process.umask : plan::umask_of_caller;
    if (process.cwd) {
        const uint32_t path = compilation.builder().text(*process.cwd);
        compilation.add(Op::chdir, {"chdir", *process.cwd, "change to the directory " + quoted(*process.cwd)})
            .text[0] = path;
    }
    if (compilation.target != Target::program) {
        add_filter(compilation);
        compilation.add(Op::call, {"call", "main", "call the function"});
        return;
    }
    add_signals(compilation);
    add_filter(compilation); // the last but one: it holds for all that follows
    add_exec(compilation);
}

} // namespace spaces
