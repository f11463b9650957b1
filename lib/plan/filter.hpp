// PlannedFilter: the seccomp filter of a Plan, and what must be known of it outside.
#pragma once

#include <cstdint>
#include <linux/filter.h>
#include <string>
#include <vector>

namespace spaces {

struct PlannedFilter {
    bool by_default = false;
    std::vector<sock_filter> program;
    std::vector<std::string> ignored; // names of system calls that libseccomp does not know
    uint64_t flags = 0;               // SECCOMP_FILTER_FLAG_*
    uint64_t bits = 0;                // plan::SeccompBits
    bool listens = false;             // the caller, or who listens at the path, gets the notifications
    bool reports = false;             // the supervisor does
    // Whoever is sent the descriptor, and what is said with it.
    std::string listener_path;
    std::string listener_metadata;

    // What the process cannot do itself any more, its supervisor does.
    bool needs_supervisor() const;
};

} // namespace spaces
