// What a config.json says of the container's file system: mounts, devices, files, covered paths.
#include "spec/base64.hpp"
#include "spec/check.hpp"
#include "spec/check_files.hpp"
#include "spec/json_members.hpp"
#include "spec/json_read.hpp"

namespace spaces {

namespace {

constexpr JsonMember<MountSpec> mount_members[] = {
    {"destination", [](MountSpec &mount, const JsonValue &value) { mount.destination = value.text(); }},
    {"type", [](MountSpec &mount, const JsonValue &value) { mount.type = value.text(); }},
    {"source", [](MountSpec &mount, const JsonValue &value) { mount.source = value.text(); }},
    {"options", [](MountSpec &mount, const JsonValue &value) { mount.options = value.texts(); }},
    {"uidMappings",
     [](MountSpec &mount, const JsonValue &value) { mount.uid_mappings = read_id_ranges(value); }},
    {"gidMappings",
     [](MountSpec &mount, const JsonValue &value) { mount.gid_mappings = read_id_ranges(value); }},
};

// Some encoders write fileMode with the bits of the type.
constexpr uint32_t type_bits = 0170000;

constexpr JsonMember<DeviceSpec> device_members[] = {
    {"path", [](DeviceSpec &device, const JsonValue &value) { device.path = value.text(); }},
    {"type", [](DeviceSpec &device,
                const JsonValue &value) { device.type = device_type(value.text(), value.path()); }},
    {"major", [](DeviceSpec &device, const JsonValue &value) { device.major = value.number<uint32_t>(); }},
    {"minor", [](DeviceSpec &device, const JsonValue &value) { device.minor = value.number<uint32_t>(); }},
    {"fileMode",
     [](DeviceSpec &device, const JsonValue &value) { device.mode = value.number<uint32_t>() & ~type_bits; }},
    {"uid", [](DeviceSpec &device, const JsonValue &value) { device.uid = value.number<uint32_t>(); }},
    {"gid", [](DeviceSpec &device, const JsonValue &value) { device.gid = value.number<uint32_t>(); }},
};

void read_file_type(FileSpec &file, const JsonValue &value) {
    using Kind = FileSpec::Kind;
    const std::string type = value.text();
    if (type != "file" && type != "directory" && type != "symlink") {
        value.refuse(excerpt(type) + " is no type of file",
                     "the types are \"file\", \"directory\" and \"symlink\"");
    }
    file.kind = type == "file" ? Kind::file : type == "directory" ? Kind::directory : Kind::symlink;
    file.mode = file.kind == Kind::directory ? 0755 : 0644;
}

void read_base64(FileSpec &file, const JsonValue &value) {
    std::optional<std::string> content = from_base64(value.text());
    if (!content) {
        value.refuse("is no base64");
    }
    file.content = std::move(*content);
}

constexpr JsonMember<FileSpec> file_members[] = {
    {"type", read_file_type}, // it comes with a mode
    {"path", [](FileSpec &file, const JsonValue &value) { file.path = value.text(); }},
    {"mode", [](FileSpec &file, const JsonValue &value) { file.mode = value.number<uint32_t>(); }},
    {"content", [](FileSpec &file, const JsonValue &value) { file.content = value.text(); }},
    {"base64", read_base64},
    {"target", [](FileSpec &file, const JsonValue &value) { file.content = value.text(); }},
};

void check_content(const FileSpec &file, const JsonValue &item) {
    using Kind = FileSpec::Kind;
    const auto refuse_unless = [&](const char *name, Kind kind, const char *who) {
        if (item.member(name) && file.kind != kind) {
            item.refuse("has the member \"" + std::string(name) + "\", which is for " + who);
        }
    };
    refuse_unless("content", Kind::file, "files");
    refuse_unless("base64", Kind::file, "files");
    refuse_unless("target", Kind::symlink, "symbolic links");
    if (item.member("mode") && file.kind == Kind::symlink) {
        item.refuse("has a mode, which symbolic links do not have");
    }
    if (item.member("content") && item.member("base64")) {
        item.refuse("has its content twice, as \"content\" and as \"base64\"");
    }
}

std::vector<std::string> read_covered_paths(const JsonValue &value) {
    std::vector<std::string> paths;
    value.each_item([&](const JsonValue &item, size_t) {
        paths.push_back(item.text());
        check_covered_path(paths.back(), item.path());
    });
    return paths;
}

} // namespace

void read_mounts(Spec &spec, const JsonValue &value) {
    std::vector<MountSpec> mounts;
    value.each_item([&](const JsonValue &item, size_t) {
        MountSpec &mount = mounts.emplace_back();
        read_members<MountSpec>(item, mount, mount_members);
        check_mount(mount, item.path());
    });
    spec.mounts = std::move(mounts);
}

void read_devices(Spec &spec, const JsonValue &value) {
    std::vector<DeviceSpec> devices;
    value.each_item([&](const JsonValue &item, size_t) {
        for (const char *name : {"path", "type"}) {
            if (!item.member(name)) {
                item.refuse("lacks the member \"" + std::string(name) + '"');
            }
        }
        DeviceSpec &device = devices.emplace_back();
        read_members<DeviceSpec>(item, device, device_members);
        for (const char *name : {"major", "minor"}) {
            if (!item.member(name) && device.type != 'p') {
                item.refuse("lacks the member \"" + std::string(name) + '"');
            }
        }
        check_device(device, item.path());
    });
    spec.devices = std::move(devices);
}

void read_files(Spec &spec, const JsonValue &value) {
    std::vector<FileSpec> files;
    value.each_item([&](const JsonValue &item, size_t) {
        FileSpec &file = files.emplace_back();
        read_members<FileSpec>(item, file, file_members);
        check_content(file, item);
        check_file(file, item.path());
    });
    spec.files = std::move(files);
}

void read_masked_paths(Spec &spec, const JsonValue &value) {
    spec.masked_paths = read_covered_paths(value);
}

void read_readonly_paths(Spec &spec, const JsonValue &value) {
    spec.readonly_paths = read_covered_paths(value);
}

} // namespace spaces
