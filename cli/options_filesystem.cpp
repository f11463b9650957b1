// Options for the root directory and mounts.
#include "mount_option.hpp"
#include "option.hpp"

namespace cli {

namespace {

void set_root(Request &request, const std::string &path) {
    request.root = path;
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

void set_default_mounts(Request &request, const std::string &) {
    call(spaces_spec_set_default_mounts, request.spec.get(), 1);
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

constexpr Option options[] = {
    {"-R,--root", "DIR", "root directory of the program", in_execute | in_inject, set_root},
    {"--read-only", "", "make the root directory read-only", in_new, set_readonly},
    {"--no-pivot", "", "change the root by chroot(2) instead of pivot_root(2)", in_all, set_chroot},
    {"--default-mounts", "", "mount what programs expect: /proc, /dev, a read-only /sys, an empty /tmp",
     in_new, set_default_mounts},
    {"--mount", "SPEC", "mount: type=bind,source=/srv,target=/data,readonly", in_new, add_mount},
    {"--bind", "SOURCE[:TARGET[:OPTIONS]]", "bind mount: /srv:/data:ro", in_new, add_bind},
    {"--tmpfs", "TARGET[:OPTIONS]", "empty file system in memory: /tmp:size=64m", in_new, add_tmpfs},
    {"--mount-proc", "", "mount a /proc (default in new pid and mount namespaces)", in_new, mount_proc},
    {"--no-mount-proc", "", "do not", in_new, no_mount_proc},
    {"--propagation", "private|slave|shared|unbindable|unchanged",
     "how mounts propagate to and from the new mount namespace", in_new, set_propagation},
};

} // namespace

const std::span<const Option> filesystem_options = options;

} // namespace cli
