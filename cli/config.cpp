// --config and --bundle: an OCI config.json as the base that the other options change.
#include "file.hpp"
#include "option.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace cli {

namespace {

using Json = nlohmann::json;

// OCI's relative paths start at the bundle; the library's at the working directory.
void rebase(Json &path, const std::string &directory) {
    if (path.is_string() && !path.get_ref<const std::string &>().starts_with('/')) {
        path = directory + "/" + path.get<std::string>();
    }
}

bool is_bind(const Json &mount) {
    const Json options = mount.value("options", Json::array());
    return mount.value("type", Json()) == "bind" ||
           std::any_of(options.begin(), options.end(),
                       [](const Json &option) { return option == "bind" || option == "rbind"; });
}

void rebase_config(Json &config, const std::string &directory) {
    if (config.contains("root") && config["root"].is_object() && config["root"].contains("path")) {
        rebase(config["root"]["path"], directory);
    }
    if (config.contains("mounts") && config["mounts"].is_array()) {
        for (Json &mount : config["mounts"]) {
            if (mount.is_object() && mount.contains("source") && is_bind(mount)) {
                rebase(mount["source"], directory);
            }
        }
    }
}

// A mount namespace of its own, in which OCI has a runtime supply devices.
bool has_own_mounts(const Json &config) {
    const Json object = config.value("linux", Json());
    const Json namespaces = object.is_object() ? object.value("namespaces", Json::array()) : Json::array();
    return namespaces.is_array() && std::any_of(namespaces.begin(), namespaces.end(), [](const Json &entry) {
               return entry.is_object() && entry.value("type", Json()) == "mount" &&
                      entry.value("path", Json("")) == Json("");
           });
}

// `directory`: what relative paths in it start from, or nullptr to leave them.
void load(Request &request, const std::string &file, const std::string *directory) {
    std::string text = read_file(file);
    // What is no JSON, or not of the right form, is for the library to refuse.
    Json config = Json::parse(text, nullptr, false);
    if (config.is_object()) {
        if (directory != nullptr) {
            rebase_config(config, *directory);
            text = config.dump(-1, ' ', false, Json::error_handler_t::ignore);
        }
        const Json root = config.value("root", Json());
        if (root.is_object() && root.contains("path") && root["path"].is_string()) {
            request.root = root["path"].get<std::string>();
            request.readonly = root.value("readonly", Json(false)) == true;
        }
        const Json process = config.value("process", Json());
        request.terminal = process.is_object() && process.value("terminal", Json(false)) == true;
        request.has_program = process.is_object() && process.contains("args");
    }
    if (directory != nullptr && config.is_object() && has_own_mounts(config)) {
        call(spaces_spec_set_default_devices, request.spec.get(), 1);
    }
    call(spaces_spec_load_json, request.spec.get(), text.data(), text.size());
    request.has_base = true;
}

} // namespace

void load_config(Request &request, const std::string &file) {
    load(request, file, nullptr);
}

void load_bundle(Request &request, const std::string &directory) {
    load(request, directory + "/config.json", &directory);
}

} // namespace cli
