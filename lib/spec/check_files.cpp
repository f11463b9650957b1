// The checks of what a container's file system has besides mounts: files, links, devices, covered paths.
#include "spec/check_files.hpp"

#include "spec/check.hpp"
#include "spec/id_map.hpp"
#include "spec/refuse.hpp"

#include <algorithm>

namespace spaces {

namespace {

// Of the kernel's dev_t.
constexpr uint32_t most_major = (1U << 12) - 1;
constexpr uint32_t most_minor = (1U << 20) - 1;

// Something is to be made there, so it must have a name.
void check_named(std::string_view path, std::string_view object) {
    check_path(path, object);
    const size_t end = path.find_last_not_of('/');
    const std::string_view name =
        end == std::string_view::npos ? std::string_view() : path.substr(path.rfind('/', end) + 1);
    if (end == std::string_view::npos || name == "." || name == "..") {
        refuse(object, excerpt(path) + " does not end with a name");
    }
    if (path.back() == '/') {
        refuse(object, excerpt(path) + " ends with a slash");
    }
}

} // namespace

void check_file_mode(uint32_t mode, std::string_view object) {
    if (mode > 07777) {
        refuse(object, std::to_string(mode) + " has more bits than 07777");
    }
}

void check_file(const FileSpec &file, std::string_view object) {
    const std::string item(object);
    check_named(file.path, item + ".path");
    check_file_mode(file.mode, item + ".mode");
    if (file.kind == FileSpec::Kind::symlink) {
        check_path(file.content, item + ".target");
        if (file.content.find('\0') != std::string::npos) {
            refuse(item + ".target", "contains a NUL character");
        }
    }
}

void check_device(const DeviceSpec &device, std::string_view object) {
    const std::string item(object);
    check_named(device.path, item + ".path");
    if (device.major > most_major) {
        refuse(item + ".major", std::to_string(device.major) + " is above 4095");
    }
    if (device.minor > most_minor) {
        refuse(item + ".minor", std::to_string(device.minor) + " is above 1048575");
    }
    check_file_mode(device.mode.value_or(0), item + ".fileMode");
    check_id(device.uid.value_or(0), item + ".uid");
    check_id(device.gid.value_or(0), item + ".gid");
}

void check_covered_path(std::string_view path, std::string_view object) {
    check_path(path, object);
    if (!path.starts_with('/')) {
        refuse(object, excerpt(path) + " is not absolute");
    }
    if (path.find_first_not_of('/') == std::string_view::npos) {
        refuse(object, "is the root directory itself", "root.readonly makes that read-only");
    }
}

void check_mount_mappings(const MountSpec &mount, std::string_view object) {
    const std::string item(object);
    if (mount.uid_mappings.empty() != mount.gid_mappings.empty()) {
        refuse(item + (mount.uid_mappings.empty() ? ".uidMappings" : ".gidMappings"),
               "an id-mapped mount needs the mappings of both users and groups");
    }
    if (mount.uid_mappings.empty()) {
        return;
    }
    check_id_ranges(mount.uid_mappings, item + ".uidMappings");
    check_id_ranges(mount.gid_mappings, item + ".gidMappings");
    if (!is_bind(mount)) {
        refuse(item + ".uidMappings", "only bind mounts can be id-mapped");
    }
}

char device_type(std::string_view word, std::string_view object) {
    if (word == "c" || word == "u") {
        return 'c';
    }
    if (word != "b" && word != "p") {
        refuse(object, excerpt(word) + " is no type of device",
               "the types are \"c\" (character, also \"u\"), \"b\" (block) and \"p\" (FIFO)");
    }
    return word.front();
}

} // namespace spaces
