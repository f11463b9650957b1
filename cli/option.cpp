// Option: one option of execute, chroot and inject.
#include "option.hpp"

namespace cli {

std::span<const OptionGroup> option_groups() {
    static const OptionGroup groups[] = {
        {"Namespaces", namespace_options},
        {"Users and groups", id_options},
        {"Program", process_options},
        {"Privileges", privilege_options},
        {"Scheduling and kernel parameters", scheduling_options},
        {"Descriptors", stream_options},
        {"File system", filesystem_options},
        {"Resources", resource_options},
        {"Life", life_options},
        {"General", general_options},
    };
    return groups;
}

std::string long_name(const Option &option) {
    std::string found;
    for_each_name(option, [&found](std::string_view name) {
        if (found.empty() && name.starts_with("--")) {
            found = name;
        }
    });
    return found;
}

} // namespace cli
