// Everything of a process that a polite guest in it must leave as it was.
#include "support/host_state.hpp"

#include "support/child.hpp"
#include "support/fd.hpp"

#include <boost/test/unit_test.hpp>
#include <clocale>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <system_error>
#include <unistd.h>

namespace support {

namespace {

namespace fs = std::filesystem;

using Facts = std::map<std::string, std::string>;

std::string link_of(const fs::path &path) {
    std::error_code gone;
    return fs::read_symlink(path, gone).string();
}

std::string hex(const void *bytes, size_t size) {
    std::string text;
    for (size_t i = 0; i < size; ++i) {
        static constexpr char digits[] = "0123456789abcdef";
        const unsigned char byte = static_cast<const unsigned char *>(bytes)[i];
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

void add_signals(Facts &facts) {
    for (int signal = 1; signal <= 64; ++signal) {
        struct sigaction action;
        if (::sigaction(signal, nullptr, &action) != 0) {
            continue; // 32 and 33 are libc's own
        }
        // The handler is a union member; both are one pointer.
        std::string text = hex(&action.sa_handler, sizeof action.sa_handler);
        text += " flags " + std::to_string(action.sa_flags) + " mask ";
        for (int other = 1; other <= 64; ++other) {
            text += ::sigismember(&action.sa_mask, other) == 1 ? '1' : '0';
        }
        facts["disposition of signal " + std::to_string(signal)] = text;
    }
}

void add_limits(Facts &facts) {
    for (int resource = 0; resource < RLIM_NLIMITS; ++resource) {
        rlimit limit;
        must(::getrlimit(static_cast<__rlimit_resource>(resource), &limit), "getrlimit");
        facts["rlimit " + std::to_string(resource)] =
            std::to_string(limit.rlim_cur) + " " + std::to_string(limit.rlim_max);
    }
}

void add_prctl(Facts &facts) {
    int subreaper = 0;
    int death_signal = 0;
    must(::prctl(PR_GET_CHILD_SUBREAPER, &subreaper), "PR_GET_CHILD_SUBREAPER");
    must(::prctl(PR_GET_PDEATHSIG, &death_signal), "PR_GET_PDEATHSIG");
    facts["child subreaper"] = std::to_string(subreaper);
    facts["parent death signal"] = std::to_string(death_signal);
    facts["dumpable"] = std::to_string(::prctl(PR_GET_DUMPABLE));
    facts["keep capabilities"] = std::to_string(::prctl(PR_GET_KEEPCAPS));
    facts["secure bits"] = std::to_string(::prctl(PR_GET_SECUREBITS));
    facts["timer slack"] = std::to_string(::prctl(PR_GET_TIMERSLACK));
    facts["name of the thread"] = read_file("/proc/thread-self/comm");
}

// Ids, capabilities, no_new_privs, seccomp, umask and signal masks: the lines of "status" that do not just
// count.
void add_status(Facts &facts, const std::string &task, const std::string &who) {
    std::istringstream status(read_file(task + "/status"));
    for (std::string line; std::getline(status, line);) {
        for (const char *key : {"Umask", "Uid", "Gid", "Groups", "Cap", "NoNewPrivs", "Seccomp", "SigBlk",
                                "SigIgn", "SigCgt", "Threads", "NSpid"}) {
            if (line.starts_with(key)) {
                const size_t colon = line.find(':');
                facts[who + line.substr(0, colon)] = line.substr(colon + 1);
            }
        }
    }
}

void add_thread(Facts &facts, const fs::path &task) {
    const std::string who = "thread " + task.filename().string() + " ";
    add_status(facts, task, who);
    for (const auto &type : fs::directory_iterator(task / "ns")) {
        facts[who + "namespace " + type.path().filename().string()] = link_of(type.path());
    }
    facts[who + "cwd"] = link_of(task / "cwd");
    facts[who + "root"] = link_of(task / "root");
    facts[who + "cgroup"] = read_file(task / "cgroup");
    std::istringstream children(read_file(task / "children"));
    for (std::string pid; children >> pid;) {
        std::string name;
        std::ifstream comm("/proc/" + pid + "/comm");
        std::getline(comm, name);
        facts["child " + pid] = name;
    }
}

void add_threads(Facts &facts) {
    for (const auto &entry : fs::directory_iterator("/proc/self/task")) {
        Facts of_thread;
        try {
            add_thread(of_thread, entry.path());
        } catch (const std::system_error &) {
            continue; // a thread of the test that has just ended
        }
        facts.merge(of_thread);
    }
}

void add_descriptors(Facts &facts) {
    const int limit = 4096;
    for (int fd = 0; fd < limit; ++fd) {
        struct stat status;
        if (::fstat(fd, &status) == 0) {
            const std::string number = std::to_string(fd);
            facts["descriptor " + number] = link_of("/proc/self/fd/" + number) + " flags " +
                                            std::to_string(::fcntl(fd, F_GETFD)) + " " +
                                            std::to_string(::fcntl(fd, F_GETFL));
        }
    }
}

void add_lines(Facts &facts, const std::string &path, const std::string &what, const char *only) {
    std::istringstream lines(read_file(path));
    for (std::string line; std::getline(lines, line);) {
        if (line.find(only) != std::string::npos) {
            facts[what + line] = "there";
        }
    }
}

} // namespace

HostState::HostState() {
    for (char **variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
        const std::string text = *variable;
        facts_["environment " + text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
    }
    add_signals(facts_);
    add_limits(facts_);
    add_prctl(facts_);
    add_threads(facts_);
    add_descriptors(facts_);
    add_lines(facts_, "/proc/self/mountinfo", "mount ", "");
    add_lines(facts_, "/proc/self/maps", "mapping ", "memfd:");
    utsname names;
    must(::uname(&names), "uname");
    facts_["host name"] = names.nodename;
    facts_["domain name"] = names.domainname;
    facts_["oom_score_adj"] = read_file("/proc/self/oom_score_adj");
    facts_["session and process group"] = std::to_string(::getsid(0)) + " " + std::to_string(::getpgrp());
    facts_["priority"] = std::to_string(::getpriority(PRIO_PROCESS, 0));
    facts_["locale"] = std::setlocale(LC_ALL, nullptr);
}

std::string HostState::changes_since(const HostState &before) const {
    std::string changes;
    for (const auto &[name, value] : before.facts_) {
        const auto now = facts_.find(name);
        if (now == facts_.end()) {
            changes += name + ": was " + value + ", is gone\n";
        } else if (now->second != value) {
            changes += name + ": was " + value + ", is " + now->second + "\n";
        }
    }
    for (const auto &[name, value] : facts_) {
        if (!before.facts_.contains(name)) {
            changes += name + ": is new, " + value + "\n";
        }
    }
    return changes;
}

void expect_unchanged(const std::string &what, const std::function<void()> &action) {
    const HostState before;
    action();
    const std::string changes = HostState().changes_since(before);
    BOOST_TEST(changes.empty(), what << " left something behind:\n" << changes);
}

} // namespace support
