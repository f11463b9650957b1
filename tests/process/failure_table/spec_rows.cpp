// Failures of the Spec itself: no process is made for them.
#include "failure_table/row.hpp"

#include <cerrno>

using namespace support;

namespace failure_table {

namespace {

Failure json_fails(const std::string &text) {
    return failure_of<spaces_spec_load_json>(Spec(), text.data(), text.size());
}

Failure start_fails_with(Spec &spec) {
    return start_fails(spec);
}

} // namespace

const std::vector<Row> spec_rows = {
    {"JSON that is none", [](const Scene &) { return json_fails("{\"process\": {\"args\": [}"); },
     SPACES_EINVALID, "spec", 0, "config.json",
     "config.json: no JSON at line 1, column 23: unexpected '}'; expected '[', '{', or a literal", false},
    {"JSON with an unknown member", [](const Scene &) { return json_fails("{\"proces\": {}}"); },
     SPACES_EINVALID, "spec", 0, "proces", "proces: no such member", false},
    {"JSON with a member of the wrong form",
     [](const Scene &) { return json_fails("{\"process\": {\"args\": \"ls\"}}"); }, SPACES_EINVALID, "spec",
     0, "process.args", "process.args: must be an array, not a string", false},
    {"JSON that asks for what is not there yet",
     [](const Scene &) { return json_fails("{\"linux\": {\"intelRdt\": {\"closID\": \"a\"}}}"); },
     SPACES_EUNSUPPORTED, "spec", 0, "linux.intelRdt",
     "linux.intelRdt: not supported by this version of libspaces", false},
    {"a limit that no kernel has",
     [](const Scene &) { return failure_of<spaces_spec_set_cgroup>(Spec(), "memory", "1"); }, SPACES_EINVALID,
     "spec", 0, "linux.resources.unified",
     "linux.resources.unified: \"memory\" is no limit of a control group", true},
    {"a path of a control group that leads elsewhere",
     [](const Scene &) { return failure_of<spaces_spec_set_cgroup_path>(Spec(), "/a/../b"); },
     SPACES_EINVALID, "spec", 0, "linux.cgroupsPath", "linux.cgroupsPath: \"/a/../b\" has a part \"..\"",
     false},
    {"the groups of a process that is not there",
     [](const Scene &) { return start_fails(Spec({"true"}).with<spaces_spec_join_cgroup>(0x3fffffff)); },
     SPACES_ENOTFOUND, "cgroup", ESRCH, "process PID",
     "cannot join the control groups of process PID: No such process", true},
    {"a program without a name",
     [](const Scene &) {
         const char *const args[] = {"", nullptr};
         return failure_of<spaces_spec_set_args>(Spec(), static_cast<const char *const *>(args));
     },
     SPACES_EINVALID, "spec", 0, "process.args", "process.args: names no program", false},
    {"no program", [](const Scene &) { return start_fails(Spec()); }, SPACES_EINVALID, "spec", 0,
     "process.args", "process.args: there is no program to run", false},
    {"a descriptor that is closed",
     [](const Scene &) { return failure_of<spaces_spec_add_fd>(Spec(), 987'654, 5); }, SPACES_EINVALID,
     "spec", 0, "spaces.fds", "spaces.fds: descriptor 987654 is not open", false},
    {"a host name that is too long",
     [](const Scene &) { return failure_of<spaces_spec_set_hostname>(Spec(), std::string(65, 'h').c_str()); },
     SPACES_EINVALID, "spec", 0, "hostname", "hostname: a name of 65 bytes, and the kernel takes 64", false},
    {"a host name without a namespace for it",
     [](const Scene &) { return start_fails_with(sound().with<spaces_spec_set_hostname>("x")); },
     SPACES_EINVALID, "spec", 0, "hostname", "hostname: a host name needs a new uts namespace", true},
    {"a mount without a namespace for it",
     [](const Scene &) {
         return start_fails_with(sound().with<spaces_spec_add_mount>("tmpfs", "/mnt", "tmpfs", nullptr));
     },
     SPACES_EINVALID, "spec", 0, "mounts", "mounts: a mount needs a new mount namespace", true},
    {"pivot_root without a namespace for it",
     [](const Scene &scene) {
         return start_fails_with(sound().with<spaces_spec_set_root>(scene.rootfs.path().c_str(), 0));
     },
     SPACES_EINVALID, "spec", 0, "root", "root: pivot_root(2) needs a new mount namespace", true},
    {"an id map without a namespace for it",
     [](const Scene &) { return start_fails_with(sound().with<spaces_spec_set_uid_map>("0 1000 1")); },
     SPACES_EINVALID, "spec", 0, "linux.uidMappings",
     "linux.uidMappings: a uid map needs a new user namespace", true},
    {"a clock without a namespace for it",
     [](const Scene &) {
         return start_fails_with(sound().with<spaces_spec_set_time_offset>("monotonic", int64_t{1}, 0u));
     },
     SPACES_EINVALID, "spec", 0, "linux.timeOffsets",
     "linux.timeOffsets: an offset of a clock needs a new time namespace", true},
    {"a limit that does not exist",
     [](const Scene &) {
         return failure_of<spaces_spec_set_rlimit>(Spec(), "RLIMIT_COFFEE", uint64_t{1}, uint64_t{1});
     },
     SPACES_EINVALID, "spec", 0, "process.rlimits", "process.rlimits: \"RLIMIT_COFFEE\" is no resource limit",
     true},
    {"a soft limit above the hard one",
     [](const Scene &) {
         return failure_of<spaces_spec_set_rlimit>(Spec(), "RLIMIT_CPU", uint64_t{2}, uint64_t{1});
     },
     SPACES_EINVALID, "spec", 0, "process.rlimits",
     "process.rlimits: the soft limit of RLIMIT_CPU, 2, is above its hard limit, 1", false},
    {"a map that is no map",
     [](const Scene &) { return failure_of<spaces_spec_set_uid_map>(Spec(), "0 1000"); }, SPACES_EINVALID,
     "spec", 0, "linux.uidMappings", "linux.uidMappings: \"0 1000\" lacks its count", true},
    {"ranges that overlap inside",
     [](const Scene &) { return failure_of<spaces_spec_set_uid_map>(Spec(), "0 1000 10, 5 2000 10"); },
     SPACES_EINVALID, "spec", 0, "linux.uidMappings[1]",
     "linux.uidMappings[1]: overlaps linux.uidMappings[0] inside the namespace", false},
    {"ranges that overlap outside",
     [](const Scene &) { return failure_of<spaces_spec_set_gid_map>(Spec(), "0 1000 10, 20 1005 10"); },
     SPACES_EINVALID, "spec", 0, "linux.gidMappings[1]",
     "linux.gidMappings[1]: overlaps linux.gidMappings[0] outside the namespace", false},
    {"a range past the last id",
     [](const Scene &) { return failure_of<spaces_spec_set_uid_map>(Spec(), "0 4294967290 10"); },
     SPACES_EINVALID, "spec", 0, "linux.uidMappings[0]",
     "linux.uidMappings[0]: runs past the last id, 4294967294", false},
    {"a propagation that does not exist",
     [](const Scene &) { return failure_of<spaces_spec_set_propagation>(Spec(), "sideways"); },
     SPACES_EINVALID, "spec", 0, "linux.rootfsPropagation",
     "linux.rootfsPropagation: \"sideways\" is no propagation", true},
    {"a user that is not mapped",
     [](const Scene &) {
         return start_fails_with(sound().unshare(SPACES_NAMESPACE_USER).with<spaces_spec_set_uid>(5u));
     },
     SPACES_EINVALID, "spec", 0, "process.user.uid",
     "process.user.uid: 5 is not mapped in the new user namespace", true},
    {"groups where setgroups is denied",
     [](const Scene &) {
         const uint32_t group = 0;
         Spec spec = sound();
         spec.unshare(SPACES_NAMESPACE_USER).with<spaces_spec_set_setgroups>(0);
         return start_fails_with(spec.with<spaces_spec_set_groups>(&group, size_t{1}));
     },
     SPACES_EINVALID, "spec", 0, "process.user.additionalGids",
     "process.user.additionalGids: groups are to be set, and spaces.setgroups denies that", false},
    {"a terminal and a pipe for the same stream",
     [](const Scene &) {
         Spec spec = sound();
         return start_fails_with(spec.with<spaces_spec_set_terminal>(1).pipe(SPACES_STDOUT));
     },
     SPACES_EINVALID, "spec", 0, "spaces.stdio.stdout",
     "spaces.stdio.stdout: the program's streams are its terminal, and this one is told otherwise", true},
};

} // namespace failure_table
