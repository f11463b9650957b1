// What a running container takes of memory, besides its program: its init, and the caller's handle.
#include "library.hpp"
#include "sections.hpp"
#include "table.hpp"

#include <cstdlib>
#include <fstream>
#include <malloc.h>
#include <stdexcept>
#include <sys/stat.h>

namespace bench {

namespace {

constexpr size_t containers = 16;
constexpr double most_kib = 100000.0 / 1024; // 100 kB
constexpr double kernel_stack_kib = 16;      // of one task, on x86-64 and arm64

// "Anonymous:      12 kB" of a file of /proc.
double field(const std::string &path, const std::string &name) {
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
        if (line.starts_with(name + ":")) {
            return std::strtod(line.c_str() + name.size() + 1, nullptr);
        }
    }
    throw std::runtime_error(path + " has no " + name);
}

// What its program file takes: a memfd of its own, in memory whether it is mapped or not.
double image(const std::string &directory) {
    struct stat status {};
    if (::stat((directory + "/exe").c_str(), &status) != 0) {
        throw std::runtime_error("cannot examine " + directory + "/exe");
    }
    return static_cast<double>(status.st_blocks) * 512 / 1024;
}

struct Parts {
    std::vector<double> pages, image, page_tables, all;
};

void look_at(const Process &container, double handle, Parts &parts) {
    const std::string directory = "/proc/" + std::to_string(spaces_process_pid(container.get()));
    parts.pages.push_back(field(directory + "/smaps_rollup", "Anonymous"));
    parts.image.push_back(image(directory));
    parts.page_tables.push_back(field(directory + "/status", "VmPTE"));
    parts.all.push_back(parts.pages.back() + parts.image.back() + parts.page_tables.back() +
                        kernel_stack_kib + handle);
}

void end(const Process &container) {
    if (spaces_process_kill_all(container.get(), nullptr) != SPACES_OK ||
        spaces_process_wait(container.get(), -1, nullptr, nullptr) != SPACES_OK) {
        throw std::runtime_error("cannot end a container");
    }
}

std::string median(const std::vector<double> &samples) {
    return decimal(figures_of(samples).median, 1);
}

} // namespace

void bench_memory(const Options &) {
    const Spec spec = make_spec(BENCH_PAUSE, namespaces, true);
    std::vector<Process> running;
    running.reserve(containers);
    end(start(spec)); // whatever is allocated once
    const size_t before = ::mallinfo2().uordblks;
    for (size_t i = 0; i < containers; ++i) {
        running.push_back(start(spec));
    }
    const double handle = static_cast<double>(::mallinfo2().uordblks - before) / containers / 1024;

    Parts parts;
    for (const Process &container : running) {
        look_at(container, handle, parts);
    }
    print_title("Memory of one running container besides its program");
    print_line("", {"KiB"}, "target");
    print_line("its init: own pages", {median(parts.pages)});
    print_line("          the stage, in a memfd of its own", {median(parts.image)});
    print_line("          page tables", {median(parts.page_tables)});
    print_line("          kernel stack", {decimal(kernel_stack_kib, 1)});
    print_line("the handle in the caller", {decimal(handle, 1)});
    print_line("together", {median(parts.all)},
               verdict(figures_of(parts.all).median < most_kib, "< " + decimal(most_kib, 1)));

    for (const Process &container : running) {
        end(container);
    }
}

} // namespace bench
