// The setters of the file system: root directory, propagation and mounts.
#include "api/argument.hpp"
#include "api/mount_argument.hpp"
#include "host/device_node.hpp"
#include "spec/check.hpp"
#include "spec/check_files.hpp"
#include "spec/edit.hpp"

#include <spaces/spec.h>

namespace spaces {

namespace {

void add_checked(Spec &spec, FileSpec file) {
    check_file(file, item_of("spaces.files", spec.files.size()));
    spec.files.push_back(std::move(file));
}

} // namespace

} // namespace spaces

using namespace spaces;

spaces_status spaces_spec_set_root(spaces_spec *spec, const char *path, int readonly,
                                   spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_path(given_text(path, "path"), "root.path");
        RootSpec root{
            .path = path, .readonly = readonly != 0, .chroot = changed.root && changed.root->chroot};
        changed.root = std::move(root);
    });
}

spaces_status spaces_spec_set_system_root(spaces_spec *spec, int readonly, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { set_system_root(changed, readonly != 0); });
}

spaces_status spaces_spec_set_chroot(spaces_spec *spec, int on, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { set_chroot(changed, on != 0); });
}

spaces_status spaces_spec_set_propagation(spaces_spec *spec, const char *propagation,
                                          spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_propagation(given_text(propagation, "propagation"));
        changed.rootfs_propagation = propagation;
    });
}

spaces_status spaces_spec_set_mount_label(spaces_spec *spec, const char *label,
                                          spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_mount_label(given_text(label, "label"));
        changed.mount_label = label;
    });
}

spaces_status spaces_spec_add_mount(spaces_spec *spec, const char *source, const char *target,
                                    const char *type, const char *options, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        MountSpec mount = mount_of(source, given_text(target, "target"), type, options);
        check_mount(mount, item_of("mounts", changed.mounts.size()));
        changed.mounts.push_back(std::move(mount));
    });
}

spaces_status spaces_spec_set_default_mounts(spaces_spec *spec, int on, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { changed.default_mounts = on != 0; });
}

spaces_status spaces_spec_set_default_devices(spaces_spec *spec, int on, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { changed.default_devices = on != 0; });
}

spaces_status spaces_spec_set_mount_proc(spaces_spec *spec, int on, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { changed.mount_proc = on != 0; });
}

spaces_status spaces_spec_add_file(spaces_spec *spec, const char *destination, const void *data, size_t size,
                                   uint32_t mode, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        FileSpec file;
        file.path = given_text(destination, "destination");
        if (size != 0) {
            const auto *bytes = &given(static_cast<const char *>(data), "data");
            file.content.assign(bytes, size);
        }
        file.mode = mode;
        add_checked(changed, std::move(file));
    });
}

spaces_status spaces_spec_add_directory(spaces_spec *spec, const char *destination, uint32_t mode,
                                        spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        FileSpec file;
        file.kind = FileSpec::Kind::directory;
        file.path = given_text(destination, "destination");
        file.mode = mode;
        add_checked(changed, std::move(file));
    });
}

spaces_status spaces_spec_add_symlink(spaces_spec *spec, const char *path, const char *target,
                                      spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        FileSpec file;
        file.kind = FileSpec::Kind::symlink;
        file.path = given_text(path, "path");
        file.content = given_text(target, "target");
        add_checked(changed, std::move(file));
    });
}

spaces_status spaces_spec_add_device(spaces_spec *spec, const char *path, const char *type, uint32_t major,
                                     uint32_t minor, uint32_t mode, uint32_t uid, uint32_t gid,
                                     spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        const std::string item = item_of("linux.devices", changed.devices.size());
        DeviceSpec device;
        device.path = given_text(path, "path");
        device.type = device_type(given_text(type, "type"), item + ".type");
        device.major = major;
        device.minor = minor;
        device.mode = mode;
        if (uid != UINT32_MAX) {
            device.uid = uid;
        }
        if (gid != UINT32_MAX) {
            device.gid = gid;
        }
        check_device(device, item);
        changed.devices.push_back(std::move(device));
    });
}

spaces_status spaces_spec_add_host_device(spaces_spec *spec, const char *source, const char *path,
                                          spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        const std::string item = item_of("linux.devices", changed.devices.size());
        const std::string from(given_text(source, "source"));
        std::optional<DeviceSpec> device = device_at(from);
        if (!device) {
            refuse(item, excerpt(from) + " is no device of the caller's file system");
        }
        device->path = path != nullptr ? path : from;
        check_device(*device, item);
        changed.devices.push_back(std::move(*device));
    });
}

spaces_status spaces_spec_add_masked_path(spaces_spec *spec, const char *path,
                                          spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_covered_path(given_text(path, "path"),
                           item_of("linux.maskedPaths", changed.masked_paths.size()));
        changed.masked_paths.emplace_back(path);
    });
}

spaces_status spaces_spec_add_readonly_path(spaces_spec *spec, const char *path,
                                            spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_covered_path(given_text(path, "path"),
                           item_of("linux.readonlyPaths", changed.readonly_paths.size()));
        changed.readonly_paths.emplace_back(path);
    });
}
