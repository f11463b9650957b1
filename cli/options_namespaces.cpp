// Options that choose namespaces: new ones, or joined ones.
#include "namespaces.hpp"
#include "option.hpp"
#include "text.hpp"

#include <climits>

namespace cli {

namespace {

template <uint32_t Type> void choose(Request &request, const std::string &path) {
    if (path.empty()) {
        request.chosen |= Type;
    } else {
        request.joined[Type] = path;
    }
}

void choose_all(Request &request, const std::string &) {
    request.all = true;
}

void share(Request &request, const std::string &types) {
    request.shared |= parse_namespaces(types);
}

// PID or PID:TYPE,…
void join_pid(Request &request, const std::string &text) {
    const auto [pid, types] = split_once(text, ':');
    request.join_pids.emplace_back(static_cast<int>(parse_integer(pid, 1, INT_MAX, "pid")),
                                   types.empty() ? 0 : parse_namespaces(types));
}

void set_proc(Request &request, const std::string &directory) {
    request.proc = directory;
}

template <const char *Clock> void set_time_offset(Request &request, const std::string &text) {
    const auto [seconds, nanoseconds] = parse_seconds(text, "time offset");
    call(spaces_spec_set_time_offset, request.spec.get(), Clock, seconds, nanoseconds);
    request.implied |= SPACES_NAMESPACE_TIME;
}

constexpr char monotonic[] = "monotonic";
constexpr char boottime[] = "boottime";

void set_hostname(Request &request, const std::string &name) {
    call(spaces_spec_set_hostname, request.spec.get(), name.c_str());
    request.implied |= SPACES_NAMESPACE_UTS;
}

void set_domainname(Request &request, const std::string &name) {
    call(spaces_spec_set_domainname, request.spec.get(), name.c_str());
    request.implied |= SPACES_NAMESPACE_UTS;
}

constexpr Option options[] = {
    {"-a,--all", "", "all of the namespaces below", in_all, choose_all},
    {"-C,--cgroup", "[=FILE]", "cgroup namespace", in_all, choose<SPACES_NAMESPACE_CGROUP>},
    {"-i,--ipc", "[=FILE]", "IPC namespace", in_all, choose<SPACES_NAMESPACE_IPC>},
    {"-m,--mnt,--fs", "[=FILE]", "mount namespace", in_all, choose<SPACES_NAMESPACE_MOUNT>},
    {"-n,--net,--network", "[=FILE]", "network namespace", in_all, choose<SPACES_NAMESPACE_NETWORK>},
    {"-p,--pid", "[=FILE]", "pid namespace", in_all, choose<SPACES_NAMESPACE_PID>},
    {"-T,--time", "[=FILE]", "time namespace", in_all, choose<SPACES_NAMESPACE_TIME>},
    {"-u,--uts", "[=FILE]", "UTS namespace: host and domain name", in_all, choose<SPACES_NAMESPACE_UTS>},
    {"-U,--user", "[=FILE]", "user namespace", in_all, choose<SPACES_NAMESPACE_USER>},
    {"--share", "TYPE,...", "keep these out of --all: \"net,user\"", in_all, share},
    {"--join-pid", "PID[:TYPE,...]", "join namespaces of a process; all that differ if no TYPE", in_new,
     join_pid},
    {"--proc", "DIR", "where the proc file system is mounted that PID is looked up in", in_inject, set_proc},
    {"--hostname", "NAME", "host name in a new UTS namespace", in_new, set_hostname},
    {"--domainname", "NAME", "NIS domain name in a new UTS namespace", in_new, set_domainname},
    {"--monotonic", "SECONDS", "offset of CLOCK_MONOTONIC in a new time namespace", in_new,
     set_time_offset<monotonic>},
    {"--boottime", "SECONDS", "offset of CLOCK_BOOTTIME in a new time namespace", in_new,
     set_time_offset<boottime>},
};

} // namespace

const std::span<const Option> namespace_options = options;

} // namespace cli
