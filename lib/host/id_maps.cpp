// What the caller can put into id maps: newuidmap(1) and newgidmap(1), and subordinate ids.
#include "base/error.hpp"
#include "host/capabilities.hpp"
#include "host/check.hpp"
#include "host/subid.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace spaces {

namespace {

struct Tool {
    const char *name;
    int capability; // that it must give
};

bool has_file_capability(const std::string &path, int capability) {
    vfs_ns_cap_data data{};
    const ssize_t size = ::getxattr(path.c_str(), "security.capability", &data, sizeof data);
    return size >= static_cast<ssize_t>(XATTR_CAPS_SZ_2) && (data.data[0].permitted >> capability & 1U) != 0;
}

bool is_setuid_root(const std::string &path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 && (status.st_mode & S_ISUID) != 0 && status.st_uid == 0;
}

bool is_on_nosuid(const std::string &path) {
    struct statvfs status {};
    return ::statvfs(path.c_str(), &status) == 0 && (status.f_flag & ST_NOSUID) != 0;
}

Check check_tool(const Tool &tool) {
    Check check{.name = std::string("id_map.") + tool.name};
    const auto fail = [&](std::string reason, std::string hint) {
        check.works = false;
        check.reason = std::move(reason);
        check.hint = std::move(hint);
    };
    const auto path = id_map_tool(tool.name);
    check.value = path.value_or("");
    if (has_capability(tool.capability)) {
        return check; // writes the map itself
    }
    if (!path) {
        fail(std::string(tool.name) + " is not installed",
             "install it: package uidmap (Debian, Ubuntu) or shadow-utils (Fedora)");
    } else if (!is_setuid_root(*path) && !has_file_capability(*path, tool.capability)) {
        fail(*path + " is neither setuid root nor has the file capability " +
                 capability_name(tool.capability),
             "as root: chmod u+s " + *path);
    } else if (is_on_nosuid(*path)) {
        fail(*path + " is on a file system that is mounted with nosuid", "mount it without nosuid");
    } else if (::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1) {
        fail("this process has no_new_privs set, so that " + *path + " gets no privileges",
             "start from a process without no_new_privs");
    }
    return check;
}

Check check_subordinate_ids(const std::string &kind) {
    const uid_t uid = ::geteuid();
    Check check{.name = "id_map." + kind};
    try {
        for (const SubidRange &range : subordinate_ids("/etc/" + kind, uid, login_name(uid))) {
            check.value += (check.value.empty() ? "" : ",") + std::to_string(range.first) + ':' +
                           std::to_string(range.count);
        }
    } catch (const Error &problem) {
        check.works = false;
        check.reason = problem.message;
        check.hint = problem.hint;
    }
    return check;
}

} // namespace

void check_id_maps(Checks &checks) {
    checks.push_back(check_tool({"newuidmap", CAP_SETUID}));
    checks.push_back(check_tool({"newgidmap", CAP_SETGID}));
    checks.push_back(check_subordinate_ids("subuid"));
    checks.push_back(check_subordinate_ids("subgid"));
}

} // namespace spaces
