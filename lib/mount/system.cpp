// The caller's system in a root directory that is new: programs, libraries and configuration, nobody's data.
#include "mount/defaults.hpp"

#include <climits>
#include <sys/stat.h>
#include <unistd.h>

namespace spaces {

namespace {

// By the Filesystem Hierarchy Standard, and where NixOS and Guix have it all.
constexpr const char *system_directories[] = {"/usr",    "/bin", "/sbin", "/lib", "/lib32", "/lib64",
                                              "/libx32", "/etc", "/opt",  "/nix", "/gnu"};

std::string target_of(const char *link) {
    char target[PATH_MAX];
    const ssize_t size = ::readlink(link, target, sizeof target);
    return {target, size > 0 ? static_cast<size_t>(size) : 0};
}

} // namespace

std::vector<DefaultEntry> system_mounts() {
    std::vector<DefaultEntry> entries;
    for (const char *directory : system_directories) {
        struct stat status {};
        if (::lstat(directory, &status) != 0) {
            continue;
        }
        MountSpec mount{.source = directory,
                        .destination = directory,
                        .type = "bind",
                        .options = {"rbind", "rro", "nosuid", "nodev"}};
        if (S_ISLNK(status.st_mode)) { // "/bin" to "usr/bin"
            entries.push_back({std::move(mount), target_of(directory)});
        } else if (S_ISDIR(status.st_mode)) {
            entries.push_back({std::move(mount), ""});
        }
    }
    return entries;
}

} // namespace spaces
