// The stage as a new process, from wherever it can be executed.
#include "process/start_stage.hpp"

#include "base/sys.hpp"
#include "process/child.hpp"
#include "process/failure.hpp"
#include "process/signals.hpp"
#include "process/stage_image.hpp"

#include <cerrno>
#include <spaces/base.h>

namespace spaces {

namespace {

bool may_not_be_executed(int error) {
    return error == EACCES || error == EPERM || error == ENOSYS;
}

[[noreturn]] void throw_stage_failure(int error, const std::string &path) {
    throw Error{.code = SPACES_ESYSTEM,
                .error_number = error,
                .step = "stage",
                .object = path,
                .system_call = path.empty() ? "execveat" : "execve",
                .message = "cannot execute the stage" + (path.empty() ? "" : " " + quoted(path)) + ": " +
                           std::string(errno_text(error)),
                .hint =
                    path.empty()
                        ? ""
                        : "no memfd can be executed (vm.memfd_noexec of this host, or a low RLIMIT_FSIZE), "
                          "and the stage that libspaces installs as a file is not there"};
}

CloneAnswer clone_checked(const CloneRequest &request) {
    CloneAnswer answer = clone_stage(request);
    if (answer.clone_errno != 0) {
        throw clone_failure(answer.clone_errno, request.namespaces);
    }
    if (answer.exec_errno != 0) {
        reap(answer.child.pidfd);
    }
    return answer;
}

} // namespace

CloneAnswer start_stage(CloneRequest request) {
    const Fd memfd = open_stage_memfd();
    const SignalMask blocked;
    if (memfd.is_open()) {
        request.stage_fd = memfd.get();
        CloneAnswer answer = clone_checked(request);
        if (answer.exec_errno == 0) {
            return answer;
        }
        if (!may_not_be_executed(answer.exec_errno)) {
            throw_stage_failure(answer.exec_errno, "");
        }
    }
    const std::string path = installed_stage();
    request.stage_path = path.c_str();
    CloneAnswer answer = clone_checked(request);
    if (answer.exec_errno != 0) {
        throw_stage_failure(answer.exec_errno, path);
    }
    return answer;
}

} // namespace spaces
