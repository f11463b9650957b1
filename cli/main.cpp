// space: programs in Linux namespaces, from the shell.
#include "commands.hpp"
#include "streams.hpp"
#include "suggestion.hpp"

#include <exception>

namespace cli {

namespace {

bool is_help(std::string_view word) {
    return word == "-h" || word == "--help";
}

int run(const Verb &verb, std::span<char *const> words) {
    if (!words.empty() && is_help(words.front())) {
        print_help(verb);
        return 0;
    }
    return verb.run(words);
}

int dispatch(std::span<char *const> words) {
    Asked asked;
    while (!words.empty()) {
        const std::string_view word = words.front();
        words = words.subspan(1);
        if (word == "-v" || word == "--verbose") {
            asked.verbose = true;
        } else if (is_help(word)) {
            return help({});
        } else if (word == "--version") {
            print_out(std::string("space ") + spaces_version_string() + "\n");
            return 0;
        } else if (const std::optional<Command> command = find_command(word)) {
            return perform(*command, words, asked);
        } else if (word == "complete") {
            return list_for_completion(words);
        } else {
            for (const Verb &verb : verbs()) {
                if (word == verb.name) {
                    return run(verb, words);
                }
            }
            if (word.starts_with('-')) {
                throw_usage("unknown option " + in_quotes(word), "see \"space help\"");
            }
            throw_unknown_command(word);
        }
    }
    throw_usage("no command is given", "see \"space help\"");
}

} // namespace

} // namespace cli

int main(int argc, char **argv) {
    cli::occupy_closed_streams();
    try {
        return cli::dispatch({argv + (argc > 0 ? 1 : 0), argv + argc});
    } catch (const cli::Failure &failure) {
        cli::print(failure, false);
        return cli::exit_status(failure);
    } catch (const std::exception &unexpected) {
        cli::print(cli::Failure{.message = unexpected.what()}, false);
        return cli::exit_own_failure;
    }
}
