// Failures of id maps, users, groups and limits.
#include "failure_table/row.hpp"

#include "support/users.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/resource.h>

using namespace support;

namespace failure_table {

namespace {

Failure uid_map_fails(const char *map) {
    Spec spec = sound();
    return start_fails(spec.unshare(SPACES_NAMESPACE_USER).with<spaces_spec_set_uid_map>(map));
}

Failure gid_map_fails(const char *map) {
    Spec spec = sound();
    return start_fails(spec.unshare(SPACES_NAMESPACE_USER).with<spaces_spec_set_gid_map>(map));
}

void with_subids(const Scene &, const Body &body) {
    as_account({}, body);
}

void without_subids(const Scene &, const Body &body) {
    Account account;
    account.subuid = "somebody-else:100000:65536\n";
    account.subgid = account.subuid;
    as_account(account, body);
}

void without_map_helpers(const Scene &, const Body &body) {
    in_mount_namespace([&] {
        for (const char *helper : {"/usr/bin/newuidmap", "/usr/bin/newgidmap"}) {
            must(::mount("/dev/null", helper, nullptr, MS_BIND, nullptr), "mount");
        }
        as_account({}, body);
    });
}

void with_a_low_hard_limit(const Scene &, const Body &body) {
    as_user(nobody_special, [&] {
        const rlimit low{100, 100};
        must(::setrlimit(RLIMIT_MSGQUEUE, &low), "setrlimit");
        body();
    });
}

void with_few_descriptors(const Scene &, const Body &body) {
    in_child([&] {
        const rlimit few{64, 64};
        must(::setrlimit(RLIMIT_NOFILE, &few), "setrlimit");
        body();
    });
}

} // namespace

const std::vector<Row> identity_rows = {
    {"a map of another user's id", [](const Scene &) { return uid_map_fails("0 1000 1"); }, SPACES_ESYSTEM,
     "uid_map", EPERM, "newuidmap",
     "cannot write the uid_map by newuidmap: newuidmap: uid range [0-1) -> [1000-1001) not allowed", true,
     with_subids, root},
    {"a map of another group's id", [](const Scene &) { return gid_map_fails("0 1000 1"); }, SPACES_ESYSTEM,
     "gid_map", EPERM, "newgidmap",
     "cannot write the gid_map by newgidmap: newgidmap: gid range [0-1) -> [1000-1001) not allowed", true,
     with_subids, root},
    {"no subordinate ids", [](const Scene &) { return uid_map_fails("auto"); }, SPACES_EUNSUPPORTED,
     "uid_map", 0, "/etc/subuid",
     "cannot find subordinate ids of user \"spaces-tester\" in \"/etc/subuid\": it has no entry there", true,
     without_subids, root},
    {"no subordinate groups", [](const Scene &) { return gid_map_fails("auto"); }, SPACES_EUNSUPPORTED,
     "gid_map", 0, "/etc/subgid",
     "cannot find subordinate ids of user \"spaces-tester\" in \"/etc/subgid\": it has no entry there", true,
     without_subids, root},
    {"subordinate ids that are too few", [](const Scene &) { return uid_map_fails("0 200000 70000"); },
     SPACES_ESYSTEM, "uid_map", EPERM, "newuidmap",
     "cannot write the uid_map by newuidmap: newuidmap: uid range [0-70000) -> [200000-270000) not allowed",
     true, with_subids, root},
    {"newuidmap that is missing", [](const Scene &) { return uid_map_fails("auto"); }, SPACES_ESYSTEM,
     "uid_map", EACCES, "newuidmap", "cannot run newuidmap: Permission denied", true, without_map_helpers,
     root},
    {"another user", [](const Scene &) { return start_fails(sound().with<spaces_spec_set_uid>(1u)); },
     SPACES_ESETUP, "setresuid", EPERM, "uid 1", "cannot become uid 1: Operation not permitted", true,
     as_ordinary_user, root},
    {"another group", [](const Scene &) { return start_fails(sound().with<spaces_spec_set_gid>(1u)); },
     SPACES_ESETUP, "setresgid", EPERM, "gid 1", "cannot become gid 1: Operation not permitted", true,
     as_ordinary_user, root},
    {"other groups",
     [](const Scene &) {
         const uint32_t groups[] = {1, 2};
         return start_fails(sound().with<spaces_spec_set_groups>(groups, size_t{2}));
     },
     SPACES_ESETUP, "setgroups", EPERM, "1,2",
     "cannot set the supplementary groups 1,2: Operation not permitted", true, as_ordinary_user, root},
    {"groups in a user namespace that must deny them",
     [](const Scene &) {
         const uint32_t group = 0;
         return start_fails(
             sound().unshare(SPACES_NAMESPACE_USER).with<spaces_spec_set_groups>(&group, size_t{1}));
     },
     SPACES_ESETUP, "setgroups", EPERM, "0", "cannot set the supplementary groups 0: Operation not permitted",
     true, as_ordinary_user, root},
    {"a limit above the hard one",
     [](const Scene &) {
         return start_fails(
             sound().with<spaces_spec_set_rlimit>("RLIMIT_MSGQUEUE", uint64_t{200}, uint64_t{200}));
     },
     SPACES_ESYSTEM, "setrlimit", EPERM, "RLIMIT_MSGQUEUE",
     "cannot raise the hard limit RLIMIT_MSGQUEUE: Operation not permitted", true, with_a_low_hard_limit,
     root},
    {"an OOM score below the present one",
     [](const Scene &) { return start_fails(sound().with<spaces_spec_set_oom_score_adj>(-500)); },
     SPACES_ESYSTEM, "oom_score_adj", EACCES, "-500",
     "cannot set the OOM score adjustment -500: Permission denied", true, as_ordinary_user, root},
    {"a descriptor number above the limit",
     [](const Scene &) { return start_fails(sound().with<spaces_spec_add_fd>(2, 64)); }, SPACES_ESETUP, "dup",
     EBADF, "descriptor 64", "cannot pass on descriptor 64: Bad file descriptor", true, with_few_descriptors},
    {"no descriptor left",
     [](const Scene &) {
         Spec spec = sound();
         spec.pipe(SPACES_STDIN).pipe(SPACES_STDOUT).pipe(SPACES_STDERR);
         std::vector<Fd> all;
         for (int fd = 0; (fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;) {
             all.emplace_back(fd);
         }
         return start_fails(spec);
     },
     SPACES_ESYSTEM, "stdio", EMFILE, "stdin", "cannot make a pipe for stdin: Too many open files", true,
     with_few_descriptors},
};

} // namespace failure_table
