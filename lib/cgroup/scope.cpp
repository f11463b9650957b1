// A systemd scope: a group that the service manager makes for a process and leaves to us.
//
// systemd listens on a socket of its own besides the bus, which needs no bus daemon. The user's manager has a
// part of the hierarchy delegated, and asks the system's to move a process there that is outside of it.
#include "cgroup/scope.hpp"

#include "base/deadline.hpp"
#include "base/sys.hpp"
#include "cgroup/dbus.hpp"
#include "host/cgroups.hpp"
#include "host/check.hpp"
#include "host/systemd.hpp"

#include <algorithm>
#include <cerrno>
#include <spaces/base.h>
#include <time.h>

namespace spaces {

namespace {

constexpr int patience_ms = 10'000;

std::string group_of(pid_t pid) {
    for (const std::string &line :
         split(text_of("/proc/" + std::to_string(pid) + "/cgroup").value_or(""), '\n')) {
        if (line.starts_with("0::")) {
            return line.substr(3);
        }
    }
    return {};
}

void put_property(dbus::Marshaller &body, std::string_view name, std::string_view signature) {
    body.begin_struct();
    body.text(name);
    body.signature(signature);
}

dbus::Marshaller start_transient_unit(const ScopeRequest &request, const std::vector<pid_t> &pids) {
    dbus::Marshaller body; // ssa(sv)a(sa(sv))
    body.text(request.unit);
    body.text("fail");
    const size_t properties = body.begin_array(8);
    put_property(body, "Description", "s");
    body.text("container of libspaces");
    put_property(body, "PIDs", "au");
    const size_t list = body.begin_array(4);
    for (const pid_t pid : pids) {
        body.number(static_cast<uint32_t>(pid));
    }
    body.end_array(list);
    for (const char *name :
         {"Delegate", "MemoryAccounting", "CPUAccounting", "IOAccounting", "TasksAccounting"}) {
        put_property(body, name, "b");
        body.boolean(true);
    }
    put_property(body, "CollectMode", "s");
    body.text("inactive-or-failed");
    if (!request.slice.empty()) {
        put_property(body, "Slice", "s");
        body.text(request.slice);
    }
    body.end_array(properties);
    body.end_array(body.begin_array(8)); // no auxiliary units
    return body;
}

} // namespace

ScopeRequest scope_request(const std::string &path, const std::string &name) {
    const size_t first = path.find(':');
    const size_t second = first == std::string::npos ? first : path.find(':', first + 1);
    if (second == std::string::npos) {
        std::string unit = path.empty() ? name : path;
        std::replace(unit.begin(), unit.end(), '/', '-');
        unit.erase(0, unit.find_first_not_of('-'));
        return {"", unit + ".scope"};
    }
    const std::string prefix = path.substr(first + 1, second - first - 1);
    return {path.substr(0, first), (prefix.empty() ? "" : prefix + "-") + path.substr(second + 1) + ".scope"};
}

void enter_new_scope(const ScopeRequest &request, const std::vector<pid_t> &pids) {
    dbus::Connection connection(systemd_socket());
    const dbus::Reply reply = connection.call({.path = "/org/freedesktop/systemd1",
                                               .interface = "org.freedesktop.systemd1.Manager",
                                               .member = "StartTransientUnit",
                                               .signature = "ssa(sv)a(sa(sv))"},
                                              start_transient_unit(request, pids));
    if (!reply.error_name.empty()) {
        const bool exists = reply.error_name.ends_with("UnitExists");
        throw Error{.code = exists ? SPACES_EEXISTS : SPACES_ESYSTEM,
                    .step = "cgroup",
                    .object = request.unit,
                    .message = "systemd does not start the scope " + quoted(request.unit) + ": " +
                               (reply.error_text.empty() ? reply.error_name : reply.error_text),
                    .hint = exists ? "two containers cannot have the same name" : ""};
    }
    // The answer is that there is a job; its end is seen where the process is.
    const Deadline deadline(patience_ms);
    for (;;) {
        if (std::all_of(pids.begin(), pids.end(),
                        [&](pid_t pid) { return group_of(pid).ends_with("/" + request.unit); })) {
            return;
        }
        if (deadline.is_over()) {
            throw Error{.code = SPACES_ESYSTEM,
                        .error_number = ETIMEDOUT,
                        .step = "cgroup",
                        .object = request.unit,
                        .message = "systemd has not moved process " + std::to_string(pids.front()) +
                                   " into the scope " + quoted(request.unit) + " after " +
                                   std::to_string(patience_ms) + " ms",
                        .hint =
                            "see journalctl(1); a user's manager needs the system's bus for a process that "
                            "is not its own"};
        }
        const timespec pause{0, 1'000'000};
        ::nanosleep(&pause, nullptr);
    }
}

} // namespace spaces
