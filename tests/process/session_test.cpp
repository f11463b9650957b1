// Sessions, process groups and the controlling terminal.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

using namespace support;

namespace {

Spec terminal_spec(const std::vector<std::string> &args) {
    Spec spec(args);
    spec.with<spaces_spec_set_terminal>(1);
    return spec;
}

// What came out of a pseudoterminal, with its line ends made plain.
std::string plain(const std::string &text) {
    std::string result;
    for (const char character : text) {
        if (character != '\r') {
            result += character;
        }
    }
    return result;
}

} // namespace

BOOST_AUTO_TEST_SUITE(session_test)

BOOST_AUTO_TEST_CASE(is_the_callers_by_default) {
    in_child([] {
        must(::setsid(), "setsid");
        BOOST_TEST(output_of(Spec({probe(), "session"})) == "leader 0 group 0 terminal 0\n");
    });
}

BOOST_AUTO_TEST_CASE(is_a_new_one_when_asked) {
    Spec spec({probe(), "session"});
    spec.with<spaces_spec_set_new_session>(1);
    BOOST_TEST(output_of(spec) == "leader 1 group 1 terminal 0\n");
}

BOOST_AUTO_TEST_CASE(is_the_programs_and_not_its_inits, *needs(user_namespaces)) {
    Spec spec({probe(), "session"});
    spec.isolate(SPACES_NAMESPACE_PID).with<spaces_spec_set_new_session>(1);
    BOOST_TEST(output_of(spec) == "leader 1 group 1 terminal 0\n");
}

BOOST_AUTO_TEST_CASE(a_process_group_is_the_programs_own_or_one_of_the_callers_session,
                     *needs(user_namespaces)) {
    Spec own({probe(), "session"});
    own.with<spaces_spec_set_process_group>(0);
    BOOST_TEST(output_of(own) == "leader 0 group 1 terminal 0\n");
    own.isolate(SPACES_NAMESPACE_PID);
    BOOST_TEST(output_of(own) == "leader 0 group 1 terminal 0\n");

    Spec first({probe(), "wait"});
    Process leader = start(first.with<spaces_spec_set_process_group>(0).pipe(SPACES_STDOUT));
    BOOST_TEST(read_line(leader.take(SPACES_STDOUT).get()) == "ready");
    Spec second({probe(), "wait"});
    second.with<spaces_spec_set_process_group>(leader.pid()).pipe(SPACES_STDOUT);
    Process member = start(second);
    BOOST_TEST(read_line(member.take(SPACES_STDOUT).get()) == "ready");
    BOOST_TEST(::getpgid(member.pid()) == leader.pid());
    must(::kill(-leader.pid(), SIGTERM), "kill");
    BOOST_TEST(leader.wait().signal() == SIGTERM);
    BOOST_TEST(member.wait().signal() == SIGTERM);

    const Failure failure = start_fails(second); // that group is gone
    BOOST_TEST(failure.step == "setpgid");
    BOOST_TEST(failure.error_number == EPERM);
}

BOOST_AUTO_TEST_CASE(has_the_pseudoterminal_as_its_controlling_terminal) {
    Process process = start(terminal_spec({probe(), "session"}));
    const Fd terminal = process.take(SPACES_TERMINAL);
    BOOST_TEST(plain(read_all(terminal.get())) == "leader 1 group 1 terminal 1\n");
    BOOST_TEST(process.wait().exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(a_terminal_is_all_three_streams_and_has_the_size_that_was_asked) {
    Spec spec = terminal_spec({probe(), "tty"});
    spec.with<spaces_spec_set_terminal_size>(33u, 101u);
    Process process = start(spec);
    const Fd terminal = process.take(SPACES_TERMINAL);
    BOOST_TEST(plain(read_all(terminal.get())) ==
               "terminals 1 1 1 session 1 foreground 1 rows 33 columns 101\n");
    process.wait();
}

BOOST_AUTO_TEST_CASE(a_terminal_can_be_resized_and_hung_up_by_the_caller) {
    Process process = start(terminal_spec({probe(), "report-signal"}));
    Fd terminal = process.take(SPACES_TERMINAL);
    BOOST_TEST(plain(read_line(terminal.get())) == "ready");
    const winsize size{50, 60, 0, 0};
    must(::ioctl(terminal.get(), TIOCSWINSZ, &size), "TIOCSWINSZ");
    BOOST_TEST(plain(read_line(terminal.get())) == "got 28"); // SIGWINCH
    process.wait();

    Process other = start(terminal_spec({probe(), "wait"}));
    terminal = other.take(SPACES_TERMINAL);
    BOOST_TEST(plain(read_line(terminal.get())) == "ready");
    terminal.reset();
    BOOST_TEST(other.wait().signal() == SIGHUP);
}

BOOST_AUTO_TEST_CASE(interrupts_the_program_by_the_terminals_key) {
    Process process = start(terminal_spec({probe(), "wait"}));
    const Fd terminal = process.take(SPACES_TERMINAL);
    BOOST_TEST(plain(read_line(terminal.get())) == "ready");
    write_all(terminal.get(), "\x03");
    BOOST_TEST(process.wait().signal() == SIGINT);
}

BOOST_AUTO_TEST_CASE(a_terminal_of_a_container_is_one_of_its_own_dev_pts, *needs(user_namespaces)) {
    const Rootfs rootfs;
    Spec spec = terminal_spec({"/bin/probe", "link", "/proc/self/fd/0"});
    spec.isolate(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID | SPACES_NAMESPACE_USER)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .with<spaces_spec_set_default_mounts>(1);
    Process process = start(spec);
    const Fd terminal = process.take(SPACES_TERMINAL);
    const std::string name = plain(read_all(terminal.get()));
    BOOST_TEST((name == "/dev/pts/0\n" || name == "/dev/console\n"), name);
    process.wait();
}

BOOST_AUTO_TEST_CASE(the_callers_own_terminal_stays_as_it_is) {
    // A process with a terminal that starts a program with another one keeps its session and foreground
    // group.
    in_child([] {
        must(::setsid(), "setsid");
        ::signal(SIGHUP, SIG_IGN); // comes at the end, when the other side is closed
        const Fd ours = open_file("/dev/ptmx", O_RDWR);
        must(::grantpt(ours.get()), "grantpt");
        must(::unlockpt(ours.get()), "unlockpt");
        const Fd mine = open_file(::ptsname(ours.get()), O_RDWR); // becomes the controlling terminal
        const pid_t foreground = must(::tcgetpgrp(mine.get()), "tcgetpgrp");
        Process process = start(terminal_spec({probe(), "session"}));
        BOOST_TEST(plain(read_all(process.take(SPACES_TERMINAL).get())) == "leader 1 group 1 terminal 1\n");
        process.wait();
        BOOST_TEST(::tcgetpgrp(mine.get()) == foreground);
        BOOST_TEST(::tcgetsid(mine.get()) == ::getpid());
    });
}

BOOST_AUTO_TEST_SUITE_END()
