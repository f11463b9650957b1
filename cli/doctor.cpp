// space doctor: what does not work on this host, why, and how to mend it.
#include "checks.hpp"
#include "commands.hpp"

#include <algorithm>

namespace cli {

namespace {

constexpr int exit_essential_missing = 1;

std::string list(const Features &found, bool essential) {
    std::string text;
    for (const Check &check : found.checks) {
        if (check.works || is_essential(check) != essential) {
            continue;
        }
        text += "  " + check.name;
        text += check.reason.empty() ? "\n" : ": " + check.reason + "\n";
        text += check.hint.empty() ? "" : "      " + check.hint + "\n";
    }
    return text;
}

} // namespace

int doctor(std::span<char *const> words) {
    const bool json = asks_for_json("doctor", words);
    const Features found = ask_library();
    const bool healthy = std::none_of(found.checks.begin(), found.checks.end(),
                                      [](const Check &check) { return is_essential(check) && !check.works; });
    const int status = healthy ? 0 : exit_essential_missing;
    if (json) {
        print_out(found.json + "\n");
        return status;
    }

    const std::string broken = list(found, true);
    const std::string lacking = list(found, false);
    std::string text;
    if (!broken.empty()) {
        text += "Does not work here:\n" + broken;
    }
    if (!lacking.empty()) {
        text += std::string(text.empty() ? "" : "\n") + "Works, but without:\n" + lacking;
    }
    const auto works = std::count_if(found.checks.begin(), found.checks.end(),
                                     [](const Check &check) { return check.works; });
    text += std::string(text.empty() ? "" : "\n") + std::to_string(works) + " of " +
            std::to_string(found.checks.size()) + " checks are well; \"space features\" lists them.\n";
    print_out(text);
    return status;
}

} // namespace cli
