// Mount options as mount(8) and OCI spell them, sorted into what the kernel takes apart.
#include "mount/options.hpp"

#include "base/sys.hpp"
#include "spec/id_map.hpp"

#include <algorithm>
#include <array>
#include <linux/mount.h>

namespace spaces {

namespace {

struct AttributeOption {
    std::string_view word;
    uint64_t set;
    uint64_t clear;
};

constexpr uint64_t atime = MOUNT_ATTR__ATIME;
constexpr std::array attribute_options{
    AttributeOption{"ro", MOUNT_ATTR_RDONLY, 0},
    AttributeOption{"rw", 0, MOUNT_ATTR_RDONLY},
    AttributeOption{"nosuid", MOUNT_ATTR_NOSUID, 0},
    AttributeOption{"suid", 0, MOUNT_ATTR_NOSUID},
    AttributeOption{"nodev", MOUNT_ATTR_NODEV, 0},
    AttributeOption{"dev", 0, MOUNT_ATTR_NODEV},
    AttributeOption{"noexec", MOUNT_ATTR_NOEXEC, 0},
    AttributeOption{"exec", 0, MOUNT_ATTR_NOEXEC},
    AttributeOption{"relatime", MOUNT_ATTR_RELATIME, atime},
    AttributeOption{"norelatime", 0, MOUNT_ATTR_RELATIME}, // no bit: it is what there is without another
    AttributeOption{"atime", 0, MOUNT_ATTR_NOATIME},
    AttributeOption{"noatime", MOUNT_ATTR_NOATIME, atime},
    AttributeOption{"strictatime", MOUNT_ATTR_STRICTATIME, atime},
    AttributeOption{"nostrictatime", 0, MOUNT_ATTR_STRICTATIME},
    AttributeOption{"nodiratime", MOUNT_ATTR_NODIRATIME, 0},
    AttributeOption{"diratime", 0, MOUNT_ATTR_NODIRATIME},
    AttributeOption{"nosymfollow", MOUNT_ATTR_NOSYMFOLLOW, 0},
    AttributeOption{"symfollow", 0, MOUNT_ATTR_NOSYMFOLLOW},
};

// Of the file system as a whole. The others of mount(8) say what holds anyway, or nothing to the kernel.
struct FileSystemOption {
    std::string_view word;
    uint64_t set;
    uint64_t clear;
};

constexpr std::array file_system_options{
    FileSystemOption{"sync", MS_SYNCHRONOUS, 0},     FileSystemOption{"async", 0, MS_SYNCHRONOUS},
    FileSystemOption{"dirsync", MS_DIRSYNC, 0},      FileSystemOption{"lazytime", MS_LAZYTIME, 0},
    FileSystemOption{"nolazytime", 0, MS_LAZYTIME},  FileSystemOption{"mand", MS_MANDLOCK, 0},
    FileSystemOption{"nomand", 0, MS_MANDLOCK},      FileSystemOption{"iversion", MS_I_VERSION, 0},
    FileSystemOption{"noiversion", 0, MS_I_VERSION},
};

// For mount(8) itself and for fstab(5): nothing that the kernel would be told.
constexpr std::array<std::string_view, 7> silent_options{"defaults", "silent", "loud",   "auto",
                                                         "noauto",   "nofail", "_netdev"};

struct PropagationOption {
    std::string_view word;
    uint64_t flag;
};

constexpr std::array propagation_options{
    PropagationOption{"private", MS_PRIVATE},
    PropagationOption{"slave", MS_SLAVE},
    PropagationOption{"shared", MS_SHARED},
    PropagationOption{"unbindable", MS_UNBINDABLE},
};

const AttributeOption *find_attribute(std::string_view word) {
    const auto *found = std::find_if(attribute_options.begin(), attribute_options.end(),
                                     [&](const AttributeOption &option) { return option.word == word; });
    return found != attribute_options.end() ? found : nullptr;
}

// The later option wins: "ro,rw" is "rw".
void apply(AttributeChange &change, const AttributeOption &option) {
    change.set = (change.set & ~option.clear) | option.set;
    change.clear = (change.clear & ~option.set) | option.clear;
}

bool take_attribute(MountOptions &parsed, std::string_view word) {
    if (const AttributeOption *option = find_attribute(word)) {
        apply(parsed.attributes, *option);
        return true;
    }
    if (word.starts_with('r')) {
        if (const AttributeOption *option = find_attribute(word.substr(1))) {
            apply(parsed.recursive_attributes, *option);
            return true;
        }
    }
    return false;
}

bool take_propagation(MountOptions &parsed, std::string_view word) {
    const bool recursive = word.starts_with('r');
    for (const PropagationOption &option : propagation_options) {
        if (word == option.word || (recursive && word.substr(1) == option.word)) {
            parsed.propagation = option.flag | (recursive ? MS_REC : 0);
            return true;
        }
    }
    return false;
}

bool take_file_system_flag(MountOptions &parsed, std::string_view word) {
    for (const FileSystemOption &option : file_system_options) {
        if (word == option.word) {
            parsed.file_system_flags = (parsed.file_system_flags & ~option.clear) | option.set;
            return true;
        }
    }
    return false;
}

bool is_silent(std::string_view word) {
    return word.empty() || word.starts_with("x-") || word.starts_with("X-") || word.starts_with("comment=") ||
           std::find(silent_options.begin(), silent_options.end(), word) != silent_options.end();
}

// "0-1000-1#1-5000-10": id of the file system, id that it appears as, count; crun's spelling.
std::vector<IdMapping> parse_mappings(std::string_view text, std::string_view object) {
    std::string map;
    for (const char character : text) {
        map += character == '#' ? ',' : character == '-' ? ' ' : character;
    }
    return parse_id_map(map, object).ranges;
}

bool take_id_map(MountOptions &parsed, std::string_view word, std::string_view object) {
    const bool recursive = word.starts_with('r');
    std::string_view rest = word.substr(recursive ? 1 : 0);
    if (rest != "idmap" && !rest.starts_with("idmap=")) {
        return false;
    }
    parsed.id_mapped = true;
    parsed.id_mapped_recursively = recursive;
    rest.remove_prefix(std::min<size_t>(rest.size(), 6));
    while (!rest.empty()) {
        const std::string_view part = rest.substr(0, rest.find(';'));
        rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        if (part.starts_with("uids=")) {
            parsed.uid_map = parse_mappings(part.substr(5), object);
        } else if (part.starts_with("gids=")) {
            parsed.gid_map = parse_mappings(part.substr(5), object);
        } else {
            throw_invalid(object, "the mount option " + quoted(word) + " has no form that is known",
                          "it is idmap=uids=0-1000-1;gids=0-1000-1: id of the file system, id that it "
                          "appears as, count; ranges are separated by \"#\"");
        }
    }
    if (parsed.uid_map.empty() != parsed.gid_map.empty()) {
        throw_invalid(object, "the mount option " + quoted(word) + " maps only users or only groups");
    }
    return true;
}

// Always in quotes, since a label of SELinux may have commas, and options are separated by them.
bool take_context(MountOptions &parsed, std::string_view word, std::string_view object) {
    const size_t equals = word.find('=');
    constexpr std::string_view words[] = {"context", "fscontext", "defcontext", "rootcontext"};
    const std::string_view key = word.substr(0, equals);
    if (equals == std::string_view::npos ||
        std::find(std::begin(words), std::end(words), key) == std::end(words)) {
        return false;
    }
    std::string_view label = word.substr(equals + 1);
    if (label.size() >= 2 && label.starts_with('"') && label.ends_with('"')) {
        label = label.substr(1, label.size() - 2);
    }
    if (label.empty() || label.find('"') != std::string_view::npos) {
        throw_invalid(object, "the mount option " + quoted(word) + " has no label of SELinux");
    }
    parsed.data.push_back(std::string(key) + "=\"" + std::string(label) + "\"");
    return true;
}

} // namespace

void check_mount_options(const MountSpec &mount, const MountOptions &options) {
    const std::string &object = mount.destination;
    if (options.bind && !options.data.empty()) {
        throw_invalid(object,
                      "a bind mount has no options of its own: " + quoted(joined_options(options.data)));
    }
    if (options.bind && options.file_system_flags != 0) {
        throw_invalid(object, "a bind mount has no options of its file system, as \"sync\" is one",
                      "they hold for a file system as a whole: give them where it is mounted");
    }
    if (!options.bind && (options.id_mapped || !mount.uid_mappings.empty())) {
        throw_unsupported(object, "only bind mounts can be id-mapped, and the one on " + quoted(object) +
                                      " is a new file system");
    }
    if (options.copy_up && mount.type != "tmpfs") {
        throw_invalid(object, "\"tmpcopyup\" is an option of a tmpfs");
    }
}

std::string joined_options(const std::vector<std::string> &options) {
    std::string text;
    for (const std::string &option : options) {
        text += (text.empty() ? "" : ",") + option;
    }
    return text;
}

uint64_t propagation_flag(std::string_view word) {
    for (const PropagationOption &option : propagation_options) {
        if (word == option.word) {
            return option.flag;
        }
    }
    if (word == "unchanged") {
        return 0;
    }
    throw_invalid("linux.rootfsPropagation", "unknown propagation " + quoted(word),
                  "it is one of private, slave, shared, unbindable, unchanged");
}

MountOptions parse_mount_options(const std::vector<std::string> &options, std::string_view object) {
    MountOptions parsed;
    for (const std::string &word : options) {
        if (word == "X-mount.mkdir" || word == "x-mount.mkdir") {
            parsed.make_target = true;
        } else if (is_silent(word)) {
            continue;
        } else if (word == "bind" || word == "rbind") {
            parsed.bind = true;
            parsed.recursive = word == "rbind";
        } else if (word == "tmpcopyup") {
            parsed.copy_up = true;
        } else if (word == "remount") {
            throw_invalid(object, "the mount option \"remount\" has no meaning for a new mount");
        } else if (!take_attribute(parsed, word) && !take_propagation(parsed, word) &&
                   !take_file_system_flag(parsed, word) && !take_id_map(parsed, word, object) &&
                   !take_context(parsed, word, object)) {
            parsed.data.push_back(word);
        }
    }
    return parsed;
}

} // namespace spaces
