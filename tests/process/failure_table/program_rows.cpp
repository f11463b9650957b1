// Failures to execute the program.
#include "failure_table/row.hpp"

#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <sys/stat.h>

using namespace support;

namespace failure_table {

namespace {

Failure exec_fails(const std::string &program, const std::vector<std::string> &more = {}) {
    std::vector<std::string> args{program};
    args.insert(args.end(), more.begin(), more.end());
    return start_fails(Spec(args));
}

} // namespace

const std::vector<Row> program_rows = {
    {"a program that is missing", [](const Scene &scene) { return exec_fails(scene.at("missing")); },
     SPACES_ESETUP, "exec", ENOENT, "DIR/missing",
     "cannot execute \"DIR/missing\": No such file or directory", false},
    {"a program that is not in the PATH",
     [](const Scene &) {
         Spec spec({"no-such-program"});
         return start_fails(spec.with<spaces_spec_set_env>("PATH", "/bin:/usr/bin"));
     },
     SPACES_ESETUP, "exec", ENOENT, "no-such-program",
     "cannot execute \"no-such-program\": No such file or directory", true},
    {"a program whose interpreter is missing",
     [](const Scene &scene) { return exec_fails(scene.at("no-interpreter")); }, SPACES_ESETUP, "exec", ENOENT,
     "DIR/no-interpreter",
     "cannot execute \"DIR/no-interpreter\": its interpreter \"/nonexistent/interpreter\" is missing", true},
    {"a file that is not executable",
     [](const Scene &scene) { return exec_fails(scene.at("not-executable")); }, SPACES_ESETUP, "exec", EACCES,
     "DIR/not-executable", "cannot execute \"DIR/not-executable\": Permission denied", true},
    {"a directory", [](const Scene &scene) { return exec_fails(scene.at("directory")); }, SPACES_ESETUP,
     "exec", EACCES, "DIR/directory", "cannot execute \"DIR/directory\": Permission denied", true},
    {"a file that is no program", [](const Scene &scene) { return exec_fails(scene.at("garbage")); },
     SPACES_ESETUP, "exec", ENOEXEC, "DIR/garbage", "cannot execute \"DIR/garbage\": Exec format error",
     true},
    {"a path through a file", [](const Scene &scene) { return exec_fails(scene.at("plain/program")); },
     SPACES_ESETUP, "exec", ENOTDIR, "DIR/plain/program",
     "cannot execute \"DIR/plain/program\": Not a directory", false},
    {"a link to itself", [](const Scene &scene) { return exec_fails(scene.at("loop-a")); }, SPACES_ESETUP,
     "exec", ELOOP, "DIR/loop-a", "cannot execute \"DIR/loop-a\": Too many levels of symbolic links", false},
    {"a name that is too long", [](const Scene &) { return exec_fails(Scene::long_name); }, SPACES_ESETUP,
     "exec", ENAMETOOLONG, "LONG", "cannot execute \"LONG\": File name too long", false},
    {"arguments that are too long",
     [](const Scene &) { return exec_fails("/bin/true", {std::string(200'000, 'x')}); }, SPACES_ESETUP,
     "exec", E2BIG, "/bin/true", "cannot execute \"/bin/true\": Argument list too long", true},
    {"a program that is being written",
     [](const Scene &scene) {
         const std::string program = scene.at("open/busy");
         write_file(program, read_file("/bin/true"));
         must(::chmod(program.c_str(), 0755), "chmod");
         const Fd writer = open_file(program, O_WRONLY);
         return exec_fails(program);
     },
     SPACES_ESETUP, "exec", ETXTBSY, "DIR/open/busy", "cannot execute \"DIR/open/busy\": Text file busy",
     true},
    {"a directory in the PATH that is closed",
     [](const Scene &scene) {
         Spec spec({"program"});
         return start_fails(spec.with<spaces_spec_set_env>("PATH", scene.at("closed").c_str()));
     },
     SPACES_ESETUP, "exec", EACCES, "program",
     "cannot execute \"program\" (DIR/closed/program): Permission denied", true, as_ordinary_user, root},
    {"a program on a mount without exec",
     [](const Scene &scene) {
         Spec spec({scene.at("open/copy")});
         write_file(scene.at("open/copy"), "#!/bin/sh\n");
         must(::chmod(scene.at("open/copy").c_str(), 0755), "chmod");
         spec.unshare(user_and_mount)
             .with<spaces_spec_add_mount>(scene.at("open").c_str(), scene.at("open").c_str(), "bind",
                                          "noexec");
         return start_fails(spec);
     },
     SPACES_ESETUP, "exec", EACCES, "DIR/open/copy", "cannot execute \"DIR/open/copy\": Permission denied",
     true},
    {"a process group that is not there",
     [](const Scene &) {
         Spec spec({"/bin/true"});
         return start_fails(spec.with<spaces_spec_set_process_group>(INT_MAX));
     },
     SPACES_ESETUP, "setpgid", EPERM, "process group 2147483647",
     "cannot join process group 2147483647: Operation not permitted", true},
    {"an executable that is not there",
     [](const Scene &) {
         Spec spec({"/bin/true"});
         return start_fails(spec.with<spaces_spec_set_executable>("/nonexistent/true"));
     },
     SPACES_ESETUP, "exec", ENOENT, "/nonexistent/true",
     "cannot execute \"/nonexistent/true\": No such file or directory", false},
    {"a program that is only outside of the root",
     [](const Scene &scene) { return start_fails(sound_in(scene).args({"/usr/bin/dpkg"})); }, SPACES_ESETUP,
     "exec", ENOENT, "/usr/bin/dpkg", "cannot execute \"/usr/bin/dpkg\": No such file or directory", false},
    {"a filter without the right to one",
     [](const Scene &) {
         Spec spec = sound();
         spec.with<spaces_spec_set_seccomp_default>(1);
         return start_fails(spec);
     },
     SPACES_ESETUP, "seccomp", EACCES, "default", "cannot install the seccomp filter: Permission denied",
     true, as_ordinary_user, root},
    {"a filter under which the program cannot be executed",
     [](const Scene &) {
         Spec spec = sound();
         spec.with<spaces_spec_set_seccomp>(
             R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["execve"], "action": "SCMP_ACT_KILL"}]})");
         return start_fails(spec);
     },
     SPACES_EINVALID, "seccomp", EPERM, "execve",
     "linux.seccomp: the filter does not let execve(2) through, by which the program is started", true},
    {"a filter whose notifications nobody answers",
     [](const Scene &scene) {
         Spec spec = sound();
         const std::string profile = R"({"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": ")" +
                                     scene.at("missing") +
                                     R"(", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}]})";
         spec.with<spaces_spec_set_no_new_privs>(1).with<spaces_spec_set_seccomp>(profile.c_str());
         return start_fails(spec);
     },
     SPACES_ESYSTEM, "seccomp", ENOENT, "DIR/missing",
     "cannot connect to the listener at \"DIR/missing\": No such file or directory", true},
};

} // namespace failure_table
