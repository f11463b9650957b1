// The life of a container's control groups: where they are, what is seen of them, and that they go.
#include "cgroup/groups.hpp"
#include "support/capture.hpp"
#include "support/host_state.hpp"
#include "support/orphans.hpp"
#include "support/temp_dir.hpp"
#include "support/waiting.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <sys/stat.h>
#include <sys/wait.h>

using namespace support;
namespace fs = std::filesystem;

namespace {

constexpr const char *no_path = nullptr;

Spec with_group(const std::vector<std::string> &args = {"/bin/sh", "-c", "echo up; exec cat"}) {
    return Spec(Spec(args).with<spaces_spec_set_cgroup_path>(no_path));
}

bool contains(const std::vector<std::string> &lines, int pid) {
    return std::find(lines.begin(), lines.end(), std::to_string(pid)) != lines.end();
}

std::vector<std::string> lines_of(const std::string &path) {
    std::istringstream stream(read_file(path));
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

} // namespace

BOOST_AUTO_TEST_SUITE(life_test, *needs(groups::own_group))

BOOST_AUTO_TEST_CASE(the_program_is_in_each_of_its_groups) {
    const Waiting waiting(with_group());
    const std::vector<std::string> paths = groups::paths_of(waiting.process());
    BOOST_TEST(!paths.empty());
    for (const std::string &path : paths) {
        BOOST_TEST(contains(lines_of(path + "/cgroup.procs"), waiting.pid()), path);
        BOOST_TEST(!contains(lines_of(path + "/cgroup.procs"), ::getpid()));
    }
}

BOOST_AUTO_TEST_CASE(the_caller_stays_where_it_is_and_nothing_is_left) {
    const std::string before = read_file("/proc/self/cgroup");
    expect_unchanged("a start in a control group", [] { start(with_group({"/bin/true"})).wait(); });
    BOOST_TEST(read_file("/proc/self/cgroup") == before);
    BOOST_TEST(groups::all_of_ours().empty());
}

BOOST_AUTO_TEST_CASE(a_new_cgroup_namespace_is_rooted_in_the_programs_own_group) {
    Spec spec = with_group({"/bin/cat", "/proc/self/cgroup"});
    std::istringstream lines(output_of(spec.isolate(SPACES_NAMESPACE_CGROUP)));
    std::string outside = read_file("/proc/self/cgroup");
    int at_root = 0;
    for (std::string line; std::getline(lines, line);) {
        at_root += line.ends_with(":/") ? 1 : 0;
        BOOST_TEST(line.find("spaces-") == std::string::npos, line);
    }
    BOOST_TEST(at_root >= 1);
    // Without one the name is seen.
    BOOST_TEST(output_of(with_group({"/bin/cat", "/proc/self/cgroup"})).find("/spaces-") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_cgroup_namespace_in_all_ways_of_starting) {
    const auto cgroup_of_fork = [](Spec &spec) {
        Pipe pipe;
        Process process = start_fork_of(spec, [&] {
            write_all(pipe.write_end.get(), read_file("/proc/self/cgroup"));
            return 0;
        });
        pipe.write_end.reset();
        const std::string text = read_all(pipe.read_end.get());
        BOOST_TEST(process.wait().exit_code() == 0);
        return text;
    };
    for (const uint32_t more : {0u, SPACES_NAMESPACE_PID}) {
        Spec spec;
        spec.with<spaces_spec_set_cgroup_path>(no_path).isolate(SPACES_NAMESPACE_CGROUP | more);
        BOOST_TEST(cgroup_of_fork(spec).find("spaces-") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(what_is_left_when_the_program_has_ended_is_killed) {
    Process process = start(with_group({"/bin/sh", "-c", "sleep 1000 & echo $!"}).pipe(SPACES_STDOUT));
    const Fd out = process.take(SPACES_STDOUT);
    read_line(out.get());
    BOOST_TEST(process.wait().exit_code() == 0);
    BOOST_TEST(groups::all_of_ours().empty());
    BOOST_TEST(read_all(out.get()) == ""); // to its end: nobody has the other side any more
}

BOOST_AUTO_TEST_CASE(kill_all_ends_what_has_no_pid_namespace) {
    Process process =
        start(with_group({"/bin/sh", "-c", "sleep 1000 & sleep 1000 & echo up; wait"}).pipe(SPACES_STDOUT));
    const Fd out = process.take(SPACES_STDOUT);
    read_line(out.get());
    process.kill_all();
    BOOST_TEST(process.wait().cause() == "killed");
    BOOST_TEST(read_all(out.get()) == "");
}

BOOST_AUTO_TEST_CASE(groups_that_the_program_makes_go_too, *needs(root)) {
    Process process =
        start(with_group({"/bin/sh", "-c", "read path; mkdir -p $path/inner/most; echo done; read x"})
                  .pipe(SPACES_STDIN)
                  .pipe(SPACES_STDOUT));
    const Fd in = process.take(SPACES_STDIN);
    const Fd out = process.take(SPACES_STDOUT);
    write_all(in.get(), groups::paths_of(process).front() + "\n");
    BOOST_TEST(read_line(out.get()) == "done");
    write_all(in.get(), "\n");
    process.wait();
    BOOST_TEST(groups::all_of_ours().empty());
}

BOOST_AUTO_TEST_CASE(a_path_of_ones_own_is_made_and_removed, *needs(root)) {
    const std::string name = "/spaces-test-" + std::to_string(::getpid());
    const std::string path = name + "/pod/one";
    std::vector<std::string> paths;
    {
        const Waiting waiting(
            Spec({"/bin/sh", "-c", "echo up; exec cat"}).with<spaces_spec_set_cgroup_path>(path.c_str()));
        paths = groups::paths_of(waiting.process());
        for (const std::string &each : paths) {
            BOOST_TEST(each.ends_with(path));
            BOOST_TEST(contains(lines_of(each + "/cgroup.procs"), waiting.pid()));
        }
        const Failure taken =
            start_fails(Spec({"/bin/true"}).with<spaces_spec_set_cgroup_path>(path.c_str()));
        BOOST_TEST(taken.code == SPACES_EEXISTS);
        BOOST_TEST(contains(lines_of(paths.front() + "/cgroup.procs"), waiting.pid()));
    }
    BOOST_TEST(!paths.empty());
    BOOST_TEST(groups::collect().find("one") ==
               std::string::npos); // the test's handle has removed it already
    for (const std::string &each : paths) {
        BOOST_TEST(!fs::exists(each.substr(0, each.size() - 8)), each);
    }
}

BOOST_AUTO_TEST_CASE(a_relative_path_is_below_the_place_of_the_others) {
    const Waiting waiting(
        Spec({"/bin/sh", "-c", "echo up; exec cat"}).with<spaces_spec_set_cgroup_path>("one"));
    for (const std::string &path : groups::paths_of(waiting.process())) {
        BOOST_TEST((path.ends_with("/one") || path.ends_with("/one.scope/container")), path);
    }
}

BOOST_AUTO_TEST_CASE(a_process_can_join_the_groups_of_another, *needs(groups::own_group_by_libspaces)) {
    const Waiting waiting(with_group());
    Process joined =
        start(Spec({"/bin/cat"}).with<spaces_spec_join_cgroup>(waiting.pid()).pipe(SPACES_STDIN));
    const Fd in = joined.take(SPACES_STDIN);
    for (const std::string &path : groups::paths_of(waiting.process())) {
        BOOST_TEST(contains(lines_of(path + "/cgroup.procs"), joined.pid()), path);
    }
    joined.kill(SIGKILL);
    joined.wait();
    for (const std::string &path : groups::paths_of(waiting.process())) {
        BOOST_TEST(fs::exists(path)); // not its own
    }
    BOOST_TEST(start_fails(Spec({"/bin/true"}).with<spaces_spec_join_cgroup>(0x3fffffff)).code ==
               SPACES_ENOTFOUND);
}

BOOST_AUTO_TEST_CASE(everything_in_it_stands_still_and_goes_on) {
    const Spec spec = with_group({"/bin/sh", "-c", "echo up; while read line; do echo $line; done"});
    Process process = start(Spec(spec).pipe(SPACES_STDIN).pipe(SPACES_STDOUT));
    const Fd in = process.take(SPACES_STDIN);
    const Fd out = process.take(SPACES_STDOUT);
    BOOST_TEST(read_line(out.get()) == "up");
    const spaces_process *handle = process;
    call<spaces_process_freeze>(handle, 10'000);
    BOOST_TEST(groups::stat_of(process, "frozen") == 1u);
    write_all(in.get(), "hello\n");
    BOOST_TEST(!readable(out.get(), std::chrono::milliseconds(100)));
    call<spaces_process_thaw>(handle);
    BOOST_TEST(read_line(out.get()) == "hello");
    call<spaces_process_freeze>(handle, 10'000);
    process.kill(SIGKILL);
    BOOST_TEST(process.wait().cause() == "killed");
}

BOOST_AUTO_TEST_CASE(what_is_frozen_can_be_killed_with_its_init) {
    for (const bool all : {false, true}) {
        Spec spec = with_group();
        Process process =
            start(spec.isolate(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT).pipe(SPACES_STDIN));
        call<spaces_process_freeze>(static_cast<const spaces_process *>(process), 10'000);
        if (all) {
            process.kill_all();
        } else {
            process.kill(SIGKILL);
        }
        BOOST_TEST(process.wait().cause() == "killed");
    }
    BOOST_TEST(groups::all_of_ours().empty());
}

BOOST_AUTO_TEST_CASE(statistics_are_those_at_the_end_when_it_has_ended) {
    Process process = start(with_group({probe(), "burn", "30"}));
    process.wait();
    BOOST_TEST(groups::stat_of(process, "cpu.usage_usec") >= 5'000u);
    BOOST_TEST(groups::text(spaces_process_stats, process).find("\"cpu.usage_usec\"") != std::string::npos);
    uint64_t unused = 0;
    const Failure failure =
        failure_of<spaces_process_stat>(static_cast<const spaces_process *>(process), "cpu.colour", &unused);
    BOOST_TEST(failure.code == SPACES_ENOTFOUND);
}

BOOST_AUTO_TEST_CASE(a_process_without_groups_says_so) {
    Process process = start(Spec({"/bin/true"}));
    char *json = nullptr;
    BOOST_TEST(failure_of<spaces_process_stats>(static_cast<const spaces_process *>(process), &json).code ==
               SPACES_ESTATE);
    BOOST_TEST(groups::paths_of(process).empty());
}

BOOST_AUTO_TEST_CASE(a_forgotten_process_leaves_its_group_to_the_collector) {
    Spec spec({"/bin/sh", "-c", "read x"});
    Process process = start(spec.with<spaces_spec_set_cgroup_path>(no_path).pipe(SPACES_STDIN));
    const std::vector<std::string> paths = groups::paths_of(process);
    Fd in = process.take(SPACES_STDIN);
    const int pid = process.pid();
    BOOST_TEST(groups::collect().find(paths.front()) == std::string::npos); // it has an owner
    process.leave();
    {
        const Process forgotten(std::move(process)); // frees the handle
    }
    const std::string still = groups::collect();
    BOOST_TEST(still.find(paths.front()) != std::string::npos);
    BOOST_TEST(fs::exists(paths.front())); // it has a process
    in.reset();
    ::waitpid(pid, nullptr, 0);
    groups::collect();
    for (const std::string &path : paths) {
        BOOST_TEST(!fs::exists(path), path);
    }
}

BOOST_AUTO_TEST_CASE(what_a_killed_caller_has_left_is_collected, *needs(groups::own_group_by_libspaces)) {
    as_subreaper([] {
        for (const bool by_next_start : {false, true}) {
            Pipe pipe;
            const pid_t caller = must(::fork(), "fork");
            if (caller == 0) {
                Spec spec({"/bin/sh", "-c", "read x"});
                Process process = start(spec.with<spaces_spec_set_cgroup_path>(no_path)
                                            .with<spaces_spec_set_die_with_parent>(1)
                                            .pipe(SPACES_STDIN));
                write_all(pipe.write_end.get(), groups::paths_of(process).front() + "\n");
                for (;;) {
                    ::pause();
                }
            }
            pipe.write_end.reset();
            const std::string path = read_line(pipe.read_end.get());
            BOOST_TEST(fs::exists(path));
            ::kill(caller, SIGKILL);
            expect_all_children_to_end("of a caller that was killed");
            BOOST_TEST(fs::exists(path));
            if (by_next_start) {
                start(with_group({"/bin/true"})).wait();
            } else {
                groups::collect();
            }
            BOOST_TEST(!fs::exists(path));
            BOOST_TEST(groups::all_of_ours().empty());
        }
    });
}

BOOST_AUTO_TEST_CASE(nothing_is_collected_that_is_not_ours, *needs(root)) {
    const std::string parent =
        fs::path(groups::paths_of(Waiting(with_group()).process()).front()).parent_path();
    const std::string other = parent + "/other-" + std::to_string(::getpid());
    const std::string alike = parent + "/spaces-" + std::to_string(::getpid());
    fs::create_directory(other);
    fs::create_directory(alike);
    groups::collect();
    BOOST_TEST(fs::exists(other));
    BOOST_TEST(fs::exists(alike));
    ::rmdir(other.c_str());
    ::rmdir(alike.c_str());
}

BOOST_AUTO_TEST_SUITE_END()
