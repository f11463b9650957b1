// Failures of the root directory, the mounts, the working directory and the standard streams.
#include "failure_table/row.hpp"

#include <cerrno>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace support;

namespace failure_table {

namespace {

Failure cwd_fails(const std::string &path) {
    Spec spec = sound();
    return start_fails(spec.with<spaces_spec_set_cwd>(path.c_str()));
}

Failure root_fails(const std::string &path) {
    Spec spec = sound();
    return start_fails(spec.unshare(user_and_mount).with<spaces_spec_set_root>(path.c_str(), 0));
}

Failure mount_fails(const Scene &scene, const char *source, const char *target, const char *type,
                    const char *options = nullptr, bool readonly = false) {
    Spec spec = sound_in(scene);
    spec.with<spaces_spec_set_root>(scene.rootfs.path().c_str(), readonly ? 1 : 0);
    return start_fails(spec.with<spaces_spec_add_mount>(source, target, type, options));
}

Failure file_fails(int stream, const std::string &path) {
    Spec spec = sound();
    return start_fails(spec.with<spaces_spec_set_stdio_file>(stream, path.c_str(), 0));
}

// As in a container of an engine that hides parts of /proc: the kernel then refuses a fresh one.
void with_masked_proc(const Scene &, const Body &body) {
    in_mount_namespace([&] {
        must(::mount("none", "/proc/sys", "tmpfs", MS_RDONLY, nullptr), "mount");
        body();
    });
}

// A user namespace may not separate a mount from those below it: they may be there to cover something.
void with_a_mount_below(const Scene &scene, const Body &body) {
    in_mount_namespace([&] {
        must(::mkdir(scene.at("open/below").c_str(), 0755), "mkdir");
        must(::mount("tmpfs", scene.at("open/below").c_str(), "tmpfs", 0, nullptr), "mount");
        body();
    });
}

} // namespace

const std::vector<Row> file_system_rows = {
    {"a working directory that is missing", [](const Scene &) { return cwd_fails("/nonexistent"); },
     SPACES_ESETUP, "chdir", ENOENT, "/nonexistent",
     "cannot change to the directory \"/nonexistent\": No such file or directory", true},
    {"a working directory that is a file", [](const Scene &scene) { return cwd_fails(scene.at("plain")); },
     SPACES_ESETUP, "chdir", ENOTDIR, "DIR/plain",
     "cannot change to the directory \"DIR/plain\": Not a directory", false},
    {"a working directory that is closed", [](const Scene &scene) { return cwd_fails(scene.at("closed")); },
     SPACES_ESETUP, "chdir", EACCES, "DIR/closed",
     "cannot change to the directory \"DIR/closed\": Permission denied", true, as_ordinary_user, root},
    {"a working directory that is only outside of the root",
     [](const Scene &scene) { return start_fails(sound_in(scene).with<spaces_spec_set_cwd>("/usr/share")); },
     SPACES_ESETUP, "chdir", ENOENT, "/usr/share",
     "cannot change to the directory \"/usr/share\": No such file or directory", true},
    {"a root directory that is missing", [](const Scene &) { return root_fails("/nonexistent"); },
     SPACES_ESETUP, "root", ENOENT, "/nonexistent",
     "cannot use \"/nonexistent\" as the root directory: No such file or directory", true},
    {"a root directory that is a file", [](const Scene &scene) { return root_fails(scene.at("plain")); },
     SPACES_ESETUP, "root", ENOTDIR, "DIR/plain",
     "cannot use \"DIR/plain\" as the root directory: Not a directory", false},
    {"a bind of what is missing",
     [](const Scene &scene) { return mount_fails(scene, "/nonexistent", "/mnt", "bind"); }, SPACES_ESETUP,
     "mount", ENOENT, "/nonexistent",
     "cannot open the source \"/nonexistent\" of the mount on \"/mnt\": No such file or directory", false},
    {"a mount target that cannot be made",
     [](const Scene &scene) {
         Spec spec = sound_in(scene);
         spec.with<spaces_spec_add_mount>("proc", "/proc", "proc", nullptr);
         return start_fails(spec.unshare(SPACES_NAMESPACE_PID)
                                .with<spaces_spec_add_mount>("tmpfs", "/proc/nowhere", "tmpfs", nullptr));
     },
     SPACES_ESETUP, "mount", ENOENT, "/proc/nowhere",
     "cannot mount \"tmpfs\" on \"/proc/nowhere\": No such file or directory", true},
    {"a mount target below a file",
     [](const Scene &scene) { return mount_fails(scene, "tmpfs", "/etc/passwd/x", "tmpfs"); }, SPACES_ESETUP,
     "mount", ENOTDIR, "/etc/passwd/x", "cannot mount \"tmpfs\" on \"/etc/passwd/x\": Not a directory",
     false},
    {"a directory bound over a file",
     [](const Scene &scene) {
         return mount_fails(scene, scene.at("directory").c_str(), "/etc/passwd", "bind");
     },
     SPACES_ESETUP, "mount", EINVAL, "/etc/passwd",
     "cannot bind \"DIR/directory\" on \"/etc/passwd\": Invalid argument", true},
    {"a bind that would uncover what is mounted below",
     [](const Scene &scene) { return mount_fails(scene, scene.at("open").c_str(), "/mnt", "bind"); },
     SPACES_ESETUP, "mount", EINVAL, "DIR/open",
     "cannot open the source \"DIR/open\" of the mount on \"/mnt\": Invalid argument", true,
     with_a_mount_below, root},
    {"a file system that the kernel does not have",
     [](const Scene &scene) { return mount_fails(scene, "x", "/mnt", "nonexistentfs"); }, SPACES_ESETUP,
     "mount", ENODEV, "/mnt", "cannot mount \"nonexistentfs\" on \"/mnt\": No such device", true},
    {"a file system that a user namespace may not mount",
     [](const Scene &scene) { return mount_fails(scene, "/dev/null", "/mnt", "ext4"); }, SPACES_ESETUP,
     "mount", EPERM, "/mnt", "cannot mount \"ext4\" on \"/mnt\": Operation not permitted", true},
    {"an option that the file system does not know",
     [](const Scene &scene) { return mount_fails(scene, "tmpfs", "/mnt", "tmpfs", "size=lots"); },
     SPACES_ESETUP, "mount", EINVAL, "/mnt",
     "cannot mount \"tmpfs\" on \"/mnt\": Invalid argument (tmpfs: Bad value for 'size')", false},
    {"an overlay of what is missing",
     [](const Scene &scene) {
         return mount_fails(scene, "overlay", "/mnt", "overlay", "lowerdir=/usr:/nonexistent");
     },
     SPACES_ESETUP, "overlay", ENOENT, "/nonexistent",
     "cannot open the lower directory \"/nonexistent\" of the overlay on \"/mnt\": No such file or directory",
     false},
    {"an overlay of a file",
     [](const Scene &scene) {
         return mount_fails(
             scene, "overlay", "/mnt", "overlay",
             ("lowerdir=/usr,upperdir=" + scene.at("plain") + ",workdir=" + scene.at("open")).c_str());
     },
     SPACES_ESETUP, "overlay", ENOTDIR, "DIR/plain",
     "cannot open the upper directory \"DIR/plain\" of the overlay on \"/mnt\": Not a directory", false},
    {"an overlay whose directories are one",
     [](const Scene &scene) {
         return mount_fails(
             scene, "overlay", "/mnt", "overlay",
             ("lowerdir=/usr,upperdir=" + scene.at("open") + ",workdir=" + scene.at("open")).c_str());
     },
     SPACES_ESETUP, "overlay", EINVAL, "/mnt", "cannot mount \"overlay\" on \"/mnt\": Invalid argument",
     true},
    {"an overlay with one layer",
     [](const Scene &scene) { return mount_fails(scene, "overlay", "/mnt", "overlay", "lowerdir=/usr"); },
     SPACES_EINVALID, "spec", 0, "/mnt", "the overlay on \"/mnt\" has one layer only", true},
    {"a file from memory below a file",
     [](const Scene &scene) {
         return start_fails(
             sound_in(scene).with<spaces_spec_add_file>("/etc/passwd/x", "x", size_t{1}, 0644U));
     },
     SPACES_ESETUP, "mount", ENOTDIR, "/etc/passwd/x",
     "cannot mount the file \"/etc/passwd/x\": Not a directory", false},
    {"a file from memory over a directory",
     [](const Scene &scene) {
         return start_fails(sound_in(scene).with<spaces_spec_add_file>("/etc", "x", size_t{1}, 0644U));
     },
     SPACES_ESETUP, "mount", EINVAL, "/etc", "cannot mount the file \"/etc\": Invalid argument", true},
    {"a link that would be in the caller's own file system",
     [](const Scene &) {
         Spec spec = sound();
         return start_fails(spec.unshare(user_and_mount).with<spaces_spec_add_symlink>("/etc/new-link", "x"));
     },
     SPACES_EINVALID, "spec", 0, "/etc/new-link",
     "the link \"/etc/new-link\" would be made in the caller's own file system", true},
    {"a link where something else is",
     [](const Scene &scene) {
         return start_fails(sound_in(scene).with<spaces_spec_add_symlink>("/etc/passwd", "x"));
     },
     SPACES_ESETUP, "symlink", EEXIST, "/etc/passwd",
     "cannot make the link \"/etc/passwd\": something else is there already: File exists", true},
    {"a device that nobody may make here",
     [](const Scene &scene) {
         return start_fails(sound_in(scene).with<spaces_spec_add_device>("/dev/x", "b", 4000U, 77U, 0600U,
                                                                         UINT32_MAX, UINT32_MAX));
     },
     SPACES_ESETUP, "device", EPERM, "/dev/x",
     "cannot make the block device \"/dev/x\" (4000:77): Operation not permitted", true},
    {"a bind mount that shall copy what it covers",
     [](const Scene &scene) { return mount_fails(scene, "/usr", "/mnt", "bind", "rbind,tmpcopyup"); },
     SPACES_EINVALID, "spec", 0, "/mnt", "\"tmpcopyup\" is an option of a tmpfs", false},
    {"a bind mount with an option of its file system",
     [](const Scene &scene) { return mount_fails(scene, "/usr", "/mnt", "bind", "rbind,sync"); },
     SPACES_EINVALID, "spec", 0, "/mnt", "a bind mount has no options of its file system, as \"sync\" is one",
     true},
    {"an id-mapped mount without ids",
     [](const Scene &scene) {
         Spec spec({"/bin/true"});
         spec.unshare(SPACES_NAMESPACE_MOUNT).with<spaces_spec_set_root>(scene.rootfs.path().c_str(), 0);
         return start_fails(spec.with<spaces_spec_add_mount>("/usr", "/mnt", "bind", "rbind,idmap"));
     },
     SPACES_EINVALID, "spec", 0, "/mnt", "the mount on \"/mnt\" is to be id-mapped, and no ids are told",
     true},
    {"a /proc where the host's is masked",
     [](const Scene &scene) {
         Spec spec = sound_in(scene);
         return start_fails(spec.unshare(SPACES_NAMESPACE_PID));
     },
     SPACES_ESETUP, "mount", EPERM, "/proc", "cannot mount \"proc\" on \"/proc\": Operation not permitted",
     true, with_masked_proc, root},
    {"an input file that is missing", [](const Scene &) { return file_fails(SPACES_STDIN, "/nonexistent"); },
     SPACES_ESYSTEM, "stdio", ENOENT, "/nonexistent",
     "cannot open \"/nonexistent\" as stdin: No such file or directory", false},
    {"an output file in a missing directory",
     [](const Scene &) { return file_fails(SPACES_STDOUT, "/nonexistent/file"); }, SPACES_ESYSTEM, "stdio",
     ENOENT, "/nonexistent/file", "cannot open \"/nonexistent/file\" as stdout: No such file or directory",
     false},
    {"an output file that is a directory",
     [](const Scene &scene) { return file_fails(SPACES_STDERR, scene.at("directory")); }, SPACES_ESYSTEM,
     "stdio", EISDIR, "DIR/directory", "cannot open \"DIR/directory\" as stderr: Is a directory", false},
    {"a terminal in a root directory without one",
     [](const Scene &scene) { return start_fails(sound_in(scene).with<spaces_spec_set_terminal>(1)); },
     SPACES_ESETUP, "terminal", ENOENT, "/dev/ptmx",
     "cannot open a pseudoterminal: No such file or directory", true},
};

} // namespace failure_table
