// Limits: as the kernel has them, and as the program meets them.
#include "cgroup/groups.hpp"
#include "support/capture.hpp"
#include "support/temp_dir.hpp"
#include "support/waiting.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>
#include <filesystem>

using namespace support;

namespace {

Spec waiting_program() {
    return Spec({"/bin/sh", "-c", "echo up; exec cat"});
}

} // namespace

BOOST_AUTO_TEST_SUITE(limits_test)

BOOST_AUTO_TEST_CASE(memory_is_seen_in_the_kernels_file, *needs(groups::memory)) {
    const Waiting waiting(waiting_program().with<spaces_spec_set_cgroup>("memory.max", "64M"));
    BOOST_TEST(groups::file_of(waiting.process(), {"memory.max", "memory.limit_in_bytes"}) == "67108864");
    BOOST_TEST(groups::stat_of(waiting.process(), "memory.limit") == 67108864u);
}

BOOST_AUTO_TEST_CASE(a_program_that_wants_more_memory_ends_out_of_memory, *needs(groups::memory)) {
    for (const bool isolated : {false, true}) {
        BOOST_TEST_CONTEXT("isolated " << isolated) {
            Spec spec({probe(), "touch", "200"});
            spec.with<spaces_spec_set_cgroup>("memory.max", "32M");
            if (isolated) {
                spec.isolate(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT);
            }
            Process process = start(spec);
            const Result result = process.wait();
            BOOST_TEST(result.cause() == "out-of-memory");
            BOOST_TEST(result.signal() == SIGKILL);
            BOOST_TEST(spaces_result_oom_kills(result) >= 1u);
            BOOST_TEST(result.json().find("\"oomKills\":") != std::string::npos);
        }
    }
}

BOOST_AUTO_TEST_CASE(a_grandchild_out_of_memory_is_an_event_and_no_cause, *needs(groups::memory)) {
    Process process = start(Spec({"/bin/sh", "-c", probe() + " touch 200; exit 7"})
                                .with<spaces_spec_set_cgroup>("memory.max", "32M"));
    const Result result = process.wait();
    BOOST_TEST(result.cause() == "exited");
    BOOST_TEST(result.exit_code() == 7);
    BOOST_TEST(spaces_result_oom_kills(result) == 1u);
}

BOOST_AUTO_TEST_CASE(a_program_that_we_kill_is_killed, *needs(groups::memory)) {
    Spec spec = waiting_program();
    Process process = start(spec.with<spaces_spec_set_cgroup>("memory.max", "64M").pipe(SPACES_STDIN));
    process.kill(SIGKILL);
    BOOST_TEST(process.wait().cause() == "killed");
}

// Whether that is before the program or in it depends on what the kernel counts.
BOOST_AUTO_TEST_CASE(too_little_memory_for_the_start_itself_is_said_so, *needs(groups::memory)) {
    for (const uint32_t namespaces : {0u, SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT}) {
        Spec spec({"/bin/true"});
        if (namespaces != 0) {
            spec.isolate(namespaces);
        }
        spec.with<spaces_spec_set_cgroup>("memory.max", "4096");
        try {
            BOOST_TEST(start(spec).wait().cause() == "out-of-memory");
        } catch (const Failure &failure) {
            BOOST_TEST((failure.object == "memory.max" || failure.error_number != 0), failure.what());
        }
        BOOST_TEST(groups::all_of_ours().empty());
    }
}

BOOST_AUTO_TEST_CASE(processes_above_the_limit_cannot_be_made, *needs(groups::pids)) {
    Process process =
        start(Spec({"/bin/sh", "-c", "read go; (sleep 1 & sleep 1 & sleep 1 & wait) 2>/dev/null; exit 0"})
                  .with<spaces_spec_set_cgroup>("pids.max", "2")
                  .pipe(SPACES_STDIN));
    BOOST_TEST(groups::file_of(process, {"pids.max"}) == "2");
    const Fd in = process.take(SPACES_STDIN);
    write_all(in.get(), "\n");
    process.wait();
    BOOST_TEST(groups::stat_of(process, "pids.limit_hits") >= 1u);
    BOOST_TEST(groups::stat_of(process, "pids.limit") == 2u);
}

BOOST_AUTO_TEST_CASE(a_limit_of_no_process_refuses_the_start, *needs(groups::pids)) {
    const Failure failure = start_fails(
        Spec({"/bin/true"}).isolate(SPACES_NAMESPACE_PID).with<spaces_spec_set_cgroup>("pids.max", "1"));
    BOOST_TEST(failure.error_number == EAGAIN);
    BOOST_TEST(failure.hint.find("pids.max") != std::string::npos);
    BOOST_TEST(groups::all_of_ours().empty());
}

BOOST_AUTO_TEST_CASE(processor_time_is_throttled, *needs(groups::cpu)) {
    Process process =
        start(Spec({probe(), "burn", "60"}).with<spaces_spec_set_cgroup>("cpu.max", "20000 100000"));
    const std::string seen = groups::file_of(process, {"cpu.max", "cpu.cfs_quota_us"});
    BOOST_TEST((seen == "20000 100000" || seen == "20000"), seen);
    BOOST_TEST(process.wait().cause() == "exited");
    BOOST_TEST(groups::stat_of(process, "cpu.throttled_periods") >= 1u);
    BOOST_TEST(groups::stat_of(process, "cpu.throttled_usec") > 0u);
    BOOST_TEST(groups::stat_of(process, "cpu.usage_usec") >= 10'000u);
}

BOOST_AUTO_TEST_CASE(processors_are_chosen, *needs(groups::cpuset)) {
    const std::string out = output_of(Spec({"/bin/grep", "Cpus_allowed_list", "/proc/self/status"})
                                          .with<spaces_spec_set_cgroup>("cpuset.cpus", "0"));
    BOOST_TEST(out == "Cpus_allowed_list:\t0\n");
}

BOOST_AUTO_TEST_CASE(weights_are_set_in_either_version, *needs(groups::cpu)) {
    const Waiting waiting(waiting_program().with<spaces_spec_set_cgroup>("cpu.weight", "200"));
    const std::string seen = groups::file_of(waiting.process(), {"cpu.weight", "cpu.shares"});
    BOOST_TEST((seen == "200" || seen == "5219"), seen);
}

BOOST_AUTO_TEST_CASE(resources_of_oci_mean_the_same, *needs(groups::memory)) {
    const Waiting waiting(waiting_program().json(
        R"({"linux": {"resources": {"memory": {"limit": 50331648}, "cpu": {"shares": 512}, "pids": {"limit": 40}}}})"));
    BOOST_TEST(groups::file_of(waiting.process(), {"memory.max", "memory.limit_in_bytes"}) == "50331648");
    BOOST_TEST(groups::file_of(waiting.process(), {"pids.max"}) == "40");
    const std::string shares = groups::file_of(waiting.process(), {"cpu.weight", "cpu.shares"});
    BOOST_TEST((shares == "20" || shares == "512"), shares);
}

BOOST_AUTO_TEST_CASE(a_limit_changes_while_the_program_runs, *needs(groups::memory)) {
    const Waiting waiting(waiting_program().with<spaces_spec_set_cgroup>("memory.max", "64M"));
    const spaces_process *process = waiting.process();
    call<spaces_process_set_cgroup>(process, "memory.max", "80M");
    BOOST_TEST(groups::stat_of(waiting.process(), "memory.limit") == 83886080u);
    call<spaces_process_set_cgroup>(process, "memory.max", "max");
    uint64_t unused = 0;
    BOOST_TEST(failure_of<spaces_process_stat>(process, "memory.limit", &unused).code == SPACES_ENOTFOUND);
    BOOST_TEST(failure_of<spaces_process_set_cgroup>(process, "memory.max", "much").code == SPACES_EINVALID);
    BOOST_TEST(failure_of<spaces_process_set_cgroup>(process, "rdma.max", "x").code == SPACES_ESTATE);
    BOOST_TEST(failure_of<spaces_process_set_cgroup>(process, "memory", "1").code == SPACES_EINVALID);
}

BOOST_AUTO_TEST_CASE(several_limits_change_at_once, *needs(groups::memory)) {
    const Waiting waiting(waiting_program().json(
        R"({"linux": {"resources": {"memory": {"limit": 50331648, "swap": 50331648}, "pids": {"limit": 40}}}})"));
    const spaces_process *process = waiting.process();
    const auto update = [&](const std::string &json) {
        call<spaces_process_set_resources>(process, json.data(), json.size());
    };
    // Up and down again, with swap, which version 1 counts together.
    update(R"({"memory": {"limit": 83886080, "swap": 83886080}, "pids": {"limit": 30}})");
    BOOST_TEST(groups::stat_of(waiting.process(), "memory.limit") == 83886080u);
    BOOST_TEST(groups::file_of(waiting.process(), {"pids.max"}) == "30");
    update(R"({"memory": {"limit": 41943040, "swap": 41943040}})");
    BOOST_TEST(groups::stat_of(waiting.process(), "memory.limit") == 41943040u);
    const std::string swap =
        groups::file_of(waiting.process(), {"memory.swap.max", "memory.memsw.limit_in_bytes"});
    BOOST_TEST((swap == "0" || swap == "41943040"), swap);

    const auto refused = [&](const std::string &json) {
        return failure_of<spaces_process_set_resources>(process, json.data(), json.size());
    };
    BOOST_TEST(refused(R"({"pids": {"limit": 20}, "rdma": {"x": {"hcaHandles": 1}}})").code == SPACES_ESTATE);
    BOOST_TEST(groups::file_of(waiting.process(), {"pids.max"}) == "30");
    BOOST_TEST(refused(R"({"memory": {"limit": 4096, "checkBeforeUpdate": true}})").object == "memory.limit");
    BOOST_TEST(refused(R"({"colour": 1})").object == "colour");
}

BOOST_AUTO_TEST_CASE(a_value_that_the_kernel_refuses_fails_the_start_and_leaves_nothing,
                     *needs(groups::pids)) {
    const Failure failure = start_fails(Spec({"/bin/true"}).with<spaces_spec_set_cgroup>("pids.max", "many"));
    BOOST_TEST(failure.code == SPACES_ESYSTEM);
    BOOST_TEST(failure.step == "cgroup");
    BOOST_TEST(failure.system_call == "write");
    BOOST_TEST(failure.object.ends_with("/pids.max"));
    BOOST_TEST(groups::all_of_ours().empty());
}

BOOST_AUTO_TEST_CASE(a_controller_that_no_hierarchy_has_is_refused) {
    if (std::filesystem::exists("/sys/fs/cgroup/rdma") ||
        read_file("/proc/cgroups").find("rdma") != std::string::npos) {
        return; // this kernel may have it
    }
    const Failure failure =
        start_fails(Spec({"/bin/true"}).with<spaces_spec_set_cgroup>("rdma.max", "x hca_handle=1"));
    BOOST_TEST(failure.code == SPACES_EUNSUPPORTED);
    BOOST_TEST(failure.message.find("rdma") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_function_in_a_fork_has_them_too, *needs(groups::pids)) {
    Spec spec;
    spec.with<spaces_spec_set_cgroup>("pids.max", "1");
    Process process = start_fork_of(spec, [] {
        const pid_t child = ::fork();
        if (child == 0) {
            ::_exit(0);
        }
        return child < 0 && errno == EAGAIN ? 0 : 1;
    });
    BOOST_TEST(process.wait().exit_code() == 0);
    BOOST_TEST(groups::all_of_ours().empty());
}

BOOST_AUTO_TEST_SUITE_END()
