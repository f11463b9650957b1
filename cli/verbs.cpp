// The commands of `space` that run no program.
#include "commands.hpp"

#include <array>

namespace cli {

std::span<const Verb> verbs() {
    static constexpr std::array<Verb, 6> all{{
        {"explain", "[--json|--oci|--seccomp] COMMAND", "show what a command would do, and run nothing",
         explain_command},
        {"features", "[--json]", "list what works on this host", features},
        {"doctor", "[--json]", "say what does not work, why, and how to mend it", doctor},
        {"gc", "[--json]", "remove what killed callers have left behind", gc},
        {"completion", "bash|zsh|fish", "print a script that completes command lines", print_completion},
        {"help", "[COMMAND]", "show this, or the options of a command", help},
    }};
    return all;
}

} // namespace cli
