// What a start leaves behind, wherever its parents have gone.
#include "support/orphans.hpp"

#include "support/fd.hpp"
#include "support/host_state.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <sstream>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace support {

void as_subreaper(const Body &body) {
    in_child([&] {
        must(::prctl(PR_SET_CHILD_SUBREAPER, 1), "PR_SET_CHILD_SUBREAPER");
        body();
    });
}

void expect_all_children_to_end(const std::string &of_what) {
    for (;;) {
        std::istringstream children(read_file("/proc/thread-self/children"));
        pid_t pid = 0;
        if (!(children >> pid)) {
            return;
        }
        const Fd pidfd(must(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)), "pidfd_open"));
        if (!readable(pidfd.get())) {
            BOOST_ERROR("a process is left " + of_what + ": " +
                        read_file("/proc/" + std::to_string(pid) + "/status"));
            ::kill(pid, SIGKILL);
        }
        must(::waitpid(pid, nullptr, 0), "waitpid");
    }
}

} // namespace support
