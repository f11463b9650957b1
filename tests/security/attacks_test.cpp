// What published attacks on containers and by them have begun with, each in the sandbox, and without it, so
// that the test can tell. docs/security.md has the same list.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <pty.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

using namespace support;

namespace {

Spec sandbox(Spec spec = Spec()) {
    return spec.with<spaces_spec_confine>("sandbox");
}

int answer(long result) {
    return result < 0 ? errno : 0;
}

// The errno that `body` meets in a process of this Spec.
template <class Body> int answer_in(const Spec &spec, Body &&body) {
    return start_fork_of(spec, body).wait().exit_code();
}

int open_socket(int family, int type, int protocol) {
    return answer(Fd(::socket(family, type, protocol)).get());
}

int open_to_write(const char *path) {
    return answer(Fd(::open(path, O_WRONLY | O_CLOEXEC)).get());
}

int put_into_terminal() { // of a terminal that is not ours: standard input
    char key = '\n';
    return answer(::ioctl(0, TIOCSTI, &key));
}

int raise_interface() { // wants CAP_NET_ADMIN, as the rules of the netfilter do
    const Fd socket(::socket(AF_INET, SOCK_DGRAM, 0));
    ifreq request{};
    std::strcpy(request.ifr_name, "lo");
    request.ifr_flags = IFF_UP;
    return answer(::ioctl(socket.get(), SIOCSIFFLAGS, &request));
}

struct Attack {
    const char *name; // as in docs/security.md
    int (*begin)();
    bool works_without; // in new namespaces alone, on any kernel and whatever its settings are
    int refusal = EPERM;
};

const Attack attacks[] = {
    {"CVE-2022-0185: fsopen in a user namespace", [] { return answer(::syscall(SYS_fsopen, "tmpfs", 0)); },
     true},
    {"CVE-2022-0492: a mount of control groups, for release_agent",
     [] { return answer(::mount("cgroup", "/tmp", "cgroup", 0, "memory")); }, false},
    {"CVE-2023-0386: a mount of an overlay",
     [] { return answer(::mount("tmpfs", "/tmp", "tmpfs", 0, nullptr)); }, true},
    {"CVE-2018-18955: a user namespace in the user namespace",
     [] { return answer(::unshare(CLONE_NEWUSER)); }, true},
    {"CVE-2021-22555, CVE-2023-32233, CVE-2024-1086: a network of its own to administer",
     [] { return answer(::unshare(CLONE_NEWUSER | CLONE_NEWNET)); }, true},
    {"CVE-2022-2588: CAP_NET_ADMIN", raise_interface, true},
    {"CVE-2017-7308, CVE-2020-14386: packet sockets", [] { return open_socket(AF_PACKET, SOCK_RAW, 0); },
     true},
    {"CVE-2021-26708: vsock", [] { return open_socket(AF_VSOCK, SOCK_STREAM, 0); }, false},
    {"CVE-2019-8912: AF_ALG", [] { return open_socket(AF_ALG, SOCK_SEQPACKET, 0); }, false},
    {"CVE-2016-0728: keyctl",
     [] { return answer(::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr)); }, true},
    {"CVE-2020-8835, CVE-2021-3490: bpf", [] { return answer(::syscall(SYS_bpf, 0, nullptr, 0)); }, false},
    {"CVE-2022-29582, CVE-2023-2598: io_uring",
     [] { return answer(::syscall(SYS_io_uring_setup, 1, nullptr)); }, false},
    {"CVE-2013-2094: perf_event_open",
     [] {
         perf_event_attr attr{};
         attr.size = sizeof attr;
         return answer(::syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0));
     },
     false},
    {"userfaultfd, which makes races easy", [] { return answer(::syscall(SYS_userfaultfd, 0)); }, false},
    {"open_by_handle_at (\"Shocker\")",
     [] { return answer(::syscall(SYS_open_by_handle_at, AT_FDCWD, nullptr, 0)); }, false},
    {"a kernel module", [] { return answer(::syscall(SYS_init_module, nullptr, 0, "")); }, false},
    {"core_pattern", [] { return open_to_write("/proc/sys/kernel/core_pattern"); }, false, EACCES},
    {"CVE-2019-5736: the runtime's own file", [] { return open_to_write("/proc/1/exe"); }, false, EACCES},
    {"CVE-2016-9962: the init's memory", [] { return open_to_write("/proc/1/mem"); }, false, EACCES},
    {"setuid(0)", [] { return answer(::setuid(0)); }, false, EINVAL},
    {"chroot", [] { return answer(::chroot("/tmp")); }, true},
    {"a device node", [] { return answer(::mknod("/tmp/disk", S_IFBLK | 0600, makedev(8, 0))); }, false},
};

} // namespace

BOOST_AUTO_TEST_SUITE(attacks_test, *needs(forks_of_one_thread))

BOOST_AUTO_TEST_CASE(what_attacks_begin_with_is_refused) {
    as_everybody([](const std::string &who) {
        const Spec confined = sandbox();
        Spec apart;
        apart.unshare(SPACES_NAMESPACE_ALL & ~SPACES_NAMESPACE_TIME);
        for (const Attack &attack : attacks) {
            BOOST_TEST_CONTEXT(attack.name << ", " << who) {
                BOOST_TEST(answer_in(confined, [&] { return attack.begin(); }) == attack.refusal);
                if (attack.works_without) {
                    BOOST_TEST(answer_in(apart, [&] { return attack.begin(); }) == 0);
                }
            }
        }
    });
}

// CVE-2017-5226.
BOOST_AUTO_TEST_CASE(nothing_is_put_into_the_callers_terminal) {
    int master = -1;
    int slave = -1;
    must(::openpty(&master, &slave, nullptr, nullptr, nullptr), "openpty");
    const Fd ours(master);
    const Fd theirs(slave);
    Spec spec = sandbox();
    spec.with<spaces_spec_set_stdio_fd>(SPACES_STDIN, theirs.get());
    const int refused = answer_in(spec, [] { return put_into_terminal(); });
    BOOST_TEST((refused == EPERM || refused == EIO)); // EIO: dev.tty.legacy_tiocsti is 0
}

// CVE-2020-15257.
BOOST_AUTO_TEST_CASE(abstract_sockets_of_the_host_are_not_there) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = "spaces-test-" + std::to_string(::getpid());
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    const Fd listening(must(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    must(::bind(listening.get(), reinterpret_cast<const sockaddr *>(&address), size), "bind");
    must(::listen(listening.get(), 1), "listen");
    const auto connect = [&] {
        const Fd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
        return answer(::connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), size));
    };
    BOOST_TEST(answer_in(Spec(), connect) == 0);
    BOOST_TEST(answer_in(sandbox(), connect) == ECONNREFUSED);
}

// And where the network is shared on purpose, Landlock keeps them away.
BOOST_AUTO_TEST_CASE(abstract_sockets_are_out_of_scope, *needs(landlock_of_scopes)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string name = "spaces-scope-" + std::to_string(::getpid());
    std::memcpy(address.sun_path + 1, name.data(), name.size());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    const Fd listening(must(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    must(::bind(listening.get(), reinterpret_cast<const sockaddr *>(&address), size), "bind");
    must(::listen(listening.get(), 1), "listen");
    Spec spec = sandbox();
    spec.with<spaces_spec_share>(SPACES_NAMESPACE_NETWORK);
    BOOST_TEST(answer_in(spec, [&] {
                   const Fd socket(::socket(AF_UNIX, SOCK_STREAM, 0));
                   return answer(::connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), size));
               }) == EPERM);
}

// CVE-2024-21626, and whatever else has left a descriptor open.
BOOST_AUTO_TEST_CASE(no_descriptor_of_the_caller_is_there) {
    const Fd leaked(must(::open("/", O_RDONLY | O_DIRECTORY), "open")); // without O_CLOEXEC
    const std::string listing = output_of(
        sandbox(Spec({"/bin/sh", "-c",
                      "for fd in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do [ -e /proc/self/fd/$fd ] && "
                      "echo $fd; done; pwd"})));
    BOOST_TEST(leaked.get() < 17);
    BOOST_TEST(listing == "0\n1\n2\n/\n");
}

BOOST_AUTO_TEST_CASE(sysrq_is_not_to_be_had) { // not all kernels have it
    BOOST_TEST(answer_in(sandbox(), [] { return open_to_write("/proc/sysrq-trigger"); }) != 0);
}

BOOST_AUTO_TEST_CASE(its_init_cannot_be_traced) {
    BOOST_TEST(answer_in(sandbox(), [] { return answer(::ptrace(PTRACE_SEIZE, 1, 0, 0)); }) == EPERM);
}

// CVE-2015-1328 and the like: set-user-id programs give nothing.
BOOST_AUTO_TEST_CASE(no_program_gives_privileges) {
    const std::string status = output_of(sandbox(Spec({"/bin/sh", "-c", "exec cat /proc/self/status"})));
    BOOST_TEST(status.find("\nNoNewPrivs:\t1\n") != std::string::npos, status);
    const std::string mounts = output_of(sandbox(Spec({"/bin/cat", "/proc/self/mounts"})));
    for (const char *place : {" /usr ", " / ", " /tmp "}) {
        const size_t at = mounts.find(place);
        BOOST_TEST_REQUIRE(at != std::string::npos, mounts);
        BOOST_TEST(mounts.substr(at, mounts.find('\n', at) - at).find("nosuid") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(no_signal_gets_out) {
    // To everybody but itself and its init: that there is nobody says so.
    BOOST_TEST(answer_in(sandbox(), [] { return answer(::kill(-1, 0)); }) == ESRCH);
    const pid_t ours = ::getpid();
    BOOST_TEST(answer_in(sandbox(), [ours] { return answer(::kill(ours, 0)); }) == ESRCH);
}

BOOST_AUTO_TEST_SUITE_END()
