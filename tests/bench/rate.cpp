// How many containers a second several threads start and wait for.
#include "library.hpp"
#include "sections.hpp"
#include "sequence.h"
#include "table.hpp"

#include <atomic>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace bench {

namespace {

constexpr const char *program = BENCH_TRUE;
constexpr int rounds = 5;

// Runs `start` `count` times from `threads` threads; returns how many that is a second.
double rate(int threads, int count, const std::function<void()> &start) {
    std::atomic<int> left = count;
    std::exception_ptr failure;
    std::mutex failure_lock;
    const auto work = [&] {
        try {
            while (left.fetch_sub(1) > 0) {
                start();
            }
        } catch (...) {
            const std::lock_guard guard(failure_lock);
            failure = std::current_exception();
        }
    };
    const double time = timed([&] {
        std::vector<std::jthread> all;
        for (int i = 0; i < threads; ++i) {
            all.emplace_back(work);
        }
    });
    if (failure) {
        std::rethrow_exception(failure);
    }
    return count * 1000 / time;
}

} // namespace

void bench_rate(const Options &options) {
    struct Way {
        const char *name;
        std::function<void()> start;
    };
    const Way ways[] = {{"C, the same system calls by hand",
                         [] {
                             if (sequence_run(program) != 0) {
                                 throw std::runtime_error("the sequence of system calls has failed");
                             }
                         }},
                        {"spaces_spawn, the program is PID 1", [] { run(program, namespaces, false); }},
                        {"spaces_spawn, with an init", [] { run(program, namespaces, true); }}};
    const int threads[] = {1, 2, 8};

    print_title("The same containers, started and waited for by several threads: how many a second");
    print_line("", {"1 thread", "2 threads", "8 threads"});
    std::vector<double> rates[std::size(ways)][std::size(threads)];
    for (int round = 0; round < rounds; ++round) {
        for (size_t t = 0; t < std::size(threads); ++t) {
            for (size_t w = 0; w < std::size(ways); ++w) {
                rates[w][t].push_back(rate(threads[t], options.samples, ways[w].start));
            }
        }
    }
    for (size_t w = 0; w < std::size(ways); ++w) {
        std::vector<std::string> columns;
        for (const std::vector<double> &of_threads : rates[w]) {
            columns.push_back(decimal(figures_of(of_threads).median, 0));
        }
        print_line(ways[w].name, columns);
    }
}

} // namespace bench
