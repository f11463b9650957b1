// Which namespaces are new or joined, by which call, and in which process.
#include "base/sys.hpp"
#include "plan/compilation.hpp"
#include "spec/sysctl.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace spaces {

namespace {

using plan::Op;

struct Identity {
    dev_t device;
    ino_t inode;
    bool operator==(const Identity &) const = default;
};

Identity identity_of(int fd, const std::string &object) {
    struct stat status {};
    sys("fstat", ::fstat(fd, &status), {"setns", object, "examine " + quoted(object)});
    return {status.st_dev, status.st_ino};
}

std::string own_path(const NamespaceType &type) {
    return std::string("/proc/thread-self/ns/") + type.file;
}

bool is_own(int fd, const NamespaceType &type, const std::string &object) {
    struct stat own {};
    if (::stat(own_path(type).c_str(), &own) != 0) {
        return false; // a kernel without this kind, or no /proc: setns will tell
    }
    return identity_of(fd, object) == Identity{own.st_dev, own.st_ino};
}

// A process to join, held so that its pid cannot come to mean another one while its files are opened.
class TargetProcess {
  public:
    explicit TargetProcess(pid_t pid) : pid_(pid), object_("process " + std::to_string(pid)) {
        const long fd = ::syscall(SYS_pidfd_open, pid, 0);
        if (fd < 0 && (errno == ESRCH || errno == EINVAL)) {
            throw_gone();
        }
        pidfd_ = Fd(static_cast<int>(sys("pidfd_open", fd, {"setns", object_, "find " + object_})));
    }

    std::string path(const char *file) const { return "/proc/" + std::to_string(pid_) + "/" + file; }

    Fd open(const char *file, int flags) const {
        const std::string name = path(file);
        const int fd = ::open(name.c_str(), flags | O_CLOEXEC);
        if (fd < 0) {
            const int error = errno;
            check_alive();
            if (error == ENOENT) {
                throw_system("setns", "open", error, name, "open " + quoted(name),
                             "processes are joined through /proc: is it mounted here, and of this pid "
                             "namespace?");
            }
            throw_system("setns", "open", error, name, "open " + quoted(name),
                         error == EACCES || error == EPERM
                             ? "joining needs the right to trace that process (ptrace(2), PTRACE_MODE_READ): "
                               "the same user, or CAP_SYS_PTRACE"
                             : "");
        }
        return Fd(fd);
    }

    // The file of its namespace. A supervisor of another pid namespace is in ours itself, and stands for that
    // of its children.
    std::pair<Fd, std::string> open_namespace(const NamespaceType &type) const {
        const std::string file = std::string("ns/") + type.file;
        Fd own = open(file.c_str(), O_RDONLY);
        if (type.bit == SPACES_NAMESPACE_PID && is_own(own.get(), type, path(file.c_str()))) {
            std::string childrens = path("ns/pid_for_children");
            // Missing where that namespace was made, but nobody has entered it yet.
            Fd fd(::open(childrens.c_str(), O_RDONLY | O_CLOEXEC));
            if (fd.is_open()) {
                return {std::move(fd), std::move(childrens)};
            }
        }
        return {std::move(own), path(file.c_str())};
    }

    void check_alive() const {
        pollfd entry{pidfd_.get(), POLLIN, 0};
        if (::poll(&entry, 1, 0) > 0) {
            throw_gone();
        }
    }

  private:
    [[noreturn]] void throw_gone() const {
        throw Error{.code = SPACES_ENOTFOUND,
                    .error_number = ESRCH,
                    .step = "setns",
                    .object = object_,
                    .message = "cannot join the namespaces of " + object_ + ": No such process",
                    .hint = "it has ended, or lives in another pid namespace"};
    }

    pid_t pid_;
    std::string object_;
    Fd pidfd_;
};

constexpr const char *namespace_files =
    "namespace files are /proc/PID/ns/* and what is bind-mounted from there";

Fd open_path(const std::string &path, const NamespaceType &type) {
    const std::string what = "open the " + std::string(type.name) + " namespace " + quoted(path);
    Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd.is_open() && (errno == ENOENT || errno == ENOTDIR)) {
        const int error = errno;
        throw Error{.code = SPACES_ENOTFOUND,
                    .error_number = error,
                    .step = "setns",
                    .object = path,
                    .system_call = "open",
                    .message = "cannot " + what + ": " + std::string(errno_text(error)),
                    .hint = namespace_files};
    }
    sys("open", fd.get(), {"setns", path, what});
    const int kind = ::ioctl(fd.get(), NS_GET_NSTYPE);
    if (kind < 0) {
        throw_invalid(path, "cannot join " + quoted(path) + ": it is no namespace file", namespace_files);
    }
    if (static_cast<uint32_t>(kind) != type.bit) {
        const NamespaceType *found = namespace_type(static_cast<uint32_t>(kind));
        throw_invalid(path, "cannot join " + quoted(path) + ": it is a namespace of the kind \"" +
                                (found != nullptr ? found->name : "unknown") + "\", not \"" + type.name +
                                "\"");
    }
    return fd;
}

// Who joins a user namespace loses all rights over what its own one owns; those must be joined before.
bool owned_by_own_user_namespace(int fd) {
    const Fd owner(::ioctl(fd, NS_GET_USERNS));
    return owner.is_open() && is_own(owner.get(), *namespace_type(SPACES_NAMESPACE_USER), "user namespace");
}

void join(Compilation &compilation, const NamespaceType &type, Fd fd, std::string object) {
    if (is_own(fd.get(), type, object)) {
        return; // there already; setns(2) calls that an error for a user namespace
    }
    NamespaceDecision &decision = compilation.namespaces;
    decision.joins_user |= type.bit == SPACES_NAMESPACE_USER;
    decision.joins_mount |= type.bit == SPACES_NAMESPACE_MOUNT;
    if (type.bit == SPACES_NAMESPACE_PID) {
        decision.pid_entry = NamespaceDecision::PidEntry::move;
    }
    const bool before = type.bit != SPACES_NAMESPACE_USER && owned_by_own_user_namespace(fd.get());
    (before ? decision.joins_before_user : decision.joins)
        .push_back({&type, compilation.adopt(std::move(fd)), std::move(object)});
}

void join_of_process(Compilation &compilation, const TargetProcess &process, const NamespaceType &type) {
    const bool joined_mount = compilation.namespaces.joins_mount;
    auto [file, name] = process.open_namespace(type);
    join(compilation, type, std::move(file), std::move(name));
    if (compilation.namespaces.joins_mount != joined_mount) {
        compilation.namespaces.root_fd = compilation.adopt(process.open("root", O_PATH | O_DIRECTORY));
    }
}

void join_one(Compilation &compilation, const NamespaceType &type, const NamespaceSpec &wanted) {
    switch (wanted.kind) {
    case NamespaceSpec::Kind::unshare:
        return;
    case NamespaceSpec::Kind::join_pid: {
        const TargetProcess process(wanted.pid);
        join_of_process(compilation, process, type);
        process.check_alive();
        return;
    }
    case NamespaceSpec::Kind::join_path:
        join(compilation, type, open_path(wanted.path, type), wanted.path);
        return;
    case NamespaceSpec::Kind::join_fd: {
        const std::string object = "the given descriptor"; // the caller knows another number of it
        join(compilation, type, duplicate(wanted.fd->get(), {"setns", object, "duplicate " + object}),
             object);
        return;
    }
    }
}

void join_all(Compilation &compilation) {
    if (compilation.spec.join_all_of == 0) {
        return;
    }
    const Spec &spec = compilation.spec;
    const TargetProcess process(spec.join_all_of);
    for (const NamespaceType &type : namespace_types) {
        if (!spec.namespaces.contains(type.bit) && (spec.shared & type.bit) == 0) {
            join_of_process(compilation, process, type);
        }
    }
    process.check_alive();
}

void add_joins(Compilation &compilation, const std::vector<JoinedNamespace> &joins) {
    for (const JoinedNamespace &joined : joins) {
        const bool is_path = joined.object.find('/') != std::string::npos;
        plan::Step &step =
            compilation.add(Op::setns, {"setns", joined.object,
                                        "join the " + std::string(joined.type->name) + " namespace " +
                                            (is_path ? quoted(joined.object) : "of " + joined.object)});
        step.fd = joined.fd;
        step.number[0] = joined.type->bit;
    }
}

std::string names_of(uint32_t bits) {
    std::string names;
    for (const NamespaceType &type : namespace_types) {
        if ((bits & type.bit) != 0) {
            names += names.empty() ? "" : ", ";
            names += type.name;
        }
    }
    return names;
}

void add_time(Compilation &compilation) {
    std::string lines;
    for (const auto &[clock, offset] : compilation.spec.time_offsets) {
        lines +=
            clock + " " + std::to_string(offset.seconds) + " " + std::to_string(offset.nanoseconds) + "\n";
    }
    compilation.add(Op::unshare, {"unshare", "time", "make a new time namespace"}).number[0] =
        SPACES_NAMESPACE_TIME;
    const uint32_t text = lines.empty() ? 0 : compilation.builder().text(lines);
    compilation
        .add(Op::time_offset, {"time_offset", "/proc/self/timens_offsets",
                               lines.empty() ? "enter the new time namespace" : "set the clocks' offsets"})
        .text[0] = text;
}

} // namespace

void decide_namespaces(Compilation &compilation) {
    const Spec &spec = compilation.spec;
    NamespaceDecision &decision = compilation.namespaces;
    for (const NamespaceType &type : namespace_types) { // not in the map's order: the user namespace first
        const auto wanted = spec.namespaces.find(type.bit);
        if (wanted != spec.namespaces.end()) {
            join_one(compilation, type, wanted->second);
        }
    }
    join_all(compilation);

    uint32_t fresh = 0;
    for (const NamespaceType &type : namespace_types) {
        fresh |= spec.unshares(type.bit) ? type.bit : 0;
    }
    decision.new_time = (fresh & SPACES_NAMESPACE_TIME) != 0;
    fresh &= ~SPACES_NAMESPACE_TIME;

    const bool limited = spec.time_limit_ms != 0 || spec.die_with_parent ||
                         (compilation.plan.filter && compilation.plan.filter->needs_supervisor());
    const bool joins_any = !decision.joins.empty() || !decision.joins_before_user.empty();
    // New namespaces belong to the user namespace that their maker is in, so who joins one makes them after
    // that; and nothing of the outside can be joined from inside a new user namespace.
    const bool after_joins = joins_any && (decision.joins_user || compilation.new_user());
    // A program that is PID 1 itself and has a supervisor has it outside of its pid namespace.
    const bool supervised_from_outside = compilation.new_pid() && !spec.init && limited;
    const bool by_clone = compilation.target == Target::program && !after_joins && !supervised_from_outside;
    (by_clone ? decision.at_clone : decision.unshared) = fresh;
    // The root of a cgroup namespace is the group that its maker is in, and clone(2) takes the caller's, also
    // for a child that it puts into another one.
    if (compilation.plan.cgroup && (decision.at_clone & SPACES_NAMESPACE_CGROUP) != 0) {
        decision.at_clone &= ~SPACES_NAMESPACE_CGROUP;
        decision.unshared |= SPACES_NAMESPACE_CGROUP;
    }
    if (compilation.new_pid() && !by_clone) {
        decision.pid_entry = NamespaceDecision::PidEntry::move;
    }
    decision.supervised_as_init = compilation.new_pid() && spec.init;
    if (decision.pid_entry == NamespaceDecision::PidEntry::move && limited && !decision.supervised_as_init) {
        decision.pid_entry = NamespaceDecision::PidEntry::supervise;
    }
    // A fork by the caller's own function cannot be made the caller's child, so its parent stays.
    const bool stays = compilation.target == Target::callable_by_callers_fork &&
                       decision.pid_entry == NamespaceDecision::PidEntry::move;
    if (stays) {
        decision.pid_entry = decision.supervised_as_init ? NamespaceDecision::PidEntry::stand_by
                                                         : NamespaceDecision::PidEntry::supervise;
    }
    compilation.plan.clone_flags = decision.at_clone;
    compilation.plan.init = decision.supervised_as_init && !stays;
    compilation.plan.is_pid_1 = compilation.new_pid() && !spec.init;
    compilation.plan.supervised = decision.supervised_as_init || limited ||
                                  decision.pid_entry == NamespaceDecision::PidEntry::supervise;
    compilation.plan.moves = decision.pid_entry == NamespaceDecision::PidEntry::move;
}

// Who has rights over the user namespace that is joined, or lives in the pid namespace, must neither trace us
// nor look through our descriptors (CVE-2016-9962).
bool comes_within_reach(const Compilation &compilation) {
    const NamespaceDecision &decision = compilation.namespaces;
    const bool joins_pid = decision.pid_entry != NamespaceDecision::PidEntry::none && !compilation.new_pid();
    return decision.joins_user || joins_pid;
}

void add_namespaces(Compilation &compilation) {
    const NamespaceDecision &decision = compilation.namespaces;
    if (decision.new_time && decision.joins_mount) {
        compilation.add(Op::open_proc, {"open_proc", "/proc/self", "open files of /proc/self"}).number[0] =
            compilation.spec.time_offsets.empty() ? 0 : 1;
    }
    const bool hides = comes_within_reach(compilation);
    if (hides) {
        compilation.add(Op::hide, {"hide", "dumpable", "become untraceable"});
    }
    add_joins(compilation, decision.joins_before_user);
    add_joins(compilation, decision.joins);
    if (decision.root_fd >= 0) {
        compilation.add(Op::chroot_fd, {"chroot", "root", "enter the root directory of the joined process"})
            .fd = decision.root_fd;
    }
    if (decision.unshared != 0) {
        const std::string names = names_of(decision.unshared);
        compilation.add(Op::unshare, {"unshare", names, "make new namespaces (" + names + ")"}).number[0] =
            decision.unshared;
    }
    if ((decision.unshared & SPACES_NAMESPACE_USER) != 0) {
        // The /proc files of a process that is not dumpable are root's.
        compilation.add(Op::await_maps, {"id_map", "user", "have the id maps written"}).number[0] =
            hides && ::geteuid() != 0 ? 1 : 0;
    }
    if (decision.new_time) {
        add_time(compilation);
    }
    if (decision.pid_entry == NamespaceDecision::PidEntry::none) {
        return;
    }
    if (decision.pid_entry == NamespaceDecision::PidEntry::supervise) {
        compilation.add(Op::supervise, {"supervise", "program", "start the program under a supervisor"});
    } else {
        compilation.add(Op::enter_pid, {"enter_pid", "pid", "enter the pid namespace"});
    }
}

// What belongs to a namespace is seen in any /proc by who is in that namespace.
void add_sysctl(Compilation &compilation) {
    for (const auto &[path, value] : compilation.spec.sysctl) {
        const std::string name = sysctl_name(path);
        const uint32_t file = compilation.builder().text("/proc/sys/" + path);
        const uint32_t text = compilation.builder().text(value);
        plan::Step &step =
            compilation.add(Op::sysctl, {"sysctl", name, "set " + name + " to " + quoted(value)});
        step.text[0] = file;
        step.text[1] = text;
    }
}

void add_hostname(Compilation &compilation) {
    const Spec &spec = compilation.spec;
    if (spec.hostname) {
        const uint32_t text = compilation.builder().text(*spec.hostname);
        plan::Step &step = compilation.add(
            Op::sethostname, {"sethostname", *spec.hostname, "set the host name " + quoted(*spec.hostname)});
        step.text[0] = text;
        step.number[0] = spec.hostname->size();
    }
    if (spec.domainname) {
        const uint32_t text = compilation.builder().text(*spec.domainname);
        plan::Step &step =
            compilation.add(Op::setdomainname, {"setdomainname", *spec.domainname,
                                                "set the NIS domain name " + quoted(*spec.domainname)});
        step.text[0] = text;
        step.number[0] = spec.domainname->size();
    }
}

void add_parent_death_signal(Compilation &compilation) {
    compilation
        .add(Op::parent_death_signal, {"parent_death_signal", "SIGKILL", "be killed with the supervisor"})
        .number[0] = SIGKILL;
}

void add_supervise(Compilation &compilation) {
    const NamespaceDecision &decision = compilation.namespaces;
    plan::Header &header = compilation.builder().header();
    header.time_limit_ms = compilation.spec.time_limit_ms;
    header.time_limit_grace_ms = compilation.spec.time_limit_grace_ms;
    if (!compilation.plan.supervised || decision.pid_entry == NamespaceDecision::PidEntry::supervise) {
        return;
    }
    if (decision.pid_entry == NamespaceDecision::PidEntry::stand_by) {
        add_parent_death_signal(compilation);
    }
    compilation.add(Op::supervise, {"supervise", "program",
                                    decision.supervised_as_init ? "start the program under an init"
                                                                : "start the program under a supervisor"});
}

} // namespace spaces
