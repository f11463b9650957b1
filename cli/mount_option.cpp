// The values of --mount, --bind and --tmpfs, spelled as docker's and mount(8)'s.
#include "mount_option.hpp"

#include "failure.hpp"
#include "text.hpp"

#include <algorithm>

namespace cli {

namespace {

void append_option(std::string &options, std::string_view option) {
    if (!options.empty()) {
        options += ',';
    }
    options += option;
}

// A comma in an option, for the C API.
std::string escaped(std::string_view text) {
    std::string result;
    for (const char character : text) {
        result += character == ',' ? "\\," : std::string(1, character);
    }
    return result;
}

bool parse_bool(const std::string &value, const std::string &key) {
    if (value.empty() || value == "true" || value == "1") {
        return true;
    }
    if (value == "false" || value == "0") {
        return false;
    }
    throw_usage(in_quotes(key) + " in a mount is true or false, not " + in_quotes(value));
}

// A bind mount of a directory brings along what is mounted below it, unless it is told not to; what is to be
// read-only is so with all of it. "rw" does not reach below: what is read-only there has been made so.
void complete_bind(MountOption &mount, bool recursive) {
    const std::vector<std::string> words = split_quoted(mount.options, "mount");
    const auto is_access = [](const std::string &word) { return word == "ro" || word == "rw"; };
    const auto last = std::find_if(words.rbegin(), words.rend(), is_access);
    std::string options = recursive ? "rbind" : "bind";
    for (const std::string &word : words) {
        if (!is_access(word)) {
            append_option(options, word);
        }
    }
    if (last != words.rend()) {
        append_option(options, recursive && *last == "ro" ? "rro" : *last);
    }
    mount.options = options;
}

void require_source(const MountOption &mount, std::string_view text, const char *form) {
    if (mount.source.empty()) {
        throw_usage("the bind mount " + in_quotes(text) + " has no source", form);
    }
}

} // namespace

MountOption parse_mount(std::string_view text) {
    MountOption mount;
    bool recursive = true;
    std::string data; // NAME of the first NAME=VALUE that is left to the file system
    for (const std::string &part : split_quoted(text, "mount")) {
        const auto [key, value] = split_once(part, '=');
        if (key == "type") {
            mount.type = value;
        } else if (key == "source" || key == "src") {
            mount.source = value;
        } else if (key == "target" || key == "dst" || key == "destination") {
            mount.target = value;
        } else if (key == "readonly" || key == "ro") {
            append_option(mount.options, parse_bool(value, key) ? "ro" : "rw");
        } else if (key == "bind-propagation") {
            append_option(mount.options, value);
        } else if (key == "bind-nonrecursive") {
            recursive = !parse_bool(value, key);
        } else if (key == "tmpfs-size") {
            append_option(mount.options, "size=" + value);
        } else if (key == "tmpfs-mode") {
            append_option(mount.options, "mode=" + value);
        } else if (part.find(',') != part.npos) {
            throw_usage(in_quotes(part) + " is no mount option: it holds a comma");
        } else {
            append_option(mount.options, part);
            if (data.empty() && part.find('=') != part.npos) {
                data = key;
            }
        }
    }
    constexpr const char *form = "it is type=…,source=…,target=…, and options, all separated by commas";
    if (mount.type.empty()) {
        mount.type = "bind";
    }
    if (mount.type == "bind" && !data.empty()) {
        throw_usage("a bind mount has no option " + in_quotes(data), form);
    }
    if (mount.target.empty()) {
        throw_usage("the mount " + in_quotes(text) + " has no target", form);
    }
    if (mount.type == "bind") {
        require_source(mount, text, form);
        complete_bind(mount, recursive);
    } else if (mount.source.empty()) {
        mount.source = mount.type;
    }
    return mount;
}

MountOption parse_bind(std::string_view text) {
    const auto [source, rest] = split_once(text, ':');
    const auto [target, options] = split_once(rest, ':');
    MountOption mount{
        .type = "bind", .source = source, .target = target.empty() ? source : target, .options = options};
    require_source(mount, text, "it is SOURCE[:TARGET[:OPTIONS]]");
    complete_bind(mount, true);
    return mount;
}

MountOption parse_tmpfs(std::string_view text) {
    const auto [target, options] = split_once(text, ':');
    if (target.empty()) {
        throw_usage("the tmpfs " + in_quotes(text) + " has no target", "it is TARGET[:OPTIONS]");
    }
    return MountOption{.type = "tmpfs", .source = "tmpfs", .target = target, .options = options};
}

MountOption parse_overlay(std::string_view text) {
    MountOption mount{.type = "overlay", .source = "overlay", .target = {}, .options = {}};
    std::string upmost;
    for (const std::string &part : split_quoted(text, "overlay")) {
        const auto [key, value] = split_once(part, '=');
        if (key == "target" || key == "dst" || key == "destination") {
            mount.target = value;
        } else if (key == "lower") {
            append_option(mount.options, "lowerdir+=" + escaped(value));
            upmost = upmost.empty() ? value : upmost;
        } else if (key == "upper" || key == "work") {
            append_option(mount.options, key + "dir=" + escaped(value));
        } else {
            append_option(mount.options, escaped(part));
        }
    }
    if (mount.target.empty()) {
        mount.target = upmost;
    }
    if (mount.target.empty()) {
        throw_usage("the overlay " + in_quotes(std::string(text)) + " has no lower directory",
                    "it is lower=/a,lower=/b,upper=/u,work=/w,target=/data");
    }
    return mount;
}

MountOption parse_tmp_overlay(std::string_view text) {
    const auto [source, rest] = split_once(text, ':');
    const auto [target, words] = split_once(rest, ':');
    MountOption mount{.type = "overlay",
                      .source = "overlay",
                      .target = target.empty() ? source : target,
                      .options = "lowerdir+=" + escaped(source)};
    if (source.empty()) {
        throw_usage("the overlay " + in_quotes(std::string(text)) + " has no source",
                    "it is SOURCE[:TARGET[:OPTIONS]]");
    }
    std::string memory = "tmp-overlay";
    for (const std::string &word : split(words, ',')) {
        const auto [key, value] = split_once(word, '=');
        if (key == "size") {
            memory += '=' + value;
        } else if (!word.empty()) {
            append_option(mount.options, word);
        }
    }
    append_option(mount.options, memory);
    return mount;
}

} // namespace cli
