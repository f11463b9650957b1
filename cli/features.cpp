// space features: what works on this host, as a table or as JSON.
#include "checks.hpp"
#include "commands.hpp"

#include <algorithm>

namespace cli {

int features(std::span<char *const> words) {
    const bool json = asks_for_json("features", words);
    const Features found = ask_library();
    if (json) {
        print_out(found.json + "\n");
        return 0;
    }
    std::string text;
    for (const auto &[name, value] : found.about) {
        text += name + ": " + value + "\n";
    }
    size_t width = 0;
    for (const Check &check : found.checks) {
        width = std::max(width, check.name.size());
    }
    text += "\n";
    for (const Check &check : found.checks) {
        std::string name = check.name;
        name.resize(width, ' ');
        text += (check.works ? "yes  " : "no   ") + name;
        for (const std::string *part : {&check.value, &check.reason}) {
            text += part->empty() ? "" : "  " + *part;
        }
        text += "\n";
    }
    print_out(text);
    return 0;
}

} // namespace cli
