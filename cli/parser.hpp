// The command line of execute, chroot and inject, taken apart.
#pragma once

#include "option.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cli {

struct Setting {
    const Option *option;
    std::string value;
};

struct CommandLine {
    std::vector<Setting> settings;         // in the order in which they were given
    std::optional<std::string> positional; // chroot's ROOTFS, inject's PID
    std::span<char *const> program;        // the program and its arguments, untouched
};

// Options end where the program begins, or at "--": what comes after belongs to the program. `parsed` holds
// what was understood so far where this throws.
void parse(Command command, std::span<char *const> words, CommandLine &parsed);

} // namespace cli
