// Which group of version 2 can have children with controllers.
//
// A group that has enabled controllers for its children may have no processes itself, but for the root of
// the hierarchy. The caller's own group has at least one, so that the container becomes its sibling, or that
// of one further up. A controller is enabled there only where that is the caller's to do.
#include "cgroup/parent.hpp"

#include "base/error.hpp"
#include "host/check.hpp"

#include <algorithm>
#include <fcntl.h>
#include <iterator>
#include <spaces/base.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace spaces {

namespace {

using Names = std::set<std::string>;

bool includes(const Names &all, const Names &some) {
    return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

std::string joined(const Names &names) {
    std::string text;
    for (const std::string &name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

// The root of all, which may have processes. That of a cgroup namespace has this file.
bool is_root_group(const std::string &directory) {
    return ::access((directory + "/cgroup.type").c_str(), F_OK) != 0;
}

// systemd marks what it leaves to others.
bool is_marked_delegated(const std::string &directory) {
    for (const char *name : {"trusted.delegate", "user.delegate"}) {
        char value = '0';
        if (::getxattr(directory.c_str(), name, &value, 1) == 1 && value == '1') {
            return true;
        }
    }
    return false;
}

// A group in which the calling user may decide which controllers there are.
bool is_own(const std::string &directory, const std::string &mount) {
    struct stat status {};
    if (::stat(directory.c_str(), &status) != 0) {
        return false;
    }
    const uid_t self = ::geteuid();
    return (self != 0 && status.st_uid == self) || is_marked_delegated(directory) ||
           (self == 0 && directory == mount);
}

struct Candidate {
    std::string directory;
    bool writable = false;
    bool may_enable = false; // it is ours, and has no processes of its own
    bool has_processes = false;
    bool own = false;
    Names available;
    Names enabled;
};

Candidate examine(const std::string &directory, const std::string &mount) {
    Candidate candidate{.directory = directory,
                        .available = words_in(directory + "/cgroup.controllers"),
                        .enabled = words_in(directory + "/cgroup.subtree_control")};
    candidate.writable = may_make_groups_in(directory);
    candidate.has_processes =
        !is_root_group(directory) && !text_of(directory + "/cgroup.procs").value_or("").empty();
    candidate.own = is_own(directory, mount);
    candidate.may_enable =
        candidate.own && !candidate.has_processes &&
        ::faccessat(AT_FDCWD, (directory + "/cgroup.subtree_control").c_str(), W_OK, AT_EACCESS) == 0;
    return candidate;
}

std::vector<Candidate> candidates_of(const CgroupLayout &layout) {
    std::vector<Candidate> candidates;
    std::string directory = *layout.v2;
    for (;;) {
        candidates.push_back(examine(directory, layout.v2_mount));
        if (directory.size() <= layout.v2_mount.size()) {
            return candidates;
        }
        directory.resize(directory.rfind('/'));
    }
}

std::string shortcoming_of(const Candidate &candidate, const Names &needed) {
    if (!candidate.writable) {
        return "may not be written";
    }
    if (!includes(candidate.available, needed)) {
        return "has not all of these controllers";
    }
    if (candidate.has_processes) {
        return "has processes of its own";
    }
    return "has not enabled them for its children, and is not the caller's";
}

[[noreturn]] void throw_nowhere(const std::vector<Candidate> &candidates, const Names &needed) {
    std::string reasons;
    for (const Candidate &candidate : candidates) {
        reasons +=
            (reasons.empty() ? "" : "; ") + candidate.directory + " " + shortcoming_of(candidate, needed);
    }
    const bool by_namespace = candidates.size() == 1 && candidates.front().own;
    throw Error{.code = SPACES_EUNSUPPORTED,
                .step = "cgroup",
                .object = candidates.front().directory,
                .message = "no control group can be made" +
                           (needed.empty() ? "" : " with the controllers " + joined(needed)) + ": " + reasons,
                .hint =
                    by_namespace
                        ? "move the processes of that group into one below it: mkdir " +
                              candidates.front().directory + "/init, and write their pids to its cgroup.procs"
                        : "run it in a group that is yours: systemd-run --user --scope -p Delegate=yes "
                          "COMMAND; as root: systemd-run --scope -p Delegate=yes -p MemoryAccounting=yes -p "
                          "CPUAccounting=yes COMMAND"};
}

} // namespace

std::set<std::string> words_in(const std::string &file) {
    const std::vector<std::string> words = split(text_of(file).value_or(""), ' ');
    return {words.begin(), words.end()};
}

ParentGroup find_v2_parent(const CgroupLayout &layout, const std::set<std::string> &needed,
                           const std::set<std::string> &liked) {
    const std::vector<Candidate> candidates = candidates_of(layout);
    const auto choose = [&](auto &&suits) -> const Candidate * {
        const auto found =
            std::find_if(candidates.begin(), candidates.end(),
                         [&](const Candidate &candidate) { return candidate.writable && suits(candidate); });
        return found == candidates.end() ? nullptr : &*found;
    };
    const auto with_liked = [&](const Candidate &candidate) {
        Names all = needed;
        std::set_intersection(liked.begin(), liked.end(), candidate.available.begin(),
                              candidate.available.end(), std::inserter(all, all.end()));
        return all;
    };
    const auto may_enable = [](const Candidate &candidate, const Names &names) {
        return candidate.may_enable && includes(candidate.available, names);
    };
    const Candidate *chosen = nullptr;
    if (!liked.empty()) {
        chosen = choose([&](const Candidate &candidate) {
            const Names all = with_liked(candidate);
            // For what is only liked nothing is enabled in the root of all.
            const bool enables = candidate.directory != layout.v2_mount && may_enable(candidate, all);
            return includes(candidate.enabled, all) || enables;
        });
    }
    if (chosen == nullptr) {
        chosen = choose([&](const Candidate &candidate) { return includes(candidate.enabled, needed); });
    }
    if (chosen == nullptr) {
        chosen = choose([&](const Candidate &candidate) { return may_enable(candidate, needed); });
    }
    if (chosen == nullptr) {
        throw_nowhere(candidates, needed);
    }
    const bool enables_liked = chosen->may_enable && chosen->directory != layout.v2_mount;
    const Names wanted = enables_liked ? with_liked(*chosen) : needed;
    ParentGroup parent{.directory = chosen->directory, .enable = {}, .enabled = chosen->enabled};
    std::set_difference(wanted.begin(), wanted.end(), chosen->enabled.begin(), chosen->enabled.end(),
                        std::back_inserter(parent.enable));
    return parent;
}

} // namespace spaces
