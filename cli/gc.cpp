// space gc: remove what killed callers have left behind.
#include "checks.hpp"
#include "commands.hpp"

#include <nlohmann/json.hpp>

namespace cli {

int gc(std::span<char *const> words) {
    const bool as_json = asks_for_json("gc", words);
    const std::string found = text_of(spaces_gc);
    if (as_json) {
        print_out(found.ends_with('\n') ? found : found + "\n");
        return 0;
    }
    std::string text;
    for (const auto &entry : nlohmann::json::parse(found)) {
        const std::string path = entry.at("path").get<std::string>();
        if (entry.at("removed").get<bool>()) {
            text += "removed  " + path + "\n";
            continue;
        }
        text += "in use   " + path + "  (processes";
        for (const auto &pid : entry.at("processes")) {
            text += " " + std::to_string(pid.get<int>());
        }
        text += ")\n";
    }
    print_out(text);
    return 0;
}

} // namespace cli
