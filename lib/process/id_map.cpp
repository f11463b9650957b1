// Writing the id maps of a new user namespace: ourselves where we may, else by newuidmap(1) and newgidmap(1).
#include "base/sys.hpp"
#include "process/map_helper.hpp"
#include "process/outside.hpp"
#include "process/proc_file.hpp"

#include <unistd.h>

namespace spaces {

namespace {

std::string as_text(const IdRanges &map) {
    std::string text;
    for (const IdMapping &range : map) {
        text += std::to_string(range.container_id) + " " + std::to_string(range.host_id) + " " +
                std::to_string(range.size) + "\n";
    }
    return text;
}

std::string on_one_line(const IdRanges &map) {
    std::string text = as_text(map);
    for (char &character : text) {
        character = character == '\n' ? ',' : character;
    }
    text.pop_back();
    return text;
}

// The only map that the kernel lets everybody write: one id, the own one.
bool is_own_id(const IdRanges &map, uint32_t own) {
    return map.size() == 1 && map.front().size == 1 && map.front().host_id == own;
}

constexpr const char *no_proc =
    "id maps are written to /proc/PID: is /proc mounted here, and of this pid namespace?";

void deny_setgroups(pid_t pid) {
    if (const int error = write_proc_file(pid, "setgroups", "deny"); error != 0) {
        throw_system("setgroups", "write", error, "setgroups", "deny setgroups in the new user namespace",
                     error == ENOENT ? no_proc : "");
    }
}

std::string hint_for(const char *file, int error, bool own_id) {
    if (error == EPERM && own_id) {
        return "user namespaces may be restricted on this host: see "
               "kernel.apparmor_restrict_unprivileged_userns, the profile /etc/apparmor.d/space, and `space "
               "doctor`";
    }
    if (error == EPERM) {
        return std::string("other ids than the own one need CAP_SET") + (file[0] == 'u' ? "UID" : "GID") +
               " or a range in /etc/sub" + std::string(file, 3) + " and new" + std::string(file, 3) +
               "map(1) from the package uidmap";
    }
    if (error == ENOENT) {
        return no_proc;
    }
    return error == EINVAL ? "the outside ids must be mapped in the caller's own user namespace" : "";
}

void write_map(pid_t pid, const char *file, const IdRanges &map, uint32_t own) {
    if (map.empty()) {
        return;
    }
    const int error = write_proc_file(pid, file, as_text(map));
    if (error == 0) {
        return;
    }
    const bool own_id = is_own_id(map, own);
    if (error == EPERM && !own_id && ::geteuid() != 0) {
        run_map_helper(pid, file, map);
        return;
    }
    const std::string line = on_one_line(map);
    throw_system(file, "write", error, line, "write the " + std::string(file) + " " + quoted(line),
                 hint_for(file, error, own_id));
}

// Without CAP_SETGID the kernel wants setgroups(2) given up before the own group is mapped: a group that is
// there to refuse something could be dropped otherwise.
void write_gid_map(pid_t pid, const OutsideWork &work) {
    const bool own_id = is_own_id(work.gid_map, ::getegid());
    if (work.setgroups == false) {
        deny_setgroups(pid);
    } else if (!work.setgroups && own_id && write_proc_file(pid, "gid_map", as_text(work.gid_map)) == 0) {
        return;
    } else if (!work.setgroups && own_id) {
        deny_setgroups(pid);
    }
    if (work.setgroups == true && own_id && ::geteuid() != 0) {
        if (write_proc_file(pid, "gid_map", as_text(work.gid_map)) != 0) {
            throw_system("setgroups", "write", EPERM, "setgroups",
                         "allow setgroups in the new user namespace",
                         "an unprivileged user who maps only the own group must deny setgroups "
                         "(user_namespaces(7)); map a range of /etc/subgid instead");
        }
        return;
    }
    write_map(pid, "gid_map", work.gid_map, ::getegid());
}

} // namespace

std::string own_uid_map(const OutsideWork &work) {
    const bool is_root = is_own_id(work.uid_map, ::geteuid()) && work.uid_map.front().container_id == 0;
    return is_root ? as_text(work.uid_map) : "";
}

void write_id_maps(pid_t pid, const OutsideWork &work) {
    if (!work.gid_map.empty() || work.setgroups) {
        write_gid_map(pid, work);
    }
    write_map(pid, "uid_map", work.uid_map, ::geteuid());
}

} // namespace spaces
