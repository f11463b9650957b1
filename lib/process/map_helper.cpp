// newuidmap(1) and newgidmap(1): the set-user-id helpers that write maps of subordinate ids.
#include "process/map_helper.hpp"

#include "base/sys.hpp"
#include "host/subid.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spaces/base.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace spaces {

namespace {

class SpawnAttributes {
  public:
    SpawnAttributes() {
        ::posix_spawnattr_init(&attributes_);
        ::posix_spawn_file_actions_init(&actions_);
        sigset_t none;
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        sigset_t all;
        ::sigfillset(&all);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        ::posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDWR, 0);
    }
    ~SpawnAttributes() {
        ::posix_spawnattr_destroy(&attributes_);
        ::posix_spawn_file_actions_destroy(&actions_);
    }
    SpawnAttributes(const SpawnAttributes &) = delete;
    SpawnAttributes &operator=(const SpawnAttributes &) = delete;

    posix_spawn_file_actions_t *actions() { return &actions_; }
    const posix_spawnattr_t *attributes() const { return &attributes_; }

  private:
    posix_spawnattr_t attributes_;
    posix_spawn_file_actions_t actions_;
};

std::vector<std::string> arguments(const std::string &helper, pid_t pid, const IdRanges &map) {
    std::vector<std::string> words{helper, std::to_string(pid)};
    for (const IdMapping &range : map) {
        words.push_back(std::to_string(range.container_id));
        words.push_back(std::to_string(range.host_id));
        words.push_back(std::to_string(range.size));
    }
    return words;
}

// What is in the pipe now. False at its end.
bool take_what_is_there(int pipe, std::string &text) {
    std::array<char, 512> buffer;
    for (;;) {
        const ssize_t got = ::read(pipe, buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got < 0 && errno == EAGAIN;
        }
        text.append(buffer.data(), static_cast<size_t>(got));
    }
}

// The first line of what the helper says until it ends. That the pipe ends may take longer: another thread of
// this process may have forked meanwhile, and the fork holds a copy of the end for writing.
std::string first_line(pid_t child, int pipe) {
    const Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    bool is_over = !pidfd.is_open() && errno == ESRCH; // the caller ignores SIGCHLD: nothing is left of it
    std::string text;
    while (take_what_is_there(pipe, text) && !is_over) {
        pollfd entries[] = {{pipe, POLLIN, 0}, {pidfd.get(), POLLIN, 0}};
        is_over = ::poll(entries, 2, -1) > 0 && entries[1].revents != 0;
    }
    return text.substr(0, text.find('\n'));
}

// Which ids the helper would have mapped: those that the file grants to the user, and the own one.
std::string granted_ids(const std::string &path, uid_t uid) {
    const std::string name = login_name(uid);
    const std::string user = "user " + (name.empty() ? std::to_string(uid) : quoted(name));
    std::string list;
    try {
        for (const SubidRange &range : subordinate_ids(path, uid, name)) {
            list += (list.empty() ? "" : ", ") + std::to_string(range.first) + "-" +
                    std::to_string(uint64_t{range.first} + range.count - 1);
        }
    } catch (const Error &error) {
        return error.code == SPACES_EUNSUPPORTED ? user + " has none in " + path + " (" + error.hint + ")"
                                                 : error.message;
    }
    return user + " has " + list + " in " + path;
}

} // namespace

void run_map_helper(pid_t pid, const char *file, const IdRanges &map) {
    const std::string kind(file, 3);
    const std::string helper = "new" + kind + "map";
    const std::string what = "run " + helper;
    int ends[2];
    sys("pipe2", ::pipe2(ends, O_CLOEXEC), {file, helper, what});
    Fd reading(ends[0]);
    Fd writing(ends[1]);
    sys("fcntl", ::fcntl(reading.get(), F_SETFL, O_NONBLOCK), {file, helper, what});
    SpawnAttributes spawn;
    ::posix_spawn_file_actions_adddup2(spawn.actions(), writing.get(), 1);
    ::posix_spawn_file_actions_adddup2(spawn.actions(), writing.get(), 2);

    std::vector<std::string> words = arguments(helper, pid, map);
    std::vector<char *> argv;
    argv.reserve(words.size() + 1);
    for (std::string &word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);
    pid_t child = -1;
    const int error =
        ::posix_spawnp(&child, helper.c_str(), spawn.actions(), spawn.attributes(), argv.data(), ::environ);
    if (error != 0) {
        throw_system(file, "posix_spawnp", error, helper, what,
                     error == ENOENT || error == EACCES
                         ? "maps of subordinate ids need it: install the package uidmap"
                         : "");
    }
    writing.reset();
    const std::string complaint = first_line(child, reading.get());
    int status = 0;
    pid_t waited;
    do {
        waited = ::waitpid(child, &status, 0);
    } while (waited < 0 && errno == EINTR);
    // Where the caller ignores SIGCHLD there is no status; then the map itself tells.
    const bool failed =
        waited == child
            ? status != 0
            : read_file("/proc/" + std::to_string(pid) + "/" + file, {file, helper, what}).empty();
    if (failed) {
        throw Error{.code = SPACES_ESYSTEM,
                    .error_number = EPERM,
                    .step = file,
                    .object = helper,
                    .message = "cannot write the " + std::string(file) + " by " + helper + ": " +
                               (complaint.empty() ? "it failed without a word" : complaint),
                    .hint = "only granted ids can be mapped, and " +
                            granted_ids("/etc/sub" + kind, ::geteuid()) + "; " + helper +
                            " itself must be set-user-id root or have the file capability"};
    }
}

} // namespace spaces
