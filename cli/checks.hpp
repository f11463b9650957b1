// What spaces_host_features() found, read from its JSON.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace cli {

struct Check {
    std::string name; // "namespace.user"
    bool works = false;
    std::string value;
    std::string reason;
    std::string hint;
};

struct Features {
    std::string json; // all of it, as the library gave it
    std::vector<std::pair<std::string, std::string>> about;
    std::vector<Check> checks;
};

Features ask_library();

// Without it programs cannot be isolated here at all; the rest has a substitute, or is asked for by few.
bool is_essential(const Check &check);

// Whether the only word is --json; throws where there are others.
bool asks_for_json(const char *verb, std::span<char *const> words);

} // namespace cli
