// getpwuid_r(3) of a statically linked `space`: the library asks it for the user's name in /etc/subuid.
//
// glibc's own loads the host's NSS modules, which bring along the shared libc and crash in a static program
// (libnss_systemd does). This one reads /etc/passwd itself, and asks getent(1) for users who are kept
// elsewhere.
#include <cerrno>
#include <cstdio>
#include <memory>
#include <pwd.h>
#include <string>

namespace {

// The entry of that user in a text in the form of passwd(5); 0 and no `*result` if it has none.
int find(std::FILE *text, uid_t uid, passwd *entry, char *buffer, size_t size, passwd **result) {
    for (;;) {
        const int problem = ::fgetpwent_r(text, entry, buffer, size, result);
        if (problem == 0 && (*result)->pw_uid != uid) {
            continue;
        }
        if (problem != 0) {
            *result = nullptr;
        }
        return problem == ENOENT ? 0 : problem;
    }
}

struct Close {
    void operator()(std::FILE *file) const { std::fclose(file); }
};

struct CloseProcess {
    void operator()(std::FILE *process) const { ::pclose(process); }
};

} // namespace

extern "C" int getpwuid_r(uid_t uid, passwd *entry, char *buffer, size_t size, passwd **result) {
    *result = nullptr;
    if (const std::unique_ptr<std::FILE, Close> file(std::fopen("/etc/passwd", "re")); file) {
        const int problem = find(file.get(), uid, entry, buffer, size, result);
        if (problem != 0 || *result != nullptr) {
            return problem;
        }
    }
    const std::string command = "getent passwd " + std::to_string(uid) + " 2>/dev/null";
    // NOLINTNEXTLINE(cert-env33-c): a command of our own, run as the user who runs `space`
    const std::unique_ptr<std::FILE, CloseProcess> answer(::popen(command.c_str(), "re"));
    return answer ? find(answer.get(), uid, entry, buffer, size, result) : errno;
}
