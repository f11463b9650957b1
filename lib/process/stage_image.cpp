// The embedded stage, as something that can be executed.
#include "process/stage_image.hpp"

#include "base/sys.hpp"

#include <cerrno>
#include <dlfcn.h>
#include <fcntl.h>
#include <spaces/base.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

extern "C" const char spaces_stage_begin[];
extern "C" const char spaces_stage_end[];

namespace spaces {

namespace {

#ifndef MFD_EXEC
constexpr unsigned MFD_EXEC = 0x10U; // Linux 6.3
#endif

constexpr const char *name = "spaces-init";

size_t image_size() {
    return static_cast<size_t>(spaces_stage_end - spaces_stage_begin);
}

// A write beyond the limit would end this process by SIGXFSZ.
bool may_be_written() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur >= image_size();
}

int make_memfd() {
    const int fd = ::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    return fd < 0 && errno == EINVAL ? ::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING) : fd;
}

// Sealed, what a container may reach of it through /proc/PID/exe can never be changed (CVE-2019-5736).
void write_and_seal(const Fd &memfd) {
    const char *at = spaces_stage_begin;
    while (at != spaces_stage_end) {
        const ssize_t written = ::write(memfd.get(), at, static_cast<size_t>(spaces_stage_end - at));
        at += sys("write", written, {"stage", "memfd", "write the stage"});
    }
    sys("fcntl", ::fcntl(memfd.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE),
        {"stage", "memfd", "seal the stage"});
}

} // namespace

Fd open_stage_memfd() {
    if (!may_be_written()) {
        return {};
    }
    Fd memfd(make_memfd());
    if (!memfd.is_open()) {
        if (errno != EACCES && errno != EPERM && errno != ENOSYS) {
            throw_system("stage", "memfd_create", errno, "memfd", "make a memfd for the stage");
        }
        return memfd;
    }
    if (memfd.get() < 3) { // the caller runs with a closed standard stream
        memfd = duplicate(memfd.get(), {"stage", "memfd", "move a descriptor out of the way"});
    }
    write_and_seal(memfd);
    return memfd;
}

std::string installed_stage() {
    Dl_info info{};
    if (::dladdr(reinterpret_cast<const void *>(&spaces_version), &info) != 0 && info.dli_fname != nullptr) {
        const std::string library = info.dli_fname;
        const size_t slash = library.rfind('/');
        std::string beside = library.substr(0, slash == std::string::npos ? 0 : slash + 1) + "spaces/stage";
        if (slash != std::string::npos && ::access(beside.c_str(), X_OK) == 0) {
            return beside;
        }
    }
    return SPACES_STAGE_INSTALLED;
}

} // namespace spaces
