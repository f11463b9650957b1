// Control groups when things are not as they should be: older kernels, users without rights, callers that are
// killed.
#include "cgroup/groups.hpp"
#include "support/capture.hpp"
#include "support/host_state.hpp"
#include "support/orphans.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <algorithm>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <random>
#include <sched.h>
#include <sstream>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

constexpr const char *no_path = nullptr;

Spec with_group(const std::vector<std::string> &args) {
    return Spec(Spec(args).with<spaces_spec_set_cgroup_path>(no_path));
}

Spec stubborn() {
    Spec spec({probe(), "stubborn"});
    spec.isolate(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_CGROUP | SPACES_NAMESPACE_MOUNT)
        .with<spaces_spec_set_cgroup_path>(no_path)
        .with<spaces_spec_set_die_with_parent>(1)
        .with<spaces_spec_set_stdio>(SPACES_STDOUT, SPACES_STDIO_NULL);
    return spec;
}

// The sandbox, and what else can be asked for besides.
Spec everything(const TempDir &directory) {
    const std::string upper = directory.directory("upper");
    const std::string work = directory.directory("work");
    const std::string options = "lowerdir=/usr/share:" + upper + ",tmp-overlay=1m";
    Spec spec({"/program/probe", "stubborn"});
    spec.with<spaces_spec_confine>("sandbox")
        .with<spaces_spec_unshare>(SPACES_NAMESPACE_TIME)
        .with<spaces_spec_set_time_offset>("monotonic", int64_t{100}, uint32_t{0})
        .with<spaces_spec_add_mount>(std::filesystem::path(probe()).parent_path().c_str(), "/program", "bind",
                                     "ro")
        .with<spaces_spec_add_mount>(work.c_str(), "/work", "bind", "rbind,rslave")
        .with<spaces_spec_add_mount>("tmpfs", "/mnt", "tmpfs", "size=1m")
        .with<spaces_spec_add_mount>("overlay", "/overlay", "overlay", options.c_str())
        .with<spaces_spec_add_file>("/text", static_cast<const void *>("text"), size_t{4}, uint32_t{0600})
        .with<spaces_spec_add_directory>("/directory", uint32_t{0755})
        .with<spaces_spec_add_symlink>("/link", "text")
        .with<spaces_spec_add_host_device>("/dev/null", "/device")
        .with<spaces_spec_set_sysctl>("net.ipv4.ip_forward", "1")
        .with<spaces_spec_set_scheduler>("SCHED_BATCH", 19, 0)
        .with<spaces_spec_set_io_priority>("IOPRIO_CLASS_IDLE", 0)
        .with<spaces_spec_set_seccomp_report>(1)
        .with<spaces_spec_set_time_limit>(uint64_t{60000}, uint64_t{100})
        .with<spaces_spec_set_stdio>(SPACES_STDOUT, SPACES_STDIO_NULL);
    return spec;
}

[[noreturn]] void start_for_ever(const Spec &spec) {
    for (;;) {
        Process process = start(spec);
        process.leave();
    }
}

// Each round a caller that starts one container after the other, until it is killed.
void kill_callers(const Spec &spec, int rounds) {
    std::minstd_rand random(20261127); // NOLINT: the same moments in each run, as far as that goes
    for (int round = 0; round < rounds; ++round) {
        const pid_t caller = must(::fork(), "fork");
        if (caller == 0) {
            start_for_ever(spec);
        }
        const timespec moment{0, static_cast<long>(random() % 10'000'000)};
        ::ppoll(nullptr, 0, &moment, nullptr);
        ::kill(caller, SIGKILL);
        expect_all_children_to_end("of a start whose caller was killed in round " + std::to_string(round));
        if (round % 10 == 9) {
            groups::collect();
            const std::vector<std::string> left = groups::all_of_ours();
            BOOST_TEST(left.empty(), (left.empty() ? "" : left.front()) << " in round " << round);
        }
    }
}

// How many keys each user has, in a line of its own: "65534: 1 1/1 1/200 9/20000".
std::map<std::string, int> keys() {
    std::istringstream lines(read_file("/proc/key-users"));
    std::map<std::string, int> counts;
    for (std::string line, user, ignored, count; std::getline(lines, line);) {
        std::istringstream(line) >> user >> ignored >> count;
        counts[user] = std::stoi(count);
    }
    return counts;
}

// The kernel collects the keys of ended processes in its own time.
bool has_no_more_keys(std::map<std::string, int> before) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    do {
        const std::map<std::string, int> now = keys();
        if (std::all_of(now.begin(), now.end(),
                        [&](const auto &entry) { return entry.second <= before[entry.first]; })) {
            return true;
        }
        ::sched_yield();
    } while (std::chrono::steady_clock::now() < deadline);
    return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(hard_times_test, *needs(groups::own_group))

// Without CLONE_INTO_CGROUP the child is moved.
BOOST_DATA_TEST_CASE(without_clone3, data::make({ENOSYS, EPERM}), error) {
    with_seccomp(error, {SYS_clone3}, [] {
        for (const uint32_t namespaces : {0u, SPACES_NAMESPACE_CGROUP, SPACES_NAMESPACE_PID}) {
            Spec spec = with_group({"/bin/cat"});
            if (namespaces != 0) {
                spec.isolate(namespaces);
            }
            Process process = start(spec.pipe(SPACES_STDIN));
            for (const std::string &path : groups::paths_of(process)) {
                const std::string pids = "\n" + read_file(path + "/cgroup.procs");
                BOOST_TEST(pids.find("\n" + std::to_string(process.pid()) + "\n") != std::string::npos, path);
            }
            process.kill_all();
            process.wait();
        }
    });
    BOOST_TEST(groups::all_of_ours().empty());
}

BOOST_AUTO_TEST_CASE(a_start_that_fails_leaves_no_group) {
    expect_unchanged("a start that fails", [] {
        for (const uint32_t namespaces : {0u, SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT}) {
            Spec spec = with_group({"/nonexistent"});
            if (namespaces != 0) {
                spec.isolate(namespaces);
            }
            BOOST_TEST(start_fails(spec).step == "exec");
            BOOST_TEST(groups::all_of_ours().empty());
        }
    });
}

BOOST_AUTO_TEST_CASE(a_start_that_is_given_up_leaves_no_group) {
    spaces_start *pending = nullptr;
    call<spaces_spawn_begin>(with_group({"/bin/cat"}), &pending);
    spaces_start_free(pending);
    BOOST_TEST(groups::all_of_ours().empty());
}

BOOST_AUTO_TEST_CASE(a_user_without_a_group_of_its_own_is_told_the_cure, *needs(root)) {
    as_user(nobody_special, [] {
        const Failure failure =
            start_fails(Spec({"/bin/true"}).with<spaces_spec_set_cgroup>("pids.max", "10"));
        BOOST_TEST(failure.code == SPACES_EUNSUPPORTED);
        BOOST_TEST(failure.step == "cgroup");
        BOOST_TEST(!failure.hint.empty());
    });
}

BOOST_AUTO_TEST_CASE(a_user_without_a_group_may_fall_back_to_resource_limits, *needs(root)) {
    as_user(nobody_special, [] {
        Spec spec({probe(), "limit", std::to_string(RLIMIT_DATA)});
        spec.with<spaces_spec_set_cgroup_fallback>(1)
            .with<spaces_spec_set_cgroup>("memory.max", "64M")
            .with<spaces_spec_set_cgroup>("pids.max", "1000")
            .with<spaces_spec_set_cgroup>("cpu.max", "50000 100000");
        const Captured captured = capture(spec);
        BOOST_TEST(captured.out == "67108864 67108864\n");
        const nlohmann::json degraded = nlohmann::json::parse(captured.result.json()).at("degraded");
        BOOST_TEST(degraded.size() == 4u);
        const std::string text = degraded.dump();
        for (const char *part :
             {"memory.max: RLIMIT_DATA", "pids.max: RLIMIT_NPROC", "cpu.max: not limited"}) {
            BOOST_TEST(text.find(part) != std::string::npos, text);
        }
    });
}

BOOST_AUTO_TEST_CASE(a_fallback_that_is_not_needed_changes_nothing) {
    const Captured captured = capture(with_group({"/bin/true"}).with<spaces_spec_set_cgroup_fallback>(1));
    BOOST_TEST(captured.result.json().find("degraded") == std::string::npos);
    BOOST_TEST(captured.result.json().find("statistics") != std::string::npos);
}

Answer freezer_of_version_1() {
    Answer answer(root() && std::filesystem::exists("/sys/fs/cgroup/freezer/cgroup.procs"));
    answer.message() << "it takes a freezer of version 1, in which what is frozen cannot be killed";
    return answer;
}

BOOST_AUTO_TEST_CASE(who_cannot_be_killed_is_named, *needs(freezer_of_version_1)) {
    const std::string freezer = "/sys/fs/cgroup/freezer/test-of-spaces-" + std::to_string(::getpid());
    Process process = start(with_group({"/bin/sh", "-c", "sleep 1000 >/dev/null & echo $!; read x; exit 3"})
                                .pipe(SPACES_STDIN)
                                .pipe(SPACES_STDOUT));
    const Fd in = process.take(SPACES_STDIN);
    const Fd out = process.take(SPACES_STDOUT);
    const std::string child = read_line(out.get());
    const Fd pidfd(must(static_cast<int>(::syscall(SYS_pidfd_open, std::stoi(child), 0)), "pidfd_open"));
    std::filesystem::create_directory(freezer);
    write_file(freezer + "/cgroup.procs", child);
    do {
        write_file(freezer + "/freezer.state", "FROZEN");
    } while (read_file(freezer + "/freezer.state") != "FROZEN\n");
    write_all(in.get(), "\n");
    {
        const Result result = process.wait();
        BOOST_TEST(result.exit_code() == 3); // it has ended, whatever is left
        const std::string text = result.json();
        BOOST_TEST(text.find("cannot remove the control group") != std::string::npos, text);
        BOOST_TEST(text.find("processes " + child + " keep it") != std::string::npos, text);
    }
    BOOST_TEST(!groups::all_of_ours().empty());
    write_file(freezer + "/freezer.state", "THAWED");
    BOOST_TEST(readable(pidfd.get())); // killed long ago, it dies now
    { const Process freed(std::move(process)); }
    groups::collect();
    BOOST_TEST(groups::all_of_ours().empty());
    while (::rmdir(freezer.c_str()) != 0 && errno == EBUSY) {
    }
}

// A group that has no lock yet looks like one that nobody owns any more.
BOOST_AUTO_TEST_CASE(who_collects_meanwhile_is_in_nobodys_way) {
    const pid_t collector = must(::fork(), "fork");
    if (collector == 0) {
        for (;;) {
            groups::collect();
        }
    }
    std::string failed;
    try {
        const std::string path = "spaces-test-" + std::to_string(::getpid()) + "/part/container";
        for (int round = 0; round < 300; ++round) {
            start(with_group({"/bin/true"})).wait();
            start(Spec({"/bin/true"}).with<spaces_spec_set_cgroup_path>(path.c_str())).wait();
        }
    } catch (const Failure &failure) {
        failed = failure.what();
    }
    ::kill(collector, SIGKILL);
    ::waitpid(collector, nullptr, 0);
    BOOST_TEST(failed == "");
    BOOST_TEST(groups::all_of_ours().empty());
}

BOOST_AUTO_TEST_CASE(callers_killed_at_any_moment_leave_what_the_collector_finds) {
    as_subreaper([] { kill_callers(stubborn(), 200); });
}

BOOST_AUTO_TEST_CASE(callers_killed_with_every_feature_on_leave_nothing, *needs(root)) {
    const TempDir directory;
    as_subreaper([&] {
        const std::map<std::string, int> before = keys();
        const Spec spec = everything(directory);
        capture(Spec(spec).args({"/program/probe", "args"})); // which compiles the filter for all that come
        expect_unchanged("killed callers", [&] { kill_callers(spec, 200); });
        BOOST_TEST(has_no_more_keys(before));
    });
}

BOOST_AUTO_TEST_SUITE_END()
