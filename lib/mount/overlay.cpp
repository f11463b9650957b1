// Overlay mounts: their layers, taken from the options that mount(8) and the kernel have for them.
#include "mount/overlay.hpp"

#include "base/sys.hpp"
#include "spec/check.hpp"

namespace spaces {

namespace {

// The part of "lowerdir=" up to an unescaped colon, which is taken away; a backslash escapes a character.
std::string next_layer(std::string_view &text) {
    std::string path;
    while (!text.empty() && text.front() != ':') {
        if (text.front() == '\\' && text.size() > 1) {
            text.remove_prefix(1);
        }
        path += text.front();
        text.remove_prefix(1);
    }
    return path;
}

void parse_lower(OverlayOptions &parsed, std::string_view text) {
    std::vector<std::string> *layers = &parsed.lower;
    for (;;) {
        layers->push_back(next_layer(text));
        if (text.empty()) {
            return;
        }
        text.remove_prefix(1);
        if (text.starts_with(':')) { // all that follow are data only
            text.remove_prefix(1);
            layers = &parsed.data;
        }
    }
}

void check(const OverlayOptions &parsed, const std::string &object) {
    if (parsed.lower.empty()) {
        throw_invalid(object, "the overlay on " + quoted(object) + " has no lower directory",
                      "lowerdir=/upmost:/next:/lowest");
    }
    for (const auto *layers : {&parsed.lower, &parsed.data}) {
        for (const std::string &path : *layers) {
            check_path(path, "lowerdir");
        }
    }
    if (parsed.in_memory && !(parsed.upper.empty() && parsed.work.empty())) {
        throw_invalid(object,
                      "the overlay on " + quoted(object) +
                          " has an upper or work directory and shall have them in memory",
                      "leave out either \"tmp-overlay\" or these");
    }
    if (parsed.upper.empty() != parsed.work.empty()) {
        throw_invalid(object, "the overlay on " + quoted(object) + " has only one of upperdir and workdir",
                      "workdir is an empty directory of the same mount as upperdir, for the kernel's use");
    }
    const bool writable = parsed.in_memory || !parsed.upper.empty();
    if (!writable && parsed.lower.size() + parsed.data.size() < 2) {
        throw_invalid(object, "the overlay on " + quoted(object) + " has one layer only",
                      "a read-only overlay has at least two lower directories; else bind the one, or add "
                      "upperdir and workdir, or \"tmp-overlay\"");
    }
}

} // namespace

OverlayOptions parse_overlay_options(const std::vector<std::string> &options, const std::string &object) {
    OverlayOptions parsed;
    for (const std::string &option : options) {
        const size_t equals = option.find('=');
        const std::string key = option.substr(0, equals);
        const std::string value = equals == std::string::npos ? "" : option.substr(equals + 1);
        if (key == "lowerdir") {
            parse_lower(parsed, value);
        } else if (key == "lowerdir+") {
            parsed.lower.push_back(value);
        } else if (key == "datadir+") {
            parsed.data.push_back(value);
        } else if (key == "upperdir") {
            parsed.upper = value;
        } else if (key == "workdir") {
            parsed.work = value;
        } else if (key == "tmp-overlay") {
            parsed.in_memory = true;
            parsed.size = value;
        } else {
            parsed.rest.push_back(option);
        }
    }
    check(parsed, object);
    return parsed;
}

} // namespace spaces
