// The table that the figures are printed as.
#pragma once

#include "contest.hpp"

#include <string_view>

namespace bench {

void print_title(std::string_view title);

// Measures and prints a contest: minimum, median, 90th percentile, ratio of the medians and target.
void print_contest(std::string_view title, const std::vector<Contender> &contenders, int samples);

// One line of a section without a contest: name, figures in columns, and a verdict, which may be empty.
void print_line(std::string_view name, const std::vector<std::string> &columns,
                std::string_view verdict = {});

// "≤ 1.15 ×", and how it went: "met" or "missed".
std::string verdict(bool met, const std::string &target);

std::string decimal(double value, int digits);

} // namespace bench
