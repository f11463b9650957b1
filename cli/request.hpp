// Request: what one command line of execute, chroot or inject asks for.
#pragma once

#include "spaces.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cli {

enum class Command { execute, chroot, inject };

// Most options set the Spec at once; what depends on other options waits here for complete().
struct Request {
    explicit Request(Command command);

    Command command;
    Spec spec;

    uint32_t chosen = 0;                    // types named without a path: new ones, or in inject the process'
    uint32_t implied = 0;                   // new ones that other options need
    uint32_t shared = 0;                    // --share
    std::map<uint32_t, std::string> joined; // types named with a path
    bool all = false;
    std::vector<std::pair<int, uint32_t>> join_pids; // --join-pid: a process, and types or 0
    std::optional<std::string> proc;                 // --proc
    int target = 0;                                  // the process of inject

    bool joins_cgroup = false; // --join-cgroup

    std::optional<std::string> root;
    bool system_root = false; // --system-root
    bool sandbox = false;     // which has a system root too, unless there is another one
    bool readonly = false;
    bool pivots = true; // not --no-pivot
    bool terminal = false;
    bool has_base = false;    // --config or --bundle
    bool has_program = false; // and it names one

    bool verbose = false;
    bool json = false;
    bool oci = false;
    bool seccomp = false;          // explain the filter
    bool reports_refusals = false; // --seccomp-report
    bool help = false;
    std::optional<std::string> result_file;
};

// Settles in the Spec what waited.
void complete(Request &request);

} // namespace cli
