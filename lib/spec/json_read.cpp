// load_json(): an OCI config.json, merged over a Spec.
#include "spec/json.hpp"

#include "spec/check.hpp"
#include "spec/json_members.hpp"
#include "spec/json_parse.hpp"
#include "spec/json_read.hpp"

namespace spaces {

namespace {

void read_version(Spec &, const JsonValue &value) {
    const std::string version = value.text();
    if (!version.starts_with("1.")) {
        value.refuse_unsupported(excerpt(version) + " is not a version 1 of the OCI runtime specification");
    }
}

constexpr JsonMember<RootSpec> root_members[] = {
    {"path",
     [](RootSpec &root, const JsonValue &value) {
         root.path = value.text();
         check_path(root.path, value.path());
         root.system = false;
     }},
    {"readonly", [](RootSpec &root, const JsonValue &value) { root.readonly = value.boolean(); }},
};

void read_root(Spec &spec, const JsonValue &value) {
    if (!spec.root) {
        spec.root.emplace();
    }
    read_members<RootSpec>(value, *spec.root, root_members);
}

void read_annotations(Spec &spec, const JsonValue &value) {
    std::map<std::string, std::string> annotations;
    value.each_member([&](const std::string &name, const JsonValue &annotation) {
        if (name.empty() || name.find('\0') != std::string::npos) {
            annotation.refuse("cannot be the key of an annotation");
        }
        annotations.emplace(name, annotation.text());
    });
    spec.annotations = std::move(annotations);
}

std::string read_hostname(const JsonValue &value) {
    std::string name = value.text();
    check_hostname(name, value.path());
    return name;
}

constexpr JsonMember<Spec> members[] = {
    {"ociVersion", read_version},
    {"process", [](Spec &spec, const JsonValue &value) { read_process(spec.process, value); }},
    {"root", read_root},
    {"hostname", [](Spec &spec, const JsonValue &value) { spec.hostname = read_hostname(value); }},
    {"domainname", [](Spec &spec, const JsonValue &value) { spec.domainname = read_hostname(value); }},
    {"mounts", read_mounts},
    {"annotations", read_annotations},
    {"linux", read_linux},
    {"spaces", read_extension},
    {"hooks", nullptr},
    {"solaris", nullptr},
    {"windows", nullptr},
    {"vm", nullptr},
    {"zos", nullptr},
    {"freebsd", nullptr},
};

} // namespace

void load_resources(ResourcesSpec &resources, std::string_view text) {
    const Json document = parse_json(text);
    read_resources(resources, JsonValue(document));
}

void load_json(Spec &spec, std::string_view text) {
    const Json document = parse_json(text);
    Spec merged = spec;
    read_members<Spec>(JsonValue(document), merged, members);
    spec = std::move(merged);
}

} // namespace spaces
