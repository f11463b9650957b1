// spaces-bench: how long a start takes, beside bare system calls and others that do the same work.
//
// spaces-bench [--samples N] [--space FILE] [start|command|rate|memory|seccomp|confine]...
#include "sections.hpp"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <spaces/spaces.h>
#include <string_view>
#include <sys/utsname.h>
#include <thread>
#include <vector>

namespace {

struct Section {
    std::string_view name;
    void (*run)(const bench::Options &);
};

constexpr Section sections[] = {{"start", bench::bench_start},     {"command", bench::bench_command},
                                {"rate", bench::bench_rate},       {"memory", bench::bench_memory},
                                {"seccomp", bench::bench_seccomp}, {"confine", bench::bench_confine}};

const Section *find(std::string_view name) {
    for (const Section &section : sections) {
        if (section.name == name) {
            return &section;
        }
    }
    return nullptr;
}

int usage() {
    std::cerr << "usage: spaces-bench [--samples N] [--space FILE] "
                 "[start|command|rate|memory|seccomp|confine]...\n";
    return 2;
}

void print_header(const bench::Options &options) {
    utsname name{};
    ::uname(&name);
    double load = 0;
    ::getloadavg(&load, 1);
    const unsigned processors = std::thread::hardware_concurrency();
    std::cout << "libspaces " << spaces_version_string() << " on Linux " << name.release << ", " << processors
              << " processors, load " << load << "; " << options.samples << " samples of each, in turn\n";
    if (load > processors) {
        std::cout << "The machine is busy. Under `chrt -r 10` (sched(7)) the figures are steadier.\n";
    }
    std::cout << std::flush;
}

} // namespace

int main(int argc, char **argv) {
    bench::Options options;
    std::vector<const Section *> wanted;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        if (argument == "--samples" && i + 1 < argc) {
            options.samples = std::atoi(argv[++i]); // NOLINT(cert-err34-c): 0 is refused below
        } else if (argument == "--space" && i + 1 < argc) {
            options.space = argv[++i];
        } else if (const Section *section = find(argument)) {
            wanted.push_back(section);
        } else {
            return usage();
        }
    }
    if (options.samples < 1) {
        return usage();
    }
    if (wanted.empty()) {
        for (const Section &section : sections) {
            wanted.push_back(&section);
        }
    }
    try {
        print_header(options);
        for (const Section *section : wanted) {
            section->run(options);
        }
    } catch (const std::exception &failure) {
        std::cerr << "spaces-bench: " << failure.what() << '\n';
        return 1;
    }
}
