// One start and wait through the library, against the bare system calls.
#include "library.hpp"
#include "sections.hpp"
#include "sequence.h"
#include "table.hpp"
#include "worker.hpp"

#include <stdexcept>

namespace bench {

namespace {

constexpr const char *program = BENCH_TRUE;
constexpr size_t gibibyte = size_t{1} << 30;

double by_hand() {
    return timed([] {
        if (sequence_run(program) != 0) {
            throw std::runtime_error(
                "the sequence of system calls has failed; may this user make namespaces?");
        }
    });
}

double by_posix_spawn() {
    return timed([] {
        if (sequence_spawn(program) != 0) {
            throw std::runtime_error("posix_spawn has failed");
        }
    });
}

double by_library(uint32_t unshare, bool init) {
    return timed([=] { run(program, unshare, init); });
}

} // namespace

void bench_start(const Options &options) {
    // First, while this process is small.
    const Worker small(0, [] { return by_library(namespaces, false); });
    const Worker large(gibibyte, [] { return by_library(namespaces, false); });

    print_contest(
        "A static program in new namespaces of every kind but time, with an id map and its own /proc",
        {{"C, the same system calls by hand", by_hand},
         {"spaces_spawn, the program is PID 1", [] { return by_library(namespaces, false); },
          Target{0, 1.15}},
         {"spaces_spawn, with an init", [] { return by_library(namespaces, true); }, Target{0, 1.35}}},
        options.samples);
    print_contest("The same, the program is PID 1, by the size of the process that starts it",
                  {{"small", [&] { return small.run(); }},
                   {"1 GiB resident", [&] { return large.run(); }, Target{0, 1.1}}},
                  options.samples);
    print_contest("A static program without isolation",
                  {{"posix_spawn", by_posix_spawn},
                   {"spaces_spawn", [] { return by_library(0, false); }, Target{0, 1.3}}},
                  options.samples);
}

} // namespace bench
