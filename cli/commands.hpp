// The commands of `space`.
#pragma once

#include "request.hpp"

#include <span>
#include <string>

namespace cli {

// Those that run a program.
struct Description {
    const char *name;
    const char *positional; // what stands before the program: "ROOTFS", "PID", or ""
    const char *summary;
    const char *text;
    const char *examples;
};

const Description &describe(Command command);

constexpr unsigned bit(Command command) {
    return 1u << static_cast<unsigned>(command);
}

// The command of that name, or nothing.
std::optional<Command> find_command(std::string_view name);

inline constexpr Command all_commands[] = {Command::execute, Command::chroot, Command::inject};

// Those that run none; `words` is what follows the name.
struct Verb {
    const char *name;
    const char *takes; // for help and completion
    const char *summary;
    int (*run)(std::span<char *const> words); // returns the exit status, throws a Failure
};

std::span<const Verb> verbs();

// What stands outside of a command's own words.
struct Asked {
    bool explain = false;
    bool verbose = false;
    bool json = false;
    bool oci = false;
    bool seccomp = false;
};

// One of the three, from its words to the exit status; it prints its own Failure.
int perform(Command command, std::span<char *const> words, const Asked &asked);

// The steps of that, once the words are understood.
int run(Request &request);     // start the program, wait for it
int explain(Request &request); // print what would be done

// The verbs.
int explain_command(std::span<char *const> words);
int features(std::span<char *const> words);
int doctor(std::span<char *const> words);
int gc(std::span<char *const> words);
int print_completion(std::span<char *const> words);
int help(std::span<char *const> words);

void print_help(Command command);
void print_help(const Verb &verb);

// The lines that the completion scripts ask for; a command of its own that is not shown to people.
int list_for_completion(std::span<char *const> words);

// On the standard output; a Failure if it cannot be written.
void print_out(const std::string &text);

} // namespace cli
