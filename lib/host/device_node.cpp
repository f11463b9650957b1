// Where this machine has the node of a device.
#include "host/device_node.hpp"

#include <filesystem>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace spaces {

namespace {

namespace fs = std::filesystem;

bool is_node_of(const std::string &path, const DeviceSpec &device) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 &&
           (device.type == 'c' ? S_ISCHR(status.st_mode) : S_ISBLK(status.st_mode)) &&
           status.st_rdev == ::makedev(device.major, device.minor);
}

std::optional<std::string> udevs_name(const DeviceSpec &device) {
    std::error_code error;
    const std::string link = std::string("/dev/") + (device.type == 'c' ? "char/" : "block/") +
                             std::to_string(device.major) + ":" + std::to_string(device.minor);
    const std::string path = fs::canonical(link, error).string();
    return !error && is_node_of(path, device) ? std::optional(path) : std::nullopt;
}

} // namespace

std::optional<std::string> device_node(const DeviceSpec &device) {
    if (device.type == 'p') {
        return std::nullopt;
    }
    if (is_node_of(device.path, device)) {
        return device.path;
    }
    if (std::optional<std::string> path = udevs_name(device)) {
        return path;
    }
    std::error_code error;
    fs::recursive_directory_iterator entry("/dev", fs::directory_options::skip_permission_denied, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        if (is_node_of(entry->path().string(), device)) {
            return entry->path().string();
        }
    }
    return std::nullopt;
}

std::optional<DeviceSpec> device_at(const std::string &path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !(S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode))) {
        return std::nullopt;
    }
    DeviceSpec device;
    device.path = path;
    device.type = S_ISCHR(status.st_mode) ? 'c' : 'b';
    device.major = ::gnu_dev_major(status.st_rdev);
    device.minor = ::gnu_dev_minor(status.st_rdev);
    device.mode = status.st_mode & 07777U;
    device.uid = status.st_uid;
    device.gid = status.st_gid;
    return device;
}

} // namespace spaces
