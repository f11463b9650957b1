// space help: the commands, and the options of each from their tables.
#include "commands.hpp"
#include "option.hpp"
#include "suggestion.hpp"

#include <cstdio>

namespace cli {

namespace {

constexpr size_t help_column = 34;
constexpr size_t last_column = 100;

constexpr char overview[] =
    "Usage: space [-v] COMMAND ...\n"
    "\n"
    "Runs programs in Linux namespaces: as root or as an ordinary user, without a daemon.\n"
    "\n"
    "Commands that run a program:\n"
    "  execute [OPTIONS] [--] PROGRAM [ARGUMENTS]         in new namespaces\n"
    "  chroot [OPTIONS] ROOTFS [--] PROGRAM [ARGUMENTS]   in a root directory of its own\n"
    "  inject [OPTIONS] PID [--] PROGRAM [ARGUMENTS]      in the namespaces of a process\n"
    "\n"
    "Other commands:\n"
    "  explain [OPTIONS] execute|chroot|inject ...        show what would be done, and run nothing\n"
    "  features [--json]                                  list what works on this host\n"
    "  doctor [--json]                                    say what does not, why, and how to mend it\n"
    "  gc [--json]                                        remove what killed callers have left behind\n"
    "  completion bash|zsh|fish                           print a script that completes command lines\n"
    "  help [COMMAND]                                     show this, or the options of a command\n"
    "\n"
    "Options after PROGRAM belong to PROGRAM. -v prints the pid and the exit status; --version the version.\n"
    "\n"
    "The exit status is the program's own, or 128 + N if signal N ended it, 124 if its time limit did.\n"
    "It is 127 if the program was not found, 126 if it could not be executed, and 125 if space failed.\n"
    "\n"
    "Examples:\n"
    "  space execute --all --id bash\n"
    "  space chroot --pid --uid '0 1000 1' ROOTFS /bin/ls /home/\n"
    "  space inject --net --mnt PID bash\n";

// Breaks `text` between words so that it fits to the right of `help_column`.
std::string wrapped(std::string_view text) {
    std::string result;
    size_t column = help_column;
    while (!text.empty()) {
        const size_t space = text.find(' ');
        const std::string_view word = text.substr(0, space);
        if (column != help_column && column + 1 + word.size() > last_column) {
            result += '\n' + std::string(help_column, ' ');
            column = help_column;
        } else if (column != help_column) {
            result += ' ';
            ++column;
        }
        result += word;
        column += word.size();
        text = space == text.npos ? std::string_view() : text.substr(space + 1);
    }
    return result;
}

std::string line_of(const Option &option) {
    std::string line = "  ";
    for_each_name(option, [&line](std::string_view name) {
        if (line.size() > 2) {
            line += ", ";
        } else if (name.starts_with("--")) {
            line += "    "; // where the short name of others stands
        }
        line += name;
    });
    if (*option.value != '\0') {
        line += (option.may_take_value() ? "" : " ") + std::string(option.value);
    }
    if (line.size() + 2 > help_column) {
        line += '\n' + std::string(help_column, ' ');
    } else {
        line.resize(help_column, ' ');
    }
    return line + wrapped(option.help) + "\n";
}

} // namespace

void print_help(Command command) {
    const Description &description = describe(command);
    std::string text = std::string("Usage: space ") + description.name + " [OPTIONS] ";
    if (*description.positional != '\0') {
        text += std::string(description.positional) + " ";
    }
    text += std::string("[--] PROGRAM [ARGUMENTS]\n\n") + description.text + "\n";
    for (const OptionGroup &group : option_groups()) {
        std::string lines;
        for (const Option &option : group.options) {
            if ((option.commands & bit(command)) != 0) {
                lines += line_of(option);
            }
        }
        text += std::string("\n") + group.title + ":\n" + lines;
    }
    print_out(text + "\nExamples:\n" + description.examples);
}

void print_help(const Verb &verb) {
    print_out(std::string("Usage: space ") + verb.name + " " + verb.takes + "\n\n" + verb.summary + "\n");
}

int help(std::span<char *const> words) {
    if (words.empty()) {
        print_out(overview);
        return 0;
    }
    if (const std::optional<Command> command = find_command(words.front())) {
        print_help(*command);
        return 0;
    }
    for (const Verb &verb : verbs()) {
        if (words.front() == std::string_view(verb.name)) {
            print_help(verb);
            return 0;
        }
    }
    throw_unknown_command(words.front());
}

} // namespace cli
