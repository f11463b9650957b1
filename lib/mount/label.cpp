// linux.mountLabel: the SELinux label of the file systems that are mounted anew, and which of them get it.
#include "mount/label.hpp"

#include "base/sys.hpp"
#include "host/security.hpp"

#include <algorithm>

namespace spaces {

namespace {

using plan::Op;

// Every mount of these shows the same file system, and a context cannot be told to what is mounted already.
constexpr std::string_view single_file_systems[] = {
    "proc",    "sysfs",    "cgroup",   "cgroup2", "devtmpfs", "securityfs", "selinuxfs",  "debugfs",
    "tracefs", "configfs", "efivarfs", "pstore",  "fusectl",  "nfsd",       "binfmt_misc"};

bool is_context(const std::string &option) {
    return option.starts_with("context=") || option.starts_with("defcontext=");
}

} // namespace

Labelling labelling_of(const std::string &type) {
    if (type == "mqueue") { // made with the ipc namespace
        return Labelling::of_directory;
    }
    const bool is_single = std::find(std::begin(single_file_systems), std::end(single_file_systems), type) !=
                           std::end(single_file_systems);
    return is_single ? Labelling::none : Labelling::as_option;
}

std::string context_option(const std::string &label) {
    return "context=\"" + label + "\"";
}

bool has_context(const std::vector<std::string> &options) {
    return std::any_of(options.begin(), options.end(), is_context);
}

std::string mount_label_option(const Compilation &compilation, const std::string &type,
                               const std::vector<std::string> &options) {
    const std::optional<std::string> &label = compilation.spec.mount_label;
    const bool is_wanted = label && labelling_of(type) == Labelling::as_option && !has_context(options);
    return is_wanted ? context_option(*label) : "";
}

void require_mount_label(const Compilation &compilation) {
    const std::optional<std::string> &label = compilation.spec.mount_label;
    if (!label) {
        return;
    }
    if (!has_selinux()) {
        throw_unsupported(
            "linux.mountLabel", "SELinux is not active in this kernel",
            "leave the label out; where the kernel has it: boot with selinux=1 security=selinux");
    }
    if (!selinux_knows(*label)) {
        throw_invalid("linux.mountLabel",
                      "the loaded SELinux policy does not know the label " + quoted(*label),
                      "it is USER:ROLE:TYPE:LEVEL of this policy, as system_u:object_r:container_file_t:s0; "
                      "seinfo(1) lists them");
    }
}

void add_label_of_mount(Compilation &compilation, const MountSpec &mount) {
    const std::optional<std::string> &label = compilation.spec.mount_label;
    if (!label || labelling_of(mount.type) != Labelling::of_directory) {
        return;
    }
    const uint32_t path = compilation.builder().text(mount.destination);
    const uint32_t text = compilation.builder().text(*label);
    plan::Step &step = compilation.add(
        Op::relabel, {"mount_label", mount.destination,
                      "give " + quoted(mount.destination) + " the SELinux label " + quoted(*label)});
    step.text[0] = path;
    step.text[1] = text;
}

} // namespace spaces
