// A mount as arguments of the C API tell it.
#include "api/mount_argument.hpp"

namespace spaces {

namespace {

// Commas separate, but those after a backslash or in double quotes, as mount(8) has it.
std::vector<std::string> split_options(std::string_view text) {
    std::vector<std::string> options(1);
    bool quoted = false;
    for (size_t at = 0; at < text.size(); ++at) {
        const bool is_escaped_comma = text[at] == '\\' && at + 1 < text.size() && text[at + 1] == ',';
        if (is_escaped_comma) {
            options.back() += text[++at];
        } else if (text[at] == '"') {
            quoted = !quoted;
        } else if (text[at] == ',' && !quoted) {
            options.emplace_back();
        } else {
            options.back() += text[at];
        }
    }
    std::erase(options, "");
    return options;
}

std::string text_or_none(const char *text) {
    return text != nullptr ? text : "";
}

} // namespace

MountSpec mount_of(const char *source, std::string_view destination, const char *type, const char *options) {
    return {.source = text_or_none(source),
            .destination = std::string(destination),
            .type = text_or_none(type),
            .options = split_options(text_or_none(options))};
}

} // namespace spaces
