// Options for what the program's descriptors are connected to.
#include "option.hpp"
#include "text.hpp"

#include <climits>

namespace cli {

namespace {

void set_terminal(Request &request, const std::string &) {
    call(spaces_spec_set_terminal, request.spec.get(), 1);
    request.terminal = true;
}

template <int Stream, int Append> void set_file(Request &request, const std::string &path) {
    call(spaces_spec_set_stdio_file, request.spec.get(), int{Stream}, path.c_str(), int{Append});
}

// N, or N:TARGET to give it another number in the program.
void preserve_fd(Request &request, const std::string &text) {
    const auto [number, target] = split_once(text, ':');
    const int fd = static_cast<int>(parse_integer(number, 0, INT_MAX, "descriptor"));
    const int as = target.empty() ? fd : static_cast<int>(parse_integer(target, 0, INT_MAX, "descriptor"));
    call(spaces_spec_add_fd, request.spec.get(), fd, as);
}

constexpr Option options[] = {
    {"-t,--tty", "", "give the program a new terminal, connected to this one", in_all, set_terminal},
    {"--stdin", "FILE", "read the standard input from a file", in_all, set_file<SPACES_STDIN, 0>},
    {"--stdout", "FILE", "write the standard output to a file", in_all, set_file<SPACES_STDOUT, 0>},
    {"--stderr", "FILE", "write the standard error to a file", in_all, set_file<SPACES_STDERR, 0>},
    {"--preserve-fd", "N[:TARGET]", "pass descriptor N on, as TARGET; all others are closed", in_all,
     preserve_fd},
};

} // namespace

const std::span<const Option> stream_options = options;

} // namespace cli
