// What a seccomp filter costs: a start with one, and finding one that was compiled before.
#include "library.hpp"
#include "sections.hpp"
#include "table.hpp"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>

namespace bench {

namespace {

constexpr double most_microseconds = 50;

void check(spaces_status status, const char *what) {
    if (status != SPACES_OK) {
        throw std::runtime_error(std::string("cannot ") + what);
    }
}

struct Directory {
    Directory() {
        std::string name = "/tmp/spaces-bench-XXXXXX";
        check(::mkdtemp(name.data()) != nullptr ? SPACES_OK : SPACES_ESYSTEM, "make a directory");
        path = name;
    }
    Directory(const Directory &) = delete;
    Directory &operator=(const Directory &) = delete;
    ~Directory() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }

    std::string path;
};

enum class Filter { none, anew, from_directory };

Spec filtered(Filter filter, const std::string &directory) {
    Spec spec = make_spec(BENCH_TRUE, 0, true);
    check(spaces_spec_set_no_new_privs(spec.get(), 1, nullptr), "forbid new privileges");
    if (filter != Filter::none) {
        check(spaces_spec_set_seccomp_default(spec.get(), 1, nullptr), "choose the default profile");
    }
    if (filter == Filter::from_directory) {
        check(spaces_spec_set_seccomp_cache(spec.get(), directory.c_str(), nullptr), "choose a directory");
    }
    return spec;
}

double start_of(const Spec &spec) {
    return timed([&] {
        const Process process = start(spec);
        check(spaces_process_wait(process.get(), -1, nullptr, nullptr), "wait");
    });
}

// All that is done before there is a process: the Plan, and with it the filter.
double plan_of(Filter filter, const std::string &directory) {
    const Spec spec = filtered(filter, directory);
    return timed([&] {
        char *text = nullptr;
        check(spaces_spec_explain(spec.get(), SPACES_EXPLAIN_TEXT, &text, nullptr), "make a Plan");
        spaces_free(text);
    });
}

} // namespace

void bench_seccomp(const Options &options) {
    const Directory directory;
    const Spec plain = filtered(Filter::none, {});
    const Spec kept = filtered(Filter::anew, {});
    print_contest(
        "A static program with the default seccomp profile",
        {{"no filter", [&] { return start_of(plain); }},
         {"filter kept with the Spec", [&] { return start_of(kept); }, Target{0}},
         {"filter from a directory",
          [&] { return start_of(filtered(Filter::from_directory, directory.path + "/s/c")); }, Target{0}}},
        options.samples);

    const std::vector<Contender> contenders{
        {"no filter", [] { return plan_of(Filter::none, {}); }},
        {"a hit", [&] { return plan_of(Filter::from_directory, directory.path + "/s/c"); }},
        {"compiled", [] { return plan_of(Filter::anew, {}); }}};
    const std::vector<Figures> figures = measure(contenders, options.samples);
    const auto more = [&](size_t index) { return (figures[index].median - figures[0].median) * 1000; };
    print_title("Finding the default profile's filter, besides all else that a Plan takes");
    print_line("", {"µs"}, "target");
    print_line("a hit of the directory", {decimal(more(1), 1)},
               verdict(more(1) < most_microseconds, "< " + decimal(most_microseconds, 0)));
    print_line("compiled by libseccomp", {decimal(more(2), 1)});
}

} // namespace bench
