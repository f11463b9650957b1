// --seccomp: the filter of the program, and where compiled ones are kept.
#include "file.hpp"
#include "option.hpp"

#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

namespace cli {

void set_seccomp(Request &request, const std::string &profile) {
    spaces_spec *const spec = request.spec.get();
    if (profile == "default" || profile == "none") {
        call(spaces_spec_set_seccomp_default, spec, profile == "default" ? 1 : 0);
        return;
    }
    call(spaces_spec_set_seccomp, spec, read_file(profile).c_str());
}

void set_seccomp_report(Request &request, const std::string &) {
    call(spaces_spec_set_seccomp_report, request.spec.get(), 1);
    request.reports_refusals = true;
}

namespace {

// sudo(8) may leave that of somebody else.
bool is_own(const char *directory) {
    struct stat status;
    return ::stat(directory, &status) == 0 && status.st_uid == ::geteuid();
}

} // namespace

void keep_filters(Request &request) {
    const char *const runtime = std::getenv("XDG_RUNTIME_DIR");
    std::string directory;
    if (runtime != nullptr && *runtime == '/' && is_own(runtime)) {
        directory = runtime;
    } else if (::geteuid() == 0) {
        directory = "/run";
    } else {
        return; // nowhere to keep them
    }
    call(spaces_spec_set_seccomp_cache, request.spec.get(), (directory + "/spaces/seccomp").c_str());
}

} // namespace cli
