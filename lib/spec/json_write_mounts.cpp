// The container's file system in a config.json: mounts, devices, files.
#include "spec/json_write_mounts.hpp"

#include "spec/base64.hpp"

#include <algorithm>

namespace spaces {

namespace {

using Object = Json::Object;
using Array = Json::Array;

void put_text(Object &object, const char *name, const std::string &text) {
    if (!text.empty()) {
        object.emplace_back(name, text);
    }
}

void put_ranges(Object &object, const char *name, const std::vector<IdMapping> &ranges) {
    if (!ranges.empty()) {
        object.emplace_back(name, id_ranges_json(ranges));
    }
}

template <class Value>
void put_optional(Object &object, const char *name, const std::optional<Value> &value) {
    if (value) {
        object.emplace_back(name, *value);
    }
}

// Anything else is written as base64: a NUL could not be read again, nor could what is no UTF-8.
bool is_plain_text(const std::string &content) {
    return std::all_of(content.begin(), content.end(),
                       [](unsigned char byte) { return byte != 0 && byte < 0x80; });
}

} // namespace

Array id_ranges_json(const std::vector<IdMapping> &ranges) {
    Array mappings;
    for (const IdMapping &range : ranges) {
        mappings.emplace_back(
            Object{{"containerID", range.container_id}, {"hostID", range.host_id}, {"size", range.size}});
    }
    return mappings;
}

Array mounts_json(const std::vector<MountSpec> &list) {
    Array mounts;
    for (const MountSpec &mount : list) {
        Object object{{"destination", mount.destination}};
        put_text(object, "type", mount.type);
        put_text(object, "source", mount.source);
        if (!mount.options.empty()) {
            object.emplace_back("options", Json::array_of(mount.options));
        }
        put_ranges(object, "uidMappings", mount.uid_mappings);
        put_ranges(object, "gidMappings", mount.gid_mappings);
        mounts.emplace_back(std::move(object));
    }
    return mounts;
}

Array devices_json(const std::vector<DeviceSpec> &list) {
    Array devices;
    for (const DeviceSpec &device : list) {
        Object object{{"path", device.path}, {"type", std::string(1, device.type)}};
        if (device.type != 'p') {
            object.emplace_back("major", device.major);
            object.emplace_back("minor", device.minor);
        }
        put_optional(object, "fileMode", device.mode);
        put_optional(object, "uid", device.uid);
        put_optional(object, "gid", device.gid);
        devices.emplace_back(std::move(object));
    }
    return devices;
}

Array files_json(const std::vector<FileSpec> &list) {
    Array files;
    for (const FileSpec &file : list) {
        Object object;
        switch (file.kind) {
        case FileSpec::Kind::file:
            object = {{"type", "file"}, {"path", file.path}, {"mode", file.mode}};
            if (is_plain_text(file.content)) {
                put_text(object, "content", file.content);
            } else {
                object.emplace_back("base64", to_base64(file.content));
            }
            break;
        case FileSpec::Kind::directory:
            object = {{"type", "directory"}, {"path", file.path}, {"mode", file.mode}};
            break;
        case FileSpec::Kind::symlink:
            object = {{"type", "symlink"}, {"path", file.path}, {"target", file.content}};
            break;
        }
        files.emplace_back(std::move(object));
    }
    return files;
}

} // namespace spaces
