// A contest: several ways to do the same, measured in turn, so that what else the machine does meets all
// alike.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace bench {

// What a contender shall reach, compared with another one of the same contest.
struct Target {
    size_t base;                        // its index
    std::optional<double> at_most = {}; // times that one's median; nothing: only told
};

struct Contender {
    std::string name;
    std::function<double()> run; // does it once; returns how many milliseconds it took
    std::optional<Target> target = {};
};

struct Figures {
    double minimum;
    double median;
    double p90;
};

// The time that `function` takes, in milliseconds.
double timed(const std::function<void()> &function);

Figures figures_of(std::vector<double> samples);

// `samples` of each, after some runs to warm up; in each round every one comes once, in an order of its own.
std::vector<Figures> measure(const std::vector<Contender> &contenders, int samples);

} // namespace bench
