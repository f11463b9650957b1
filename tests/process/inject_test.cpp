// A program started inside a running container: what it is part of, what it may be, and what it must not
// bring.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/namespace_file.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/waiting.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

using namespace support;

namespace {

// A container with a root directory of its own; the user namespace maps two ids where the caller is root.
struct Container : Rootfs {
    Container() : waiting(spec()) {}

    Spec spec() const {
        Spec result({"/bin/sh", "-c", "echo $$; exec cat"});
        result.unshare(SPACES_NAMESPACE_ALL).with<spaces_spec_set_root>(path().c_str(), 0);
        result.with<spaces_spec_set_hostname>("container");
        if (::geteuid() == 0) {
            result.with<spaces_spec_set_uid_map>("0 0 1, 1 100000 1000")
                .with<spaces_spec_set_gid_map>("0 0 1, 1 100000 1000");
        }
        return result;
    }
    int pid() const { return waiting.pid(); }

    Waiting waiting;
};

Spec inject(const Container &container, const std::vector<std::string> &args, uint32_t namespaces = 0) {
    Spec spec(args);
    spec.with<spaces_spec_join_pid>(container.pid(), namespaces).with<spaces_spec_set_env>("PATH", "/bin");
    return spec;
}

} // namespace

BOOST_AUTO_TEST_SUITE(inject_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(joins_all_that_differ) {
    const Container container;
    for (const NamespaceKind &kind : namespace_kinds) {
        BOOST_TEST(output_of(inject(container, {"/bin/probe", "link", namespace_path("self", kind)})) ==
                   namespace_of(std::to_string(container.pid()), kind) + "\n");
    }
}

BOOST_AUTO_TEST_CASE(the_supervisor_of_a_pid_1_stands_for_its_pid_namespace) {
    Spec spec({"sh", "-c", "echo; exec cat"});
    spec.isolate(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT)
        .with<spaces_spec_set_init>(0)
        .with<spaces_spec_set_time_limit>(uint64_t{60'000}, uint64_t{0});
    const Waiting waiting(spec);
    for (const uint32_t namespaces : {uint32_t{0}, uint32_t{SPACES_NAMESPACE_PID}}) {
        Spec inject({probe(), "pid"});
        inject.with<spaces_spec_join_pid>(
            waiting.pid(),
            namespaces |
                (::geteuid() == 0 || namespaces == 0 ? uint32_t{0} : uint32_t{SPACES_NAMESPACE_USER}));
        const std::string pids = output_of(inject);
        BOOST_TEST(std::stoi(pids) < 10, pids);
        BOOST_TEST(pids.ends_with(" 0\n"), pids); // its parent is outside
    }
}

BOOST_AUTO_TEST_CASE(is_in_the_root_directory_of_the_container) {
    const Container container;
    BOOST_TEST(output_of(inject(container, {"ls", "/"})) ==
               "bin\ndev\netc\nhome\nmnt\nproc\nroot\nsys\ntmp\nusr\n");
}

BOOST_AUTO_TEST_CASE(is_visible_in_its_pid_namespace_and_no_child_of_its_init) {
    const Container container;
    Process process = [&] {
        Spec spec = inject(container, {"/bin/sh", "-c", "echo $$; exec cat"});
        return start(spec.pipe(SPACES_STDIN).pipe(SPACES_STDOUT));
    }();
    const Fd out = process.take(SPACES_STDOUT);
    const std::string inner = read_line(out.get());
    BOOST_TEST(std::stoi(inner) > 2);
    Fd in = process.take(SPACES_STDIN);
    BOOST_REQUIRE(::write(in.get(), "\n", 1) == 1); // what comes back is cat's: the shell has become it
    BOOST_TEST(read_line(out.get()) == "");
    const std::string seen = output_of(inject(container, {"cat", "/proc/" + inner + "/status"}));
    BOOST_TEST(seen.find("Name:\tcat\n") != std::string::npos, seen);
    // Its parent is outside: 0 from in there.
    BOOST_TEST(seen.find("PPid:\t0\n") != std::string::npos, seen);
    in.reset();
    const Result result = process.wait();
    BOOST_TEST(result.exit_code() == 0, result.json());
}

BOOST_AUTO_TEST_CASE(is_a_child_of_ours_with_its_own_result) {
    const Container container;
    Process process = start(inject(container, {"probe", "exit", "9"}));
    const std::string status = read_file("/proc/" + std::to_string(process.pid()) + "/status");
    BOOST_TEST(status.find("PPid:\t" + std::to_string(::getpid()) + "\n") != std::string::npos, status);
    BOOST_TEST(process.wait().exit_code() == 9);
}

BOOST_AUTO_TEST_CASE(all_but_what_is_to_be_shared) {
    const Container container;
    Spec spec = inject(container, {"/bin/probe", "link", "/proc/self/ns/uts"});
    BOOST_TEST(output_of(spec) == read_link("/proc/" + std::to_string(container.pid()) + "/ns/uts") + "\n");
    spec.with<spaces_spec_share>(SPACES_NAMESPACE_UTS);
    BOOST_TEST(output_of(spec) == read_link("/proc/self/ns/uts") + "\n");
}

BOOST_AUTO_TEST_CASE(chosen_namespaces_only) {
    const Container container;
    Spec spec({probe(), "names"});
    const uint32_t rights = ::geteuid() == 0 ? 0 : SPACES_NAMESPACE_USER;
    spec.with<spaces_spec_join_pid>(container.pid(), SPACES_NAMESPACE_UTS | rights);
    BOOST_TEST(output_of(spec).starts_with("container "));
    // The files are the host's: the mount namespace was not asked for.
    spec.args({probe(), "link", "/proc/self/ns/mnt"});
    BOOST_TEST(output_of(spec) == read_link("/proc/self/ns/mnt") + "\n");
}

BOOST_AUTO_TEST_CASE(begins_in_the_root_and_goes_where_it_is_told) {
    const Container container;
    container.directory("place");
    Spec spec = inject(container, {"probe", "cwd"});
    BOOST_TEST(output_of(spec) == "/\n");
    spec.with<spaces_spec_set_cwd>("/place");
    BOOST_TEST(output_of(spec) == "/place\n");
}

BOOST_AUTO_TEST_CASE(is_root_of_the_container_by_default) {
    const Container container;
    BOOST_TEST(output_of(inject(container, {"probe", "ids"})).starts_with("uid 0 0 0 gid 0 0 0"));
}

BOOST_AUTO_TEST_CASE(is_who_it_is_told_to_be, *needs(root)) {
    const Container container;
    Spec spec = inject(container, {"probe", "ids"});
    const uint32_t groups[] = {7, 8};
    spec.with<spaces_spec_set_uid>(5u).with<spaces_spec_set_gid>(6u);
    spec.with<spaces_spec_set_groups>(groups, size_t{2});
    BOOST_TEST(output_of(spec) == "uid 5 5 5 gid 6 6 6 groups 7 8\n");
}

BOOST_AUTO_TEST_CASE(may_have_namespaces_of_its_own_besides) {
    const Container container;
    Spec spec = inject(container, {"probe", "names"});
    spec.unshare(SPACES_NAMESPACE_UTS).with<spaces_spec_set_hostname>("beside");
    BOOST_TEST(output_of(spec).starts_with("beside "));
    spec.args({"probe", "link", "/proc/self/ns/net"});
    BOOST_TEST(output_of(spec) == read_link("/proc/" + std::to_string(container.pid()) + "/ns/net") + "\n");
}

BOOST_AUTO_TEST_CASE(brings_no_descriptor_of_the_host) {
    const Container container;
    in_child([&] {
        const Fd directory = open_file("/", O_RDONLY | O_DIRECTORY);
        must(::fcntl(directory.get(), F_SETFD, 0), "fcntl");
        must(::dup2(directory.get(), 99), "dup2");
        Spec spec = inject(container, {"probe", "fds"});
        spec.with<spaces_spec_set_stdio>(SPACES_STDIN, SPACES_STDIO_NULL);
        spec.with<spaces_spec_set_stdio>(SPACES_STDERR, SPACES_STDIO_NULL);
        BOOST_TEST(output_of(spec) == "0 device open\n1 pipe open\n2 device open\n");
    });
}

BOOST_AUTO_TEST_CASE(never_shows_the_host_to_a_watcher_inside) {
    // A process in the container looks at everybody that appears in its /proc (CVE-2016-9962, CVE-2019-5736):
    // whatever it can read of a newcomer's files or executable must not lead to the host.
    const Container container;
    Spec watcher = inject(container, {"/bin/sh", "-c",
                                      "echo up\n"
                                      "while [ ! -e /tmp/stop ]; do\n"
                                      "  for p in /proc/[0-9]*; do\n"
                                      "    for l in $p/fd/* $p/cwd $p/root; do\n"
                                      "      [ -e $l/etc/debian_version ] && echo $l\n"
                                      "    done 2>/dev/null\n"
                                      "  done\n"
                                      "done\n"
                                      "echo end"});
    watcher.with<spaces_spec_set_stdio>(SPACES_STDIN, SPACES_STDIO_NULL).pipe(SPACES_STDOUT);
    Process watching = start(watcher);
    const Fd out = watching.take(SPACES_STDOUT);
    BOOST_TEST(read_line(out.get()) == "up");
    const Fd host = open_file("/", O_RDONLY | O_DIRECTORY);
    for (int round = 0; round < 200; ++round) {
        BOOST_TEST(start(inject(container, {"true"})).wait().exit_code() == 0);
    }
    container.file("tmp/stop", "");
    BOOST_TEST(read_all(out.get()) == "end\n");
}

BOOST_AUTO_TEST_CASE(has_no_init_of_its_own_and_orphans_go_to_the_containers) {
    const Container container;
    BOOST_TEST(output_of(inject(container, {"probe", "orphan"})) == "parent 1\n");
}

BOOST_AUTO_TEST_CASE(takes_signals_and_time_limits) {
    const Container container;
    Spec spec = inject(container, {"probe", "report-signal"});
    Process process = start(spec.pipe(SPACES_STDOUT));
    const Fd out = process.take(SPACES_STDOUT);
    BOOST_TEST(read_line(out.get()) == "ready");
    process.kill(SIGUSR2);
    BOOST_TEST(read_line(out.get()) == "got " + std::to_string(SIGUSR2));
    BOOST_TEST(process.wait().exit_code() == SIGUSR2);

    Spec limited = inject(container, {"probe", "stubborn"});
    limited.with<spaces_spec_set_time_limit>(uint64_t{50}, uint64_t{50});
    BOOST_TEST(capture(limited).result.cause() == "time-limit");
}

BOOST_AUTO_TEST_CASE(kill_all_spares_the_container) {
    const Container container;
    Spec spec = inject(container, {"probe", "stubborn"});
    Process process = start(spec.pipe(SPACES_STDOUT));
    BOOST_TEST(read_line(process.take(SPACES_STDOUT).get()) == "ready");
    process.kill_all();
    BOOST_TEST(process.wait().signal() == SIGKILL);
    BOOST_TEST(::kill(container.pid(), 0) == 0);
    BOOST_TEST(!container.waiting.process().has_ended(std::chrono::milliseconds(0)));
}

BOOST_AUTO_TEST_CASE(ends_with_the_container) {
    Container container;
    Spec spec = inject(container, {"probe", "stubborn"});
    Process process = start(spec.pipe(SPACES_STDOUT));
    BOOST_TEST(read_line(process.take(SPACES_STDOUT).get()) == "ready");
    ::kill(container.pid(), SIGKILL);
    BOOST_TEST(process.wait().signal() == SIGKILL);
}

BOOST_AUTO_TEST_SUITE_END()
