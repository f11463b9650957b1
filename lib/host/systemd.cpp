// The service manager that the calling user's units belong to: the system's for the superuser, else the
// user's.
#include "host/systemd.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace spaces {

std::string systemd_socket() {
    std::string path = "/run/systemd/private";
    if (::geteuid() != 0) {
        const char *runtime = ::secure_getenv("XDG_RUNTIME_DIR");
        const bool is_told = runtime != nullptr && *runtime == '/';
        path = (is_told ? runtime : "/run/user/" + std::to_string(::geteuid())) + "/systemd/private";
    }
    return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0 ? path : "";
}

} // namespace spaces
