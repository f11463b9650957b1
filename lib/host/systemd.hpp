// The service manager that the calling user's units belong to.
#pragma once

#include <string>

namespace spaces {

// Its private socket, which needs no bus; empty where no such manager runs.
std::string systemd_socket();

} // namespace spaces
