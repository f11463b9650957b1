// space complete: the commands and options as a list that the completion scripts read, so that they never
// fall behind. A line is a name, what it takes (or "-"), and what it is for, separated by tabs.
#include "commands.hpp"
#include "option.hpp"

namespace cli {

namespace {

std::string line(std::string_view name, std::string_view value, std::string_view help) {
    return std::string(name) + '\t' + (value.empty() ? "-" : std::string(value)) + '\t' + std::string(help) +
           '\n';
}

} // namespace

int list_for_completion(std::span<char *const> words) {
    std::string text;
    const std::optional<Command> command = words.empty() ? std::nullopt : find_command(words.front());
    if (command) {
        for (const OptionGroup &group : option_groups()) {
            for (const Option &option : group.options) {
                if ((option.commands & bit(*command)) != 0) {
                    for_each_name(option, [&](std::string_view name) {
                        text += line(name, option.value, option.help);
                    });
                }
            }
        }
    } else {
        for (const Command each : all_commands) {
            text += line(describe(each).name, describe(each).positional, describe(each).summary);
        }
        for (const Verb &verb : verbs()) {
            text += line(verb.name, verb.takes, verb.summary);
        }
    }
    print_out(text);
    return 0;
}

} // namespace cli
