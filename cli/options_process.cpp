// Options for the program itself: environment, working directory, limits, privileges.
#include "option.hpp"
#include "text.hpp"

#include <cstdlib>

namespace cli {

namespace {

// NAME=VALUE, or NAME to take it from the caller (after --clear-env).
void set_env(Request &request, const std::string &text) {
    const size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const char *value = equals == text.npos ? std::getenv(name.c_str()) : text.c_str() + equals + 1;
    if (value == nullptr) {
        throw_usage("the environment has no " + in_quotes(name) + " to pass on",
                    "--env NAME=VALUE sets a variable, --env NAME passes one on");
    }
    call(spaces_spec_set_env, request.spec.get(), name.c_str(), value);
}

void unset_env(Request &request, const std::string &name) {
    call(spaces_spec_unset_env, request.spec.get(), name.c_str());
}

void clear_env(Request &request, const std::string &) {
    call(spaces_spec_clear_env, request.spec.get());
}

void set_executable(Request &request, const std::string &path) {
    call(spaces_spec_set_executable, request.spec.get(), path.c_str());
}

void set_cwd(Request &request, const std::string &path) {
    call(spaces_spec_set_cwd, request.spec.get(), path.c_str());
}

void set_umask(Request &request, const std::string &text) {
    call(spaces_spec_set_umask, request.spec.get(), parse_octal(text, "umask"));
}

// prlimit(1)'s and OCI's names alike: "nofile", "RLIMIT_NOFILE".
std::string rlimit_name(std::string name) {
    for (char &letter : name) {
        if (letter >= 'a' && letter <= 'z') {
            letter = static_cast<char>(letter - 'a' + 'A');
        }
    }
    return name.starts_with("RLIMIT_") ? name : "RLIMIT_" + name;
}

void set_rlimit(Request &request, const std::string &text) {
    const size_t equals = text.find('=');
    if (equals == text.npos) {
        throw_usage(in_quotes(text) + " is no resource limit",
                    "it is NAME=SOFT[:HARD], like nofile=1024:4096");
    }
    const auto [soft, hard] = split_once(std::string_view(text).substr(equals + 1), ':');
    const uint64_t soft_limit = parse_limit(soft, "resource limit");
    const uint64_t hard_limit = hard.empty() ? soft_limit : parse_limit(hard, "resource limit");
    call(spaces_spec_set_rlimit, request.spec.get(), rlimit_name(text.substr(0, equals)).c_str(), soft_limit,
         hard_limit);
}

void set_no_new_privs(Request &request, const std::string &) {
    call(spaces_spec_set_no_new_privs, request.spec.get(), 1);
}

void set_oom_score_adj(Request &request, const std::string &text) {
    call(spaces_spec_set_oom_score_adj, request.spec.get(),
         static_cast<int>(parse_integer(text, -1000, 1000, "OOM score adjustment")));
}

constexpr Option options[] = {
    {"--executable", "FILE", "execute this, and give it PROGRAM as its name", in_all, set_executable},
    {"-e,--env", "NAME[=VALUE]", "set a variable of the environment, or pass the caller's on", in_all,
     set_env},
    {"--unset-env", "NAME", "take a variable out of the environment", in_all, unset_env},
    {"--clear-env", "", "start from an empty environment", in_all, clear_env},
    {"-w,--cwd,--wd,--workdir", "DIR", "working directory, inside the root directory", in_all, set_cwd},
    {"--umask", "OCTAL", "file mode creation mask", in_all, set_umask},
    {"--rlimit,--ulimit", "NAME=SOFT[:HARD]", "resource limit: nofile=1024, as=1G:unlimited", in_all,
     set_rlimit},
    {"--no-new-privs", "", "execve(2) can grant no privileges any more", in_all, set_no_new_privs},
    {"--seccomp", "FILE|default|none",
     "allow only the system calls of a profile: OCI's as JSON, or the default", in_all, set_seccomp},
    {"--seccomp-report", "", "tell which system call was refused where that ends the program", in_all,
     set_seccomp_report},
    {"--oom-score-adj", "NUMBER", "-1000 (never killed) to 1000 (killed first)", in_all, set_oom_score_adj},
};

} // namespace

const std::span<const Option> process_options = options;

} // namespace cli
