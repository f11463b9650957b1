// The sections of the benchmark: each measures and prints.
#pragma once

#include <string>

namespace bench {

struct Options {
    int samples = 400;
    std::string space; // the program of that name; empty: where PATH has it
};

void bench_start(const Options &options);   // one start and wait, through the library
void bench_command(const Options &options); // the same as whole commands
void bench_rate(const Options &options);    // starts from several threads
void bench_memory(const Options &options);  // what a running container takes
void bench_seccomp(const Options &options); // what a seccomp filter takes
void bench_confine(const Options &options); // what mounts and a sandbox take

} // namespace bench
