// Thousands of starts from threads that allocate, print and set the environment: none hangs, nothing is left.
#include "support/api.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <atomic>
#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sched.h>
#include <string>
#include <thread>
#include <vector>

using namespace support;

namespace {

constexpr int thread_count = 8;
// SPACES_STORM_STARTS: 10,000, and fewer under a sanitizer, which makes a fork some twenty times dearer.
constexpr int starts_per_thread = SPACES_STORM_STARTS / thread_count;

// What a busy program does meanwhile: the locks of malloc, stdio and the environment are held at any moment.
void be_busy(FILE *sink, int number) {
    std::vector<std::string> strings;
    for (int i = 0; i < 20; ++i) {
        strings.emplace_back(static_cast<size_t>(100 * i + number % 100), 'x');
    }
    std::fprintf(sink, "%d %s\n", number, strings.back().c_str());
    // setenv(3) races with everything that reads `environ`. The C library makes that harmless by never
    // freeing a string; a race detector reports it all the same, and rightly so.
    if (SPACES_STORM_SETS_ENVIRONMENT) {
        ::setenv("SPACES_TEST_STORM", number % 2 == 0 ? "even" : "odd", 1);
    }
}

int start_one(const Spec &plain, const Spec &contained, int number) {
    if (number % 10 == 0) {
        return start_fork_of(plain, [number] { return std::to_string(number).empty() ? 1 : 3; })
            .wait()
            .exit_code();
    }
    Spec spec(number % 10 == 1 ? contained : plain);
    spec.args({probe(), "exit", "3"});
    return start(spec).wait().exit_code();
}

long count_threads() {
    namespace fs = std::filesystem;
    return std::distance(fs::directory_iterator("/proc/self/task"), fs::directory_iterator());
}

// The kernel takes a thread off the list some time after it can be joined.
void wait_until_threads_are_no_more_than(long count) {
    while (count_threads() > count) {
        ::sched_yield();
    }
}

// With it libc installs a signal handler of its own, and ThreadSanitizer starts a thread that stays. How many
// there are without it.
long start_the_first_thread() {
    std::atomic<bool> counted = false;
    std::thread first([&counted] { counted.wait(false); });
    const long others = count_threads() - 1;
    counted = true;
    counted.notify_one();
    first.join();
    wait_until_threads_are_no_more_than(others);
    return others;
}

} // namespace

BOOST_AUTO_TEST_SUITE(storm_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(of_starts_from_many_threads_hangs_nowhere_and_leaves_nothing) {
    ::setenv("SPACES_TEST_STORM", "even", 1);
    const long threads_before = start_the_first_thread();
    Spec plain;
    Spec contained;
    contained.isolate(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_UTS);
    expect_unchanged("the storm", [&] {
        std::atomic<int> right = 0;
        std::atomic<int> failed = 0;
        std::vector<std::thread> threads;
        for (int thread = 0; thread < thread_count; ++thread) {
            threads.emplace_back([&, thread] {
                FILE *sink = std::fopen("/dev/null", "we");
                for (int i = 0; i < starts_per_thread; ++i) {
                    be_busy(sink, i);
                    try {
                        right += start_one(plain, contained, i + thread) == 3 ? 1 : 0;
                    } catch (const std::exception &error) {
                        if (++failed < 10) {
                            std::fprintf(stderr, "%s\n", error.what());
                        }
                    }
                }
                std::fclose(sink);
            });
        }
        for (std::thread &thread : threads) {
            thread.join();
        }
        BOOST_TEST(failed == 0);
        BOOST_TEST(right == starts_per_thread * thread_count);
        wait_until_threads_are_no_more_than(threads_before);
        ::setenv("SPACES_TEST_STORM", "even", 1);
    });
}

BOOST_AUTO_TEST_SUITE_END()
