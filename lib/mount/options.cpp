// Mount options as mount(8) and OCI spell them, sorted into what the kernel takes apart.
#include "mount/options.hpp"

#include "base/sys.hpp"

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

} // namespace

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
        if (word.empty() || word == "defaults") {
            continue;
        }
        if (word == "bind" || word == "rbind") {
            parsed.bind = true;
            parsed.recursive = word == "rbind";
        } else if (word == "idmap" || word == "ridmap" || word == "tmpcopyup") {
            throw_unsupported(object, "the mount option " + quoted(word) + " is not supported yet");
        } else if (word == "remount") {
            throw_invalid(object, "the mount option \"remount\" has no meaning for a new mount");
        } else if (!take_attribute(parsed, word) && !take_propagation(parsed, word)) {
            parsed.data += parsed.data.empty() ? "" : ",";
            parsed.data += word;
        }
    }
    if (parsed.bind && !parsed.data.empty()) {
        throw_invalid(object, "a bind mount has no options of its own: " + quoted(parsed.data));
    }
    return parsed;
}

} // namespace spaces
