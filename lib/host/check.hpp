// Check: one answer to "does this work here?", and who gives the answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace spaces {

struct Check {
    std::string name; // "namespace.user"
    bool works = true;
    std::string value{};  // what was found, for people; may be empty
    std::string reason{}; // where it does not work: why
    std::string hint{};   // and how to mend it
};

using Checks = std::vector<Check>;

// Each appends what it finds out. They leave nothing behind, but take part in what the calling process is:
// its user, namespaces, limits and filters.
void check_namespaces(Checks &checks);
void check_namespace_limits(Checks &checks);
void check_id_maps(Checks &checks);
void check_system_calls(Checks &checks);
void check_mounting(Checks &checks);
void check_cgroups(Checks &checks);
void check_security(Checks &checks);
void check_capabilities(Checks &checks);

// The content of a small file of /proc or /sys without the last newline; nothing where it cannot be read.
std::optional<std::string> text_of(const std::string &path);

} // namespace spaces
