// Options for `space` itself.
#include "option.hpp"

namespace cli {

namespace {

void set_verbose(Request &request, const std::string &) {
    request.verbose = true;
}
void set_json(Request &request, const std::string &) {
    request.json = true;
}
void set_help(Request &request, const std::string &) {
    request.help = true;
}
void set_result_file(Request &request, const std::string &path) {
    request.result_file = path;
}

constexpr Option options[] = {
    {"-v,--verbose", "", "print the pid and the exit status", in_all, set_verbose},
    {"--config", "FILE", "take everything from an OCI config.json first; options change it", in_new,
     load_config, true},
    {"-b,--bundle", "DIR", "the same for config.json and root directory of an OCI bundle", in_new,
     load_bundle, true},
    {"--result", "FILE", "write how the program ended to a file, as JSON", in_all, set_result_file},
    {"--json", "", "report an error as a JSON object", in_all, set_json},
    {"-h,--help", "", "show this help", in_all, set_help},
};

} // namespace

const std::span<const Option> general_options = options;

} // namespace cli
