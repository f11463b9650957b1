// What confinement costs: the mounts that OCI has every container have, and all that "sandbox" consists of.
#include "library.hpp"
#include "sections.hpp"
#include "sequence.h"
#include "table.hpp"

#include <stdexcept>

namespace bench {

namespace {

constexpr const char *inside = "/true"; // the program, in a root directory that shows the system only

void check(spaces_status status, const char *what) {
    if (status != SPACES_OK) {
        throw std::runtime_error(std::string("cannot ") + what);
    }
}

double time_of(const Spec &spec) {
    return timed([&] {
        const Process process = start(spec);
        check(spaces_process_wait(process.get(), -1, nullptr, nullptr), "wait");
    });
}

Spec with_mounts(bool init) {
    Spec spec = make_spec(BENCH_TRUE, namespaces, init);
    check(spaces_spec_set_default_mounts(spec.get(), 1, nullptr), "choose the default mounts");
    return spec;
}

Spec with_system_root() {
    Spec spec = make_spec(inside, namespaces, true);
    check(spaces_spec_set_system_root(spec.get(), 1, nullptr), "choose the root directory");
    check(spaces_spec_set_default_mounts(spec.get(), 1, nullptr), "choose the default mounts");
    check(spaces_spec_add_mount(spec.get(), BENCH_TRUE, inside, "bind", "ro", nullptr), "add a mount");
    return spec;
}

Spec sandboxed() {
    Spec spec = make_spec(inside, 0, true);
    check(spaces_spec_confine(spec.get(), "sandbox", nullptr), "confine");
    check(spaces_spec_add_mount(spec.get(), BENCH_TRUE, inside, "bind", "ro", nullptr), "add a mount");
    return spec;
}

double by_hand() {
    return timed([] {
        if (sequence_run_with_mounts(BENCH_TRUE) != 0) {
            throw std::runtime_error("the sequence of system calls with mounts has failed");
        }
    });
}

} // namespace

void bench_confine(const Options &options) {
    const Spec mounts = with_mounts(false);
    print_contest("A static program with the mounts that OCI has every container have",
                  {{"C, the same system calls by hand", by_hand},
                   {"spaces_spawn", [&] { return time_of(mounts); }, Target{0, 1.3}}},
                  options.samples);
    const Spec plain = make_spec(BENCH_TRUE, namespaces, true);
    const Spec system = with_system_root();
    const Spec sandbox = sandboxed();
    print_contest("A static program in a sandbox, each with an init",
                  {{"new namespaces only", [&] { return time_of(plain); }},
                   {"with a root directory and mounts", [&] { return time_of(system); }, Target{0}},
                   {"the sandbox", [&] { return time_of(sandbox); }, Target{0, 2.0}}},
                  options.samples);
}

} // namespace bench
