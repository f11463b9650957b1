// What spaces_host_features() found, read from its JSON.
#include "checks.hpp"

#include "spaces.hpp"

#include <nlohmann/json.hpp>

namespace cli {

namespace {

using Json = nlohmann::ordered_json;

std::string text(const Json &object, const char *member) {
    const auto found = object.find(member);
    if (found == object.end()) {
        return {};
    }
    return found->is_string() ? found->get<std::string>() : found->dump();
}

} // namespace

Features ask_library() {
    Features features;
    features.json = text_of(spaces_host_features);
    const Json json = Json::parse(features.json);
    for (const auto &[name, value] : json.items()) {
        if (name != "checks" && !value.is_object()) { // for programs
            features.about.emplace_back(name, text(json, name.c_str()));
        }
    }
    for (const Json &check : json.at("checks")) {
        features.checks.push_back({.name = text(check, "name"),
                                   .works = check.value("works", false),
                                   .value = text(check, "value"),
                                   .reason = text(check, "reason"),
                                   .hint = text(check, "hint")});
    }
    return features;
}

bool is_essential(const Check &check) {
    return check.name.starts_with("namespace.");
}

bool asks_for_json(const char *verb, std::span<char *const> words) {
    for (const std::string_view word : words) {
        if (word != "--json") {
            throw_usage(std::string(verb) + " knows no " + in_quotes(word),
                        std::string("it is: space ") + verb + " [--json]");
        }
    }
    return !words.empty();
}

} // namespace cli
