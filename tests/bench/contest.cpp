// A contest: several ways to do the same, measured in turn.
#include "contest.hpp"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <random>

namespace bench {

double timed(const std::function<void()> &function) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point begin = Clock::now();
    function();
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

Figures figures_of(std::vector<double> samples) {
    std::sort(samples.begin(), samples.end());
    const size_t count = samples.size();
    return {samples.front(), samples[count / 2], samples[count * 9 / 10]};
}

std::vector<Figures> measure(const std::vector<Contender> &contenders, int samples) {
    const int warm_up = std::min(samples, 20);
    std::vector<std::vector<double>> times(contenders.size());
    std::vector<size_t> order(contenders.size());
    std::iota(order.begin(), order.end(), size_t{0});
    // What one leaves behind (the kernel takes network namespaces apart later, in a worker) disturbs the
    // next, which must not always be the same. The same order in every run of the program is fine.
    std::minstd_rand random; // NOLINT(cert-msc51-cpp)
    for (int round = -warm_up; round < samples; ++round) {
        std::shuffle(order.begin(), order.end(), random);
        for (const size_t index : order) {
            const double time = contenders[index].run();
            if (round >= 0) {
                times[index].push_back(time);
            }
        }
    }
    std::vector<Figures> result;
    std::transform(times.begin(), times.end(), std::back_inserter(result), figures_of);
    return result;
}

} // namespace bench
