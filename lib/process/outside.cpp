// What is done to the new process from outside, with the caller's privileges: raised limits and the OOM
// score.
#include "process/outside.hpp"

#include "base/sys.hpp"
#include "process/proc_file.hpp"

#include <sys/resource.h>

namespace spaces {

namespace {

void raise_hard_limit(pid_t pid, const RaisedLimit &limit) {
    rlimit64 present{};
    const auto resource = static_cast<__rlimit_resource>(limit.resource);
    sys("prlimit64", ::prlimit64(pid, resource, nullptr, &present),
        {"setrlimit", limit.name, "read " + limit.name});
    present.rlim_max = limit.hard;
    if (::prlimit64(pid, resource, &present, nullptr) != 0) {
        throw_system("setrlimit", "prlimit64", errno, limit.name, "raise the hard limit " + limit.name,
                     errno == EPERM
                         ? "raising a hard limit needs CAP_SYS_RESOURCE in the initial user namespace"
                         : "");
    }
}

void set_oom_score_adj(pid_t pid, int score) {
    const std::string text = std::to_string(score);
    if (const int error = write_proc_file(pid, "oom_score_adj", text); error != 0) {
        throw_system(
            "oom_score_adj", "write", error, text, "set the OOM score adjustment " + text,
            error == EACCES || error == EPERM
                ? "going below the present value needs CAP_SYS_RESOURCE in the initial user namespace"
                : "");
    }
}

} // namespace

void set_from_outside(pid_t pid, const OutsideWork &work) {
    for (const RaisedLimit &limit : work.limits) {
        raise_hard_limit(pid, limit);
    }
    if (work.oom_score_adj) {
        set_oom_score_adj(pid, *work.oom_score_adj);
    }
}

} // namespace spaces
