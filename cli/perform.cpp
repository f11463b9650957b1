// One of execute, chroot and inject, from the words of its command line to the exit status.
#include "blame.hpp"
#include "commands.hpp"
#include "parser.hpp"
#include "suggestion.hpp"
#include "text.hpp"

#include <climits>

namespace cli {

namespace {

void apply(const Setting &setting, Request &request) {
    try {
        setting.option->apply(request, setting.value);
    } catch (Failure &failure) {
        if (!setting.option->is_base) { // whose members the user has written
            blame(failure, *setting.option);
        }
        throw;
    }
}

void apply(const CommandLine &line, Request &request) {
    for (const bool base : {true, false}) {
        for (const Setting &setting : line.settings) {
            if (setting.option->is_base == base) {
                apply(setting, request);
            }
        }
    }
}

void take_positional(const CommandLine &line, Request &request) {
    const Description &description = describe(request.command);
    if (*description.positional == '\0') {
        return;
    }
    if (!line.positional) {
        throw_usage(std::string(description.name) + " needs " + description.positional + " and a program",
                    std::string("see \"space help ") + description.name + "\"");
    }
    if (request.command == Command::chroot) {
        request.root = *line.positional;
    } else {
        request.target = static_cast<int>(parse_integer(*line.positional, 1, INT_MAX, "pid"));
    }
}

void take_program(const CommandLine &line, Request &request) {
    if (line.program.empty()) {
        if (!request.has_program) {
            throw_usage("no program is given",
                        std::string("see \"space help ") + describe(request.command).name + "\"");
        }
        return;
    }
    // The words end with NULL in the memory of main()'s argv, and the program is the last of them.
    call(spaces_spec_set_args, request.spec.get(), static_cast<const char *const *>(line.program.data()));
}

bool has_option(const CommandLine &line, std::string_view name) {
    for (const Setting &setting : line.settings) {
        if (long_name(*setting.option) == name) {
            return true;
        }
    }
    return false;
}

int perform(Command command, const CommandLine &line, const Asked &asked) {
    if (has_option(line, "--help")) {
        print_help(command);
        return 0;
    }
    Request request(command);
    request.verbose = asked.verbose;
    request.json = asked.json;
    request.oci = asked.oci;
    request.seccomp = asked.seccomp;
    if (!asked.oci) {
        keep_filters(request);
    }
    apply(line, request);
    try {
        take_positional(line, request);
        take_program(line, request);
        complete(request);
        return asked.explain ? explain(request) : run(request);
    } catch (Failure &failure) {
        blame(failure, line);
        throw;
    }
}

} // namespace

int perform(Command command, std::span<char *const> words, const Asked &asked) {
    CommandLine line;
    try {
        parse(command, words, line);
        return perform(command, line, asked);
    } catch (const Failure &failure) {
        print(failure, asked.json || has_option(line, "--json"));
        return exit_status(failure);
    }
}

int explain_command(std::span<char *const> words) {
    Asked asked{.explain = true};
    while (!words.empty()) {
        const std::string_view word = words.front();
        words = words.subspan(1);
        if (word == "--json") {
            asked.json = true;
        } else if (word == "--oci") {
            asked.oci = true;
        } else if (word == "--seccomp") {
            asked.seccomp = true;
        } else if (const std::optional<Command> command = find_command(word)) {
            return perform(*command, words, asked);
        } else {
            throw_usage(in_quotes(word) + " cannot be explained",
                        "it is: space explain [--json|--oci|--seccomp] execute|chroot|inject …");
        }
    }
    throw_usage("explain needs a command",
                "it is: space explain [--json|--oci|--seccomp] execute|chroot|inject …");
}

} // namespace cli
