// Preconditions of tests: what a test needs and this machine may not have. A test that is skipped says why.
#include "support/needs.hpp"

#include "support/fd.hpp"

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <linux/capability.h>
#include <sched.h>
#include <sstream>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace support {

namespace {

Answer answer(bool yes, const char *reason) {
    Answer result(yes);
    if (!yes) {
        result.message() << reason;
    }
    return result;
}

uint64_t effective_capabilities() {
    std::istringstream status(read_file("/proc/self/status"));
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("CapEff:")) {
            return std::stoull(line.substr(7), nullptr, 16);
        }
    }
    return 0;
}

} // namespace

boost::unit_test::precondition needs(Condition condition) {
    return boost::unit_test::precondition([condition](boost::unit_test::test_unit_id id) {
        Answer result = condition();
        if (!result) {
            // Boost tells this at a log level that nobody reads.
            std::cerr << "skipped: " << boost::unit_test::framework::get(id, boost::unit_test::TUT_ANY).p_name
                      << ": " << result.message().str() << std::endl;
        }
        return result;
    });
}

Answer root() {
    return answer(::geteuid() == 0 && read_file("/proc/self/uid_map").find("4294967295") != std::string::npos,
                  "only the superuser of the host can set this up");
}

Answer ordinary_user() {
    return answer(::geteuid() != 0, "it is about an ordinary user, and this is root");
}

Answer user_namespaces() {
    // By clone, and not by unshare: that one wants a process of one thread, and ThreadSanitizer has two.
    const long pid = ::syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0L, 0L, 0L, 0L);
    if (pid == 0) {
        ::syscall(SYS_exit_group, 0);
    }
    if (pid > 0) {
        ::waitpid(static_cast<pid_t>(pid), nullptr, 0);
    }
    return answer(pid > 0, "user namespaces are not to be had here");
}

Answer forks_of_one_thread() {
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::_exit(::unshare(CLONE_NEWUSER) == 0 ? 0 : 1);
    }
    int status = -1;
    ::waitpid(pid, &status, 0);
    return answer(status == 0,
                  "each fork of this program has a second thread, that of ThreadSanitizer, and so may "
                  "neither make nor join a user namespace");
}

Answer new_id_maps() {
    return answer(::access("/usr/bin/newuidmap", X_OK) == 0 && ::access("/usr/bin/newgidmap", X_OK) == 0,
                  "newuidmap and newgidmap are not installed (Debian: package uidmap)");
}

Answer memfd_noexec() {
    return root() ? answer(::access("/proc/sys/vm/memfd_noexec", F_OK) == 0,
                           "this kernel has no vm.memfd_noexec (Linux 6.3)")
                  : root();
}

Answer apparmor() {
    std::ifstream file("/sys/module/apparmor/parameters/enabled");
    return answer(file.get() == 'Y', "AppArmor is not active in this kernel");
}

Answer selinux() {
    return answer(::access("/sys/fs/selinux/enforce", F_OK) == 0, "SELinux is not active in this kernel");
}

Answer selinux_of_guest() {
    constexpr char label[] = "system_u:system_r:forbidden_t:s0";
    const int file = ::open("/sys/fs/selinux/context", O_RDWR | O_CLOEXEC);
    const bool is_known = ::write(file, label, sizeof label) > 0;
    ::close(file);
    return answer(is_known,
                  "SELinux is not active here with the policy of the virtual machine (./dev vm selinux)");
}

namespace {

Answer landlock_abi(long wanted) {
    constexpr long version = 1; // LANDLOCK_CREATE_RULESET_VERSION
    return answer(::syscall(SYS_landlock_create_ruleset, nullptr, 0L, version) >= wanted,
                  "Landlock of this kernel is missing, or too old");
}

} // namespace

Answer landlock() {
    return landlock_abi(1);
}

Answer landlock_of_ports() {
    return landlock_abi(4);
}

Answer landlock_of_scopes() {
    return landlock_abi(6);
}

Answer sys_resource() {
    return answer((effective_capabilities() >> CAP_SYS_RESOURCE & 1) != 0,
                  "CAP_SYS_RESOURCE is missing here, even to root");
}

} // namespace support
