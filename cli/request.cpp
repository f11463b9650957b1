// Request: what one command line of execute, chroot or inject asks for, settled in a Spec.
#include "request.hpp"

#include "namespaces.hpp"
#include "terminal.hpp"

#include <sys/stat.h>

namespace cli {

namespace {

std::string namespace_file(const Request &request, const NamespaceType &type) {
    return request.proc.value_or("/proc") + "/" + std::to_string(request.target) + "/ns/" + type.name;
}

// The types in which the process of inject differs from us.
uint32_t differing(const Request &request) {
    uint32_t bits = 0;
    for (const NamespaceType &type : namespace_types) {
        struct stat ours;
        struct stat theirs;
        const std::string file = namespace_file(request, type);
        if (::stat((std::string("/proc/self/ns/") + type.name).c_str(), &ours) != 0) {
            continue; // a type that this kernel does not have
        }
        if (::stat(file.c_str(), &theirs) != 0) {
            throw_errno("stat", "look at the namespaces of process " + std::to_string(request.target), file);
        }
        if (ours.st_dev != theirs.st_dev || ours.st_ino != theirs.st_ino) {
            bits |= type.bit;
        }
    }
    return bits;
}

void join_files(Request &request) {
    for (const auto &[type, path] : request.joined) {
        call(spaces_spec_join_path, request.spec.get(), type, path.c_str());
    }
}

uint32_t types_joined_by_file(const Request &request) {
    uint32_t bits = 0;
    for (const auto &[type, path] : request.joined) {
        bits |= type;
    }
    return bits;
}

void refuse_to_share_what_the_sandbox_needs(const Request &request) {
    constexpr uint32_t needed = SPACES_NAMESPACE_USER | SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_UTS;
    if (request.sandbox && (request.shared & needed) != 0) {
        throw_usage("--sandbox has user, mount and uts namespaces of its own, which cannot be shared",
                    "leave out --share for these, or say without --sandbox what is wanted of it");
    }
}

void complete_new(Request &request) {
    refuse_to_share_what_the_sandbox_needs(request);
    spaces_spec *const spec = request.spec.get();
    uint32_t joined = types_joined_by_file(request);
    for (const auto &[pid, types] : request.join_pids) {
        joined |= types;
    }
    uint32_t wanted = request.chosen;
    if (request.all) {
        wanted |= SPACES_NAMESPACE_ALL;
    }
    if (request.command == Command::chroot) {
        wanted |= SPACES_NAMESPACE_USER | SPACES_NAMESPACE_MOUNT;
    }
    // A loaded configuration has said what it wants.
    if (!request.has_base) {
        const bool mounts_root = request.readonly || (request.root && request.pivots);
        wanted |= request.implied | (mounts_root ? SPACES_NAMESPACE_MOUNT : 0);
    }
    wanted &= ~(joined | request.shared);
    if (wanted != 0) {
        call(spaces_spec_unshare, spec, wanted);
    }
    for (const auto &[pid, types] : request.join_pids) {
        call(spaces_spec_join_pid, spec, pid, types);
    }
    join_files(request);
    if (request.shared != 0) {
        call(spaces_spec_share, spec, request.shared);
    }
}

void complete_inject(Request &request) {
    const bool all = request.all || (request.chosen == 0 && request.joined.empty());
    // The library finds out what differs, unless some are to be left out or are looked up elsewhere.
    const bool left_to_library = all && request.shared == 0 && !request.proc;
    uint32_t wanted = request.chosen;
    if (all && !left_to_library) {
        wanted = differing(request);
    }
    wanted &= ~(request.shared | types_joined_by_file(request));
    if (request.proc) {
        for (const NamespaceType &type : namespace_types) {
            if ((wanted & type.bit) != 0) {
                request.joined[type.bit] = namespace_file(request, type);
            }
        }
    } else if (left_to_library || wanted != 0) {
        call(spaces_spec_join_pid, request.spec.get(), request.target, left_to_library ? 0 : wanted);
    }
    join_files(request);
    if (request.joins_cgroup) {
        call(spaces_spec_join_cgroup, request.spec.get(), request.target);
    }
}

} // namespace

Request::Request(Command requested) : command(requested), spec(make<Spec>(spaces_spec_new)) {}

void complete(Request &request) {
    if (request.command == Command::inject) {
        complete_inject(request);
    } else {
        complete_new(request);
    }
    spaces_spec *const spec = request.spec.get();
    call(spaces_spec_set_inherit_signals, spec, 1); // for nohup(1) and the like
    if (uint32_t rows = 0, columns = 0; request.terminal && terminal_size(rows, columns)) {
        call(spaces_spec_set_terminal_size, spec, rows, columns);
    }
    if (request.system_root && request.root) {
        throw_usage("--root and --system-root are two root directories", "leave out one of them");
    }
    if (request.system_root || (request.sandbox && !request.root)) {
        call(spaces_spec_set_system_root, spec, request.readonly ? 1 : 0);
    } else if (request.root || request.readonly) {
        // Without a directory of its own the program keeps ours, read-only.
        call(spaces_spec_set_root, spec, request.root.value_or("/").c_str(), request.readonly ? 1 : 0);
    }
}

} // namespace cli
