// Option: one option of execute, chroot and inject. The tables of these are what the command line is parsed
// by, and what `space help` and the shells' completion show.
#pragma once

#include "request.hpp"

#include <span>
#include <string>
#include <string_view>

namespace cli {

inline constexpr unsigned in_execute = 1u << static_cast<unsigned>(Command::execute);
inline constexpr unsigned in_chroot = 1u << static_cast<unsigned>(Command::chroot);
inline constexpr unsigned in_inject = 1u << static_cast<unsigned>(Command::inject);
inline constexpr unsigned in_new = in_execute | in_chroot; // those that make namespaces
inline constexpr unsigned in_all = in_new | in_inject;

struct Option {
    const char *names; // "-m,--mnt,--fs"
    // What it takes: "" nothing, "FILE", or "[=FILE]" where it may be left out. Completion knows FILE, DIR,
    // PID and choices ("allow|deny", "FILE|default").
    const char *value;
    const char *help;
    unsigned commands;                                         // in_…
    void (*apply)(Request &request, const std::string &value); // with "" for a flag
    bool is_base = false; // sets everything: applied before the others, wherever it stands

    bool takes_value() const { return *value != '\0' && *value != '['; }
    bool may_take_value() const { return *value == '['; }
};

struct OptionGroup {
    const char *title;
    std::span<const Option> options;
};

extern const std::span<const Option> namespace_options;
extern const std::span<const Option> id_options;
extern const std::span<const Option> process_options;
extern const std::span<const Option> privilege_options;
extern const std::span<const Option> scheduling_options;
extern const std::span<const Option> stream_options;
extern const std::span<const Option> filesystem_options;
extern const std::span<const Option> resource_options;
extern const std::span<const Option> life_options;
extern const std::span<const Option> general_options;

// --config and --bundle, in config.cpp.
void load_config(Request &request, const std::string &file);
void load_bundle(Request &request, const std::string &directory);

// --seccomp and --seccomp-report, in seccomp.cpp; and where `space` keeps compiled filters.
void set_seccomp(Request &request, const std::string &profile);
void set_seccomp_report(Request &request, const std::string &);
void keep_filters(Request &request);

// All of the above, in the order in which help shows them.
std::span<const OptionGroup> option_groups();

// Calls `visit(name)` for each of an option's names: "-m", "--mnt", "--fs".
template <class Visit> void for_each_name(const Option &option, Visit visit) {
    std::string_view rest = option.names;
    while (!rest.empty()) {
        const size_t comma = rest.find(',');
        visit(rest.substr(0, comma));
        rest = comma == rest.npos ? std::string_view() : rest.substr(comma + 1);
    }
}

// The name for messages: the first long one.
std::string long_name(const Option &option);

} // namespace cli
