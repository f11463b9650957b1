// Options for how the program lives and ends.
#include "option.hpp"
#include "text.hpp"

#include <climits>

namespace cli {

namespace {

// As long as service managers and engines wait, unless the user says otherwise.
constexpr uint64_t default_grace_ms = 10'000;

// DURATION[,GRACE]
void set_time_limit(Request &request, const std::string &text) {
    const size_t comma = text.find(',');
    const uint64_t limit = parse_milliseconds(std::string_view(text).substr(0, comma), "duration");
    const uint64_t grace = comma == text.npos
                               ? default_grace_ms
                               : parse_milliseconds(std::string_view(text).substr(comma + 1), "duration");
    call(spaces_spec_set_time_limit, request.spec.get(), limit, grace);
}

void die_with_parent(Request &request, const std::string &) {
    call(spaces_spec_set_die_with_parent, request.spec.get(), 1);
}

void new_session(Request &request, const std::string &) {
    call(spaces_spec_set_new_session, request.spec.get(), 1);
}

void set_process_group(Request &request, const std::string &text) {
    call(spaces_spec_set_process_group, request.spec.get(),
         static_cast<int>(parse_integer(text, 0, INT_MAX, "process group")));
}

template <int On> void set_init(Request &request, const std::string &) {
    call(spaces_spec_set_init, request.spec.get(), int{On});
}

constexpr Option options[] = {
    {"--init", "", "run a small init as PID 1 of a new pid namespace (default)", in_new, set_init<1>},
    {"--no-init", "", "let the program be PID 1 itself", in_new, set_init<0>},
    {"--setsid", "", "let the program lead a session of its own", in_all, new_session},
    {"--process-group", "PGID", "put the program into this process group; 0: into one of its own", in_all,
     set_process_group},
    {"--time-limit", "DURATION[,GRACE]",
     "end the program after 1.5s, 10m, 2h: SIGTERM, SIGKILL after GRACE (10s)", in_all, set_time_limit},
    {"--die-with-parent", "", "kill the program when space ends, however it ends", in_all, die_with_parent},
};

} // namespace

const std::span<const Option> life_options = options;

} // namespace cli
