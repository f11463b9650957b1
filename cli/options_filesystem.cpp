// Options for the root directory and mounts.
#include "file_option.hpp"
#include "mount_option.hpp"
#include "option.hpp"
#include "text.hpp"

namespace cli {

namespace {

void set_root(Request &request, const std::string &path) {
    request.root = path;
}

void set_system_root(Request &request, const std::string &) {
    request.system_root = true;
    request.implied |= SPACES_NAMESPACE_MOUNT;
}

void set_readonly(Request &request, const std::string &) {
    request.readonly = true;
}

void set_chroot(Request &request, const std::string &) {
    call(spaces_spec_set_chroot, request.spec.get(), 1);
    request.pivots = false;
}

void add(Request &request, const MountOption &mount) {
    call(spaces_spec_add_mount, request.spec.get(), mount.source.empty() ? nullptr : mount.source.c_str(),
         mount.target.c_str(), mount.type.c_str(), mount.options.empty() ? nullptr : mount.options.c_str());
    request.implied |= SPACES_NAMESPACE_MOUNT;
}

void add_mount(Request &request, const std::string &text) {
    add(request, parse_mount(text));
}
void add_bind(Request &request, const std::string &text) {
    add(request, parse_bind(text));
}
void add_tmpfs(Request &request, const std::string &text) {
    add(request, parse_tmpfs(text));
}

void add_overlay(Request &request, const std::string &text) {
    add(request, parse_overlay(text));
}
void add_tmp_overlay(Request &request, const std::string &text) {
    add(request, parse_tmp_overlay(text));
}

void set_default_mounts(Request &request, const std::string &) {
    call(spaces_spec_set_default_mounts, request.spec.get(), 1);
    request.implied |= SPACES_NAMESPACE_MOUNT;
}

void set_default_devices(Request &request, const std::string &) {
    call(spaces_spec_set_default_devices, request.spec.get(), 1);
    request.implied |= SPACES_NAMESPACE_MOUNT;
}

void mount_proc(Request &request, const std::string &) {
    call(spaces_spec_set_mount_proc, request.spec.get(), 1);
    request.implied |= SPACES_NAMESPACE_MOUNT;
}

void no_mount_proc(Request &request, const std::string &) {
    call(spaces_spec_set_mount_proc, request.spec.get(), 0);
}

void set_propagation(Request &request, const std::string &word) {
    call(spaces_spec_set_propagation, request.spec.get(), word.c_str());
    request.implied |= SPACES_NAMESPACE_MOUNT;
}

void add_file(Request &request, const NewFile &file, const std::string &content) {
    call(spaces_spec_add_file, request.spec.get(), file.path.c_str(),
         static_cast<const void *>(content.data()), content.size(), file.mode);
    request.implied |= SPACES_NAMESPACE_MOUNT;
}

void add_text(Request &request, const std::string &text) {
    const NewFile file = parse_file(text);
    add_file(request, file, file.rest);
}

void add_copy(Request &request, const std::string &text) {
    const NewFile file = parse_file(text);
    add_file(request, file, content_of(file.rest));
}

void add_directory(Request &request, const std::string &text) {
    const NewFile directory = parse_directory(text);
    call(spaces_spec_add_directory, request.spec.get(), directory.path.c_str(), directory.mode);
    request.implied |= SPACES_NAMESPACE_MOUNT;
}

void add_symlink(Request &request, const std::string &text) {
    const auto [path, target] = split_once(text, '=');
    call(spaces_spec_add_symlink, request.spec.get(), path.c_str(), target.c_str());
    request.implied |= SPACES_NAMESPACE_MOUNT;
}

void add_device(Request &request, const std::string &text) {
    const auto [source, path] = split_once(text, ':');
    call(spaces_spec_add_host_device, request.spec.get(), source.c_str(),
         path.empty() ? nullptr : path.c_str());
    request.implied |= SPACES_NAMESPACE_MOUNT;
}

void mask(Request &request, const std::string &path) {
    call(spaces_spec_add_masked_path, request.spec.get(), path.c_str());
    request.implied |= SPACES_NAMESPACE_MOUNT;
}

void make_readonly(Request &request, const std::string &path) {
    call(spaces_spec_add_readonly_path, request.spec.get(), path.c_str());
    request.implied |= SPACES_NAMESPACE_MOUNT;
}

void set_mount_label(Request &request, const std::string &label) {
    call(spaces_spec_set_mount_label, request.spec.get(), label.c_str());
    request.implied |= SPACES_NAMESPACE_MOUNT;
}

constexpr Option options[] = {
    {"-R,--root", "DIR", "root directory of the program", in_execute | in_inject, set_root},
    {"--system-root", "", "a root directory that shows /usr, /etc ... of this system, read-only, and no more",
     in_execute, set_system_root},
    {"--read-only", "", "make the root directory read-only", in_new, set_readonly},
    {"--no-pivot", "", "change the root by chroot(2) instead of pivot_root(2)", in_all, set_chroot},
    {"--default-mounts", "", "mount what programs expect: /proc, /dev, a read-only /sys, an empty /tmp",
     in_new, set_default_mounts},
    {"--default-devices", "", "devices and links of OCI in /dev: null, zero, tty, fd, ptmx ...", in_new,
     set_default_devices},
    {"--mount", "SPEC", "mount: type=bind,source=/srv,target=/data,readonly", in_new, add_mount},
    {"--bind", "SOURCE[:TARGET[:OPTIONS]]", "bind mount: /srv:/data:ro", in_new, add_bind},
    {"--tmpfs", "TARGET[:OPTIONS]", "empty file system in memory: /tmp:size=64m", in_new, add_tmpfs},
    {"--overlay", "SPEC", "overlay: lower=/a,lower=/b,upper=/u,work=/w,target=/data", in_new, add_overlay},
    {"--tmp-overlay", "SOURCE[:TARGET[:OPTIONS]]",
     "directory whose changes go to memory and are lost: /usr::size=64m", in_new, add_tmp_overlay},
    {"--file", "PATH[:MODE]=TEXT", "file in memory with this content: /etc/hostname=box", in_new, add_text},
    {"--file-from", "PATH[:MODE]=FILE", "file in memory with the content of a file, or of stdin (-)", in_new,
     add_copy},
    {"--dir", "PATH[:MODE]", "empty directory in memory", in_new, add_directory},
    {"--symlink", "PATH=TARGET", "symbolic link", in_new, add_symlink},
    {"--device", "DEVICE[:PATH]", "device of the caller: /dev/fuse", in_new, add_device},
    {"--mask", "PATH", "hide a file or directory, if it is there", in_new, mask},
    {"--readonly-path", "PATH", "make a file or directory read-only, if it is there", in_new, make_readonly},
    {"--mount-proc", "", "mount a /proc (default in new pid and mount namespaces)", in_new, mount_proc},
    {"--no-mount-proc", "", "do not", in_new, no_mount_proc},
    {"--propagation", "private|slave|shared|unbindable|unchanged",
     "how mounts propagate to and from the new mount namespace", in_new, set_propagation},
    {"--mount-label", "LABEL", "SELinux label of all that is in new file systems", in_new, set_mount_label},
};

} // namespace

const std::span<const Option> filesystem_options = options;

} // namespace cli
