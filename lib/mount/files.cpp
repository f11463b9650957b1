// Files, directories and links from memory, and device nodes.
#include "base/sys.hpp"
#include "host/device_node.hpp"
#include "mount/jobs.hpp"
#include "mount/label.hpp"

#include <linux/mount.h>
#include <sys/stat.h>

namespace spaces {

namespace {

using plan::Op;

constexpr uint32_t any_write = 0222;
constexpr uint32_t as_it_is = ~uint32_t{0}; // to chown(2)

void add_file(Compilation &compilation, const FileSpec &file) {
    Builder &builder = compilation.builder();
    const uint32_t slot = builder.new_slot();
    const uint32_t content = builder.table(std::vector<char>(file.content.begin(), file.content.end()));
    plan::Step &write =
        compilation.add(Op::file, {"file", file.path, "write the file " + quoted(file.path) + " to memory"});
    write.table = content;
    write.number[0] = slot;
    write.number[1] = file.content.size();
    write.number[2] = file.mode;

    const uint32_t target = builder.text(file.path);
    plan::Step &attach =
        compilation.add(Op::attach_tree, {"mount", file.path, "mount the file " + quoted(file.path)});
    attach.text[0] = target;
    attach.flags = target_flags(compilation, file.path, true);
    attach.number[0] = slot;
    // What nobody may write, root may not either.
    attach.number[1] =
        MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | ((file.mode & any_write) == 0 ? MOUNT_ATTR_RDONLY : 0U);
    attach.fd = -1;
}

void add_directory(Compilation &compilation, const FileSpec &file) {
    std::string mode;
    for (uint32_t rest = file.mode; rest != 0; rest /= 8) {
        mode.insert(mode.begin(), static_cast<char>('0' + rest % 8));
    }
    MountSpec mount;
    mount.source = "tmpfs";
    mount.destination = file.path;
    mount.type = "tmpfs";
    mount.options = {"nosuid", "nodev", "mode=0" + mode};
    add_in_place(compilation, job_of(mount));
}

uint32_t mode_of(const DeviceSpec &device) {
    const uint32_t type = device.type == 'c' ? S_IFCHR : device.type == 'b' ? S_IFBLK : S_IFIFO;
    return type | device.mode.value_or(0666);
}

std::string name_of(const DeviceSpec &device) {
    const char *kind = device.type == 'c'   ? "character device "
                       : device.type == 'b' ? "block device "
                                            : "FIFO ";
    const std::string numbers =
        device.type == 'p' ? ""
                           : " (" + std::to_string(device.major) + ":" + std::to_string(device.minor) + ")";
    return kind + quoted(device.path) + numbers;
}

} // namespace

void add_memory(Compilation &compilation, const std::string &options) {
    const std::string label = mount_label_option(compilation, "tmpfs");
    const uint32_t text = compilation.builder().text(label.empty() ? options : options + "," + label);
    compilation.add(Op::memory, {"memory", "tmpfs", "mount a tmpfs for what is to be in memory"}).text[0] =
        text;
}

void add_release_memory(Compilation &compilation) {
    compilation.add(Op::release_memory, {"memory", "tmpfs", "detach that tmpfs again"});
}

plan::Step &add_symlink(Compilation &compilation, const std::string &path, const std::string &content) {
    const uint32_t where = compilation.builder().text(path);
    const uint32_t what = compilation.builder().text(content);
    plan::Step &step = compilation.add(Op::symlink, {"symlink", path, "make the link " + quoted(path)});
    step.text[0] = where;
    step.text[1] = what;
    step.flags = target_flags(compilation, path, false);
    return step;
}

void add_files(Compilation &compilation) {
    const std::vector<FileSpec> &files = compilation.spec.files;
    bool has_memory = false;
    for (const FileSpec &file : files) {
        if (file.kind == FileSpec::Kind::file && !has_memory) {
            add_memory(compilation, "mode=0700");
            has_memory = true;
        }
        switch (file.kind) {
        case FileSpec::Kind::file:
            add_file(compilation, file);
            break;
        case FileSpec::Kind::directory:
            add_directory(compilation, file);
            break;
        case FileSpec::Kind::symlink:
            if (!may_make(compilation, file.path)) {
                throw_invalid(
                    file.path,
                    "the link " + quoted(file.path) + " would be made in the caller's own file system",
                    "ask for a root directory, or mount a tmpfs or a directory from memory above it");
            }
            add_symlink(compilation, file.path, file.content);
            break;
        }
    }
    if (has_memory) {
        add_release_memory(compilation);
    }
}

void add_device_sources(Compilation &compilation) {
    for (const DeviceSpec &device : compilation.spec.devices) {
        DeviceJob job{.device = device};
        if (const std::optional<std::string> path = device_node(device)) {
            job.slot = compilation.builder().new_slot();
            const uint32_t text = compilation.builder().text(*path);
            plan::Step &step =
                compilation.add(Op::clone_tree, {"device", *path, "open the device " + quoted(*path)});
            step.text[0] = text;
            step.flags = plan::step_optional; // who may make nodes needs none
            step.number[0] = *job.slot;
        }
        compilation.mount_jobs->devices.push_back(std::move(job));
    }
}

void add_devices(Compilation &compilation) {
    for (const DeviceJob &job : compilation.mount_jobs->devices) {
        const DeviceSpec &device = job.device;
        const uint32_t path = compilation.builder().text(device.path);
        const uint32_t node = compilation.builder().table(
            std::vector<plan::DeviceNode>{{.mode = mode_of(device),
                                           .major = device.major,
                                           .minor = device.minor,
                                           .uid = device.uid.value_or(as_it_is),
                                           .gid = device.gid.value_or(as_it_is),
                                           .slot = job.slot.value_or(plan::DeviceNode::no_slot)}});
        plan::Step &step =
            compilation.add(Op::device, {"device", device.path, "make the " + name_of(device)});
        step.text[0] = path;
        step.table = node;
        step.flags = target_flags(compilation, device.path, true);
    }
}

} // namespace spaces
