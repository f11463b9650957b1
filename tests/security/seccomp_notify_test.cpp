// Notifications of a seccomp filter: somebody else answers a system call of the program.
#include "security/profiles.hpp"

#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

using namespace support;
using namespace profiles;

namespace {

const std::string notifying = all_but(making, R"("action": "SCMP_ACT_NOTIFY")");
const std::string also_mute = R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
    {"names": ["mkdirat"], "action": "SCMP_ACT_NOTIFY"}, {"names": ["sendmsg"], "action": "SCMP_ACT_KILL_PROCESS"}]})";

Spec making_at(const std::string &path, const std::string &profile) {
    Spec spec = with_profile(Spec({probe(), "mkdir", path}), profile);
    spec.pipe(SPACES_STDOUT);
    return spec;
}

// Answers one notification: makes the directory in the program's place, or lets it fail.
int answer(int listener, const std::string &path, int error_number) {
    seccomp_notif asked{};
    BOOST_TEST_REQUIRE(readable(listener));
    BOOST_TEST_REQUIRE(::ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) == 0);
    BOOST_TEST(asked.data.nr == SYS_mkdirat);
    seccomp_notif_resp response{};
    response.id = asked.id;
    if (error_number == 0) {
        BOOST_TEST(::mkdir(path.c_str(), 0700) == 0);
    } else {
        response.error = -error_number;
    }
    BOOST_TEST_REQUIRE(::ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response) == 0);
    return static_cast<int>(asked.pid);
}

struct Listening {
    Listening() : path(dir.path() + "/listener") {
        socket = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, path.c_str());
        BOOST_TEST_REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) == 0);
        BOOST_TEST_REQUIRE(::listen(socket.get(), 4) == 0);
    }

    // What came over the next connection: the text, and the descriptor.
    std::pair<std::string, Fd> take() const {
        BOOST_TEST_REQUIRE(readable(socket.get()));
        const Fd connection(::accept4(socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
        char buffer[8192];
        iovec vector{buffer, sizeof buffer};
        alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
        msghdr message{};
        message.msg_iov = &vector;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        const ssize_t got = ::recvmsg(connection.get(), &message, MSG_CMSG_CLOEXEC);
        BOOST_TEST_REQUIRE(got > 0);
        const cmsghdr *header = CMSG_FIRSTHDR(&message);
        BOOST_TEST_REQUIRE((header != nullptr && header->cmsg_type == SCM_RIGHTS));
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
        return {std::string(buffer, static_cast<size_t>(got)), Fd(fd)};
    }

    TempDir dir;
    std::string path;
    Fd socket;
};

std::string with_listener(const std::string &path, const std::string &more = "") {
    std::string profile = notifying;
    return profile.insert(1, R"("listenerPath": ")" + path + "\", " + more);
}

Answer notifications() {
    uint32_t action = SECCOMP_RET_USER_NOTIF;
    Answer result(::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0);
    result.message() << "this kernel has no notifications (Linux 5.0)";
    return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(seccomp_notify_test, *needs(notifications) * needs(user_namespaces))

BOOST_AUTO_TEST_CASE(the_caller_answers_in_the_programs_place) {
    const TempDir dir;
    const std::string path = dir.path() + "/made";
    for (const uint32_t namespaces : {uint32_t{0}, uint32_t{SPACES_NAMESPACE_PID}, SPACES_NAMESPACE_ALL}) {
        for (const std::string &profile : {notifying, also_mute}) {
            Spec spec = making_at("/nonexistent/directory", profile);
            if (namespaces != 0) {
                spec.isolate(namespaces);
            }
            Process process = start(spec);
            const Fd out = process.take(SPACES_STDOUT);
            const Fd listener = process.take(SPACES_SECCOMP);
            answer(listener.get(), path, 0);
            BOOST_TEST(read_all(out.get()) == "made\n");
            BOOST_TEST(process.wait().exit_code() == 0);
            BOOST_TEST(::rmdir(path.c_str()) == 0); // it was made here
        }
    }
}

BOOST_AUTO_TEST_CASE(the_caller_refuses_a_call) {
    Process process = start(making_at("/nonexistent/directory", notifying));
    const Fd out = process.take(SPACES_STDOUT);
    const int pid = answer(process.take(SPACES_SECCOMP).get(), "", EDQUOT);
    BOOST_TEST(pid == process.pid());
    BOOST_TEST(read_all(out.get()) == std::string(std::strerror(EDQUOT)) + "\n");
    process.wait();
}

BOOST_AUTO_TEST_CASE(without_a_listener_the_call_does_not_exist) {
    Process process = start(making_at("/nonexistent/directory", notifying));
    const Fd out = process.take(SPACES_STDOUT);
    process.take(SPACES_SECCOMP).reset();
    BOOST_TEST(read_all(out.get()) == std::string(std::strerror(ENOSYS)) + "\n");
    process.wait();
}

BOOST_AUTO_TEST_CASE(the_descriptor_can_be_taken_once_and_is_close_on_exec) {
    Process process = start(making_at("/nonexistent/directory", notifying));
    {
        const Fd listener = process.take(SPACES_SECCOMP);
        BOOST_TEST(::fcntl(listener.get(), F_GETFD) == FD_CLOEXEC);
        int fd = -1;
        BOOST_TEST(
            failure_of<spaces_process_take_fd>(static_cast<spaces_process *>(process), SPACES_SECCOMP, &fd)
                .code == SPACES_ESTATE);
    }
    process.wait();
}

BOOST_AUTO_TEST_CASE(a_filter_without_notifications_has_no_descriptor) {
    Process process = start(making_at("/nonexistent/directory", refuse(making, EACCES)));
    int fd = -1;
    BOOST_TEST(failure_of<spaces_process_take_fd>(static_cast<spaces_process *>(process), SPACES_SECCOMP, &fd)
                   .code == SPACES_ENOTFOUND);
    process.wait();
}

BOOST_AUTO_TEST_CASE(the_program_has_no_descriptor_of_it) {
    for (const std::string &profile : {notifying, also_mute}) {
        Spec spec = with_profile(Spec({probe(), "fds"}), profile);
        spec.isolate(SPACES_NAMESPACE_PID);
        const std::string fds = output_of(spec);
        BOOST_TEST(fds.find("\n3 ") == std::string::npos, fds);
    }
}

BOOST_AUTO_TEST_CASE(who_listens_at_the_path_gets_state_and_descriptor) {
    const Listening listening;
    const TempDir dir;
    const std::string made = dir.path() + "/made";
    for (const uint32_t namespaces : {uint32_t{0}, uint32_t{SPACES_NAMESPACE_PID}}) {
        Spec spec = making_at("/nonexistent/directory",
                              with_listener(listening.path, R"("listenerMetadata": "of the \"test\"", )"));
        spec.json(R"({"annotations": {"org.example.key": "value"}})");
        if (namespaces != 0) {
            spec.isolate(namespaces);
        }
        Process process = start(spec);
        const Fd out = process.take(SPACES_STDOUT);
        const auto [state, listener] = listening.take();
        const int pid = answer(listener.get(), made, 0);
        for (const std::string &part :
             {std::string(R"("seccompFd")"), std::string(R"("metadata": "of the \"test\"")"),
              std::string(R"("org.example.key": "value")"), std::string(R"("status": "creating")"),
              "\"pid\": " + std::to_string(pid)}) {
            BOOST_TEST(state.find(part) != std::string::npos, state);
        }
        BOOST_TEST(read_all(out.get()) == "made\n");
        process.wait();
        ::rmdir(made.c_str());
    }
}

BOOST_AUTO_TEST_CASE(where_nobody_listens_at_the_path_the_start_fails) {
    const TempDir dir;
    const Failure failure =
        start_fails(making_at("/nonexistent/directory", with_listener(dir.path() + "/nobody")));
    BOOST_TEST(failure.code == SPACES_ESYSTEM);
    BOOST_TEST(failure.step == "seccomp");
    BOOST_TEST(failure.system_call == "connect");
    BOOST_TEST(failure.error_number == ENOENT);
    BOOST_TEST(!failure.hint.empty());
}

BOOST_AUTO_TEST_CASE(who_waits_for_an_answer_can_wait_killably) {
    std::string profile = notifying;
    profile.insert(1,
                   R"("flags": ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", "SECCOMP_FILTER_FLAG_TSYNC"], )");
    Process process = start(making_at("/nonexistent/directory", profile));
    const Fd out = process.take(SPACES_STDOUT);
    answer(process.take(SPACES_SECCOMP).get(), "", EDQUOT);
    BOOST_TEST(read_all(out.get()) == std::string(std::strerror(EDQUOT)) + "\n");
    process.wait();
}

BOOST_AUTO_TEST_CASE(a_functions_calls_are_notified_too) {
    Spec spec = with_profile(Spec(), notifying);
    spec.with<spaces_spec_set_no_new_privs>(1);
    Process process = start_fork_of(spec, [] {
        return ::syscall(SYS_mkdirat, AT_FDCWD, "/nonexistent/x", 0777) == -1 && errno == EDQUOT ? 7 : 1;
    });
    answer(process.take(SPACES_SECCOMP).get(), "", EDQUOT);
    BOOST_TEST(process.wait().exit_code() == 7);
}

BOOST_AUTO_TEST_SUITE_END()
