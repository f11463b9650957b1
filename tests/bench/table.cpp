// The table that the figures are printed as.
#include "table.hpp"

#include <cstdio>

namespace bench {

namespace {

constexpr int name_width = 60;
constexpr int column_width = 10;

// The width of a field in characters, not bytes: what printf(3) counts.
int padded(std::string_view text, int width) {
    int continuation = 0;
    for (const char character : text) {
        continuation += (static_cast<unsigned char>(character) & 0xc0U) == 0x80U ? 1 : 0;
    }
    return width + continuation;
}

std::string comparison(const Contender &contender, const Figures &own, const std::vector<Figures> &all) {
    return contender.target ? decimal(own.median / all[contender.target->base].median, 2) + " ×" : "";
}

std::string target_verdict(const Contender &contender, const Figures &own, const std::vector<Figures> &all) {
    if (!contender.target || !contender.target->at_most) {
        return "";
    }
    const double limit = *contender.target->at_most;
    return verdict(own.median <= limit * all[contender.target->base].median, "≤ " + decimal(limit, 2) + " ×");
}

} // namespace

std::string decimal(double value, int digits) {
    char text[32];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string verdict(bool met, const std::string &target) {
    return (met ? "met     " : "missed  ") + target;
}

void print_title(std::string_view title) {
    std::printf("\n%.*s\n", static_cast<int>(title.size()), title.data());
}

void print_line(std::string_view name, const std::vector<std::string> &columns, std::string_view verdict) {
    std::printf("  %-*.*s", padded(name, name_width), static_cast<int>(name.size()), name.data());
    for (const std::string &column : columns) {
        std::printf("%*s", padded(column, column_width), column.c_str());
    }
    std::printf("%s%.*s\n", verdict.empty() ? "" : "   ", static_cast<int>(verdict.size()), verdict.data());
    std::fflush(stdout);
}

void print_contest(std::string_view title, const std::vector<Contender> &contenders, int samples) {
    print_title(title);
    print_line("", {"min ms", "median", "p90", "ratio"}, "target");
    const std::vector<Figures> all = measure(contenders, samples);
    for (size_t i = 0; i < contenders.size(); ++i) {
        const Figures &own = all[i];
        print_line(contenders[i].name,
                   {decimal(own.minimum, 3), decimal(own.median, 3), decimal(own.p90, 3),
                    comparison(contenders[i], own, all)},
                   target_verdict(contenders[i], own, all));
    }
}

} // namespace bench
