// Failures to make, limit or join namespaces.
#include "failure_table/row.hpp"

#include "support/users.hpp"
#include "support/waiting.hpp"

#include <cerrno>
#include <linux/capability.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace support;

namespace failure_table {

namespace {

Failure unshare_fails(uint32_t namespaces) {
    Spec spec = sound();
    return start_fails(spec.unshare(namespaces));
}

Failure join_fails(uint32_t namespace_, const std::string &path) {
    Spec spec = sound();
    return start_fails(spec.with<spaces_spec_join_path>(namespace_, path.c_str()));
}

void without_user_namespaces(const Scene &, const Body &body) {
    with_no_more_namespaces("user", body);
}
void without_network_namespaces(const Scene &, const Body &body) {
    with_no_more_namespaces("net", body);
}
void without_admin(const Scene &, const Body &body) {
    without_capability(CAP_SYS_ADMIN, body);
}

// The user's own count of processes is what counts, and this user has no other.
void with_too_many_processes(const Scene &, const Body &body) {
    as_user(nobody_special + 7, [&] {
        const rlimit one{1, 1};
        must(::setrlimit(RLIMIT_NPROC, &one), "setrlimit");
        body();
    });
}

} // namespace

const std::vector<Row> namespace_rows = {
    {"user namespaces that are switched off",
     [](const Scene &) { return unshare_fails(SPACES_NAMESPACE_USER); }, SPACES_ESYSTEM, "clone", ENOSPC,
     "user", "", true, without_user_namespaces},
    {"network namespaces that are switched off",
     [](const Scene &) { return unshare_fails(SPACES_NAMESPACE_NETWORK); }, SPACES_ESYSTEM, "clone", ENOSPC,
     "network", "", true, without_network_namespaces},
    {"namespaces without the right to them",
     [](const Scene &) { return unshare_fails(SPACES_NAMESPACE_UTS); }, SPACES_ESYSTEM, "clone", EPERM, "uts",
     "", true, as_ordinary_user, root},
    {"namespaces of root without CAP_SYS_ADMIN",
     [](const Scene &) { return unshare_fails(SPACES_NAMESPACE_MOUNT); }, SPACES_ESYSTEM, "clone", EPERM,
     "mount", "", true, without_admin, root},
    {"too many processes", [](const Scene &) { return start_fails(sound()); }, SPACES_ESYSTEM, "clone",
     EAGAIN, "", "", true, with_too_many_processes, root},
    {"a process to join that has gone",
     [](const Scene &) {
         const pid_t gone = ::fork();
         if (gone == 0) {
             ::_exit(0);
         }
         ::waitpid(gone, nullptr, 0);
         Spec spec = sound();
         Failure failure = start_fails(spec.with<spaces_spec_join_pid>(gone, SPACES_NAMESPACE_UTS));
         const std::string number = std::to_string(gone);
         for (std::string *text : {&failure.message, &failure.object}) {
             if (const size_t at = text->find(number); at != std::string::npos) {
                 text->replace(at, number.size(), "PID");
             }
         }
         return failure;
     },
     SPACES_ENOTFOUND, "setns", ESRCH, "process PID", "", false},
    {"a file to join that is missing",
     [](const Scene &) { return join_fails(SPACES_NAMESPACE_NETWORK, "/run/netns/nonexistent"); },
     SPACES_ENOTFOUND, "setns", ENOENT, "/run/netns/nonexistent", "", true},
    {"a file to join that is no namespace",
     [](const Scene &scene) { return join_fails(SPACES_NAMESPACE_NETWORK, scene.at("plain")); },
     SPACES_EINVALID, "spec", 0, "DIR/plain", "", true},
    {"a namespace of another kind",
     [](const Scene &) { return join_fails(SPACES_NAMESPACE_NETWORK, "/proc/self/ns/uts"); }, SPACES_EINVALID,
     "spec", 0, "/proc/self/ns/uts", "", false},
    {"one's own user namespace",
     [](const Scene &) { return join_fails(SPACES_NAMESPACE_USER, "/proc/self/ns/user"); }, SPACES_ESETUP,
     "setns", EINVAL, "/proc/self/ns/user", "", true},
    {"a namespace that one has no rights in",
     [](const Scene &) { return join_fails(SPACES_NAMESPACE_UTS, "/proc/self/ns/uts"); }, SPACES_ESETUP,
     "setns", EPERM, "/proc/self/ns/uts", "", true, as_ordinary_user, root},
    {"a process of somebody else",
     [](const Scene &) {
         Spec spec = sound();
         return start_fails(spec.with<spaces_spec_join_pid>(1, SPACES_NAMESPACE_UTS));
     },
     SPACES_ESYSTEM, "setns", EACCES, "/proc/1/ns/uts", "", true, as_ordinary_user, root},
    {"a clock before zero",
     [](const Scene &) {
         Spec spec = sound();
         spec.unshare(SPACES_NAMESPACE_USER | SPACES_NAMESPACE_TIME);
         return start_fails(spec.with<spaces_spec_set_time_offset>("monotonic", int64_t{-1'000'000'000}, 0u));
     },
     SPACES_ESETUP, "time_offset", ERANGE, "/proc/self/timens_offsets", "", true},
};

} // namespace failure_table
