// The command line of execute, chroot and inject, taken apart by CLI11. No other file knows CLI11.
#include "parser.hpp"

#include "cli11.hpp"
#include "commands.hpp"
#include "suggestion.hpp"

#include <algorithm>
#include <bitset>

namespace cli {

namespace {

// No word of a command line can hold a NUL, so that these cannot be mistaken for one.
constexpr std::string_view no_value("\0none", 5);
constexpr std::string_view empty_value("\0empty", 6);

// What options the words can name at all. CLI11 compares each option that it is given with all others; to
// give it those alone that can matter makes a start a tenth of a millisecond faster, and changes nothing
// else.
class Mentioned {
  public:
    explicit Mentioned(std::span<char *const> words) {
        for (const std::string_view word : words) {
            if (word.starts_with("--")) {
                long_names_.push_back(word.substr(0, word.find('=')));
            } else if (word.starts_with('-')) {
                for (const char letter : word.substr(1)) {
                    letters_.set(static_cast<unsigned char>(letter));
                }
            }
        }
    }

    bool names(const Option &option) const {
        bool found = false;
        for_each_name(option, [&](std::string_view name) {
            found = found || (name.starts_with("--") ? std::find(long_names_.begin(), long_names_.end(),
                                                                 name) != long_names_.end()
                                                     : letters_.test(static_cast<unsigned char>(name[1])));
        });
        return found;
    }

  private:
    std::vector<std::string_view> long_names_;
    std::bitset<256> letters_;
};

void add(CLI::App &app, const Option &option, CommandLine &parsed) {
    const auto store = [&option, &parsed](const CLI::results_t &results) {
        std::string value = results.front();
        if (value == no_value) {
            value.clear();
        } else if (!option.takes_value() && !option.may_take_value()) {
            throw_usage("the option " + in_quotes(long_name(option)) + " takes no value");
        } else if (value == empty_value) {
            value.clear();
            if (option.may_take_value()) {
                throw_usage("the option " + in_quotes(long_name(option)) + " has nothing after its \"=\"");
            }
        }
        parsed.settings.push_back({&option, std::move(value)});
        return true;
    };
    CLI::Option *const added = app.add_option(option.names, CLI::callback_t(store));
    if (option.takes_value()) {
        added->expected(1);
    } else {
        // expected(0) would make the value "true", which could be the name of a file.
        added->type_size(0)->expected(0, 0)->default_str(std::string(no_value));
    }
    added->trigger_on_parse();
}

// CLI11 takes the next word for the value where nothing follows the "=": it would be the program that
// vanishes.
std::string with_empty_value(std::string_view word) {
    std::string result(word);
    if (word.starts_with("--") && word.size() > 3 && word.find('=') == word.size() - 1) {
        result += empty_value;
    }
    return result;
}

[[noreturn]] void throw_unknown_option(Command command, std::string_view word) {
    const std::string_view name = word.starts_with("--") ? word.substr(0, word.find('=')) : word.substr(0, 2);
    const std::string likely = similar_option(command, name);
    throw_usage("unknown option " + in_quotes(name),
                likely.empty() ? "see \"space help " + std::string(describe(command).name) + "\""
                               : "did you mean " + likely + "?");
}

} // namespace

void parse(Command command, std::span<char *const> words, CommandLine &parsed) {
    CLI::App app;
    app.set_help_flag();
    app.prefix_command(); // what begins with a word that is no option is left alone
    const Mentioned mentioned(words);
    for (const OptionGroup &group : option_groups()) {
        for (const Option &option : group.options) {
            if ((option.commands & bit(command)) != 0 && mentioned.names(option)) {
                add(app, option, parsed);
            }
        }
    }
    if (*describe(command).positional != '\0') {
        const auto store = [&parsed](const CLI::results_t &results) {
            parsed.positional = results.front();
            return true;
        };
        app.add_option("positional", CLI::callback_t(store))->expected(1);
    }

    std::vector<std::string> reversed(words.size());
    std::transform(words.rbegin(), words.rend(), reversed.begin(), with_empty_value);
    try {
        app.parse(std::move(reversed));
    } catch (const CLI::ArgumentMismatch &) {
        // Only the last word can lack a value: before it, the next word is taken for it.
        throw_usage("the option " + in_quotes(words.back()) + " needs a value");
    } catch (const CLI::ParseError &error) {
        throw_usage(error.what());
    }

    const std::vector<std::string> rest = app.remaining();
    if (rest.empty()) {
        return;
    }
    const std::string_view first = rest.front();
    if (first != "--" && first.starts_with('-') && first.size() > 1) {
        throw_unknown_option(command, first);
    }
    parsed.program = words.last(rest.size() - (first == "--" ? 1 : 0));
    // "--" may stand before the positional as well: "inject -- PID -- PROGRAM".
    if (parsed.positional && first == "--" && !parsed.program.empty() &&
        parsed.program.front() == std::string_view("--")) {
        parsed.program = parsed.program.subspan(1);
    }
}

} // namespace cli
