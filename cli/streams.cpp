// Standard streams that the caller has closed.
#include "streams.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace cli {

void occupy_closed_streams() {
    for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; ++stream) {
        if (::fcntl(stream, F_GETFD) < 0) {
            // The lowest free number is `stream`. Opened the wrong way round, so that the program's reads and
            // writes fail with EBADF as they would on what is closed.
            ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

} // namespace cli
