// The handles of a start: NULL where it is allowed and where it is not, any order of freeing, outputs and
// errors.
#include "support/api.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <string>
#include <thread>
#include <vector>

using namespace support;

namespace {

spaces_start *const no_start = nullptr;
spaces_process *const no_process = nullptr;
spaces_result *const no_result = nullptr;

int do_nothing(void *) {
    return 0;
}

void expect_refused(const Failure &failure, const char *object) {
    BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
    BOOST_TEST(failure.object == object, failure.text);
}

} // namespace

BOOST_AUTO_TEST_SUITE(handles_test)

BOOST_AUTO_TEST_CASE(a_null_that_may_not_be_one_is_an_error) {
    const Spec spec({probe(), "exit", "0"});
    spaces_process *process = nullptr;
    spaces_process **const nowhere = nullptr;
    const spaces_main_fn no_function = nullptr;
    char *text = nullptr;
    int fd = -1;
    expect_refused(failure_of<spaces_spawn>(static_cast<spaces_spec *>(nullptr), &process), "spec");
    expect_refused(failure_of<spaces_spawn>(spec, nowhere), "ret_process");
    expect_refused(failure_of<spaces_fork>(Spec(), no_function, nullptr, &process), "main");
    expect_refused(failure_of<spaces_fork>(Spec(), do_nothing, nullptr, nowhere), "ret_process");
    spaces_start *start = nullptr;
    spaces_start **const no_place = nullptr;
    expect_refused(failure_of<spaces_spawn_begin>(static_cast<spaces_spec *>(nullptr), &start), "spec");
    expect_refused(failure_of<spaces_spawn_begin>(spec, no_place), "ret_start");
    expect_refused(failure_of<spaces_fork_begin>(Spec(), no_function, nullptr, &start), "main");
    expect_refused(failure_of<spaces_fork_begin>(Spec(), do_nothing, nullptr, no_place), "ret_start");
    expect_refused(failure_of<spaces_start_wait>(no_start, 0, &process), "start");
    expect_refused(failure_of<spaces_start_wait>(no_start, 0, nowhere), "ret_process");
    expect_refused(failure_of<spaces_process_wait>(no_process, 0, nullptr), "process");
    expect_refused(failure_of<spaces_process_kill>(no_process, 9), "process");
    expect_refused(failure_of<spaces_process_kill_all>(no_process), "process");
    expect_refused(failure_of<spaces_process_take_fd>(no_process, SPACES_STDIN, &fd), "process");
    expect_refused(failure_of<spaces_result_to_json>(no_result, &text), "result");
}

BOOST_AUTO_TEST_CASE(accessors_of_nothing_give_nothing) {
    BOOST_TEST(spaces_process_pid(nullptr) == -1);
    BOOST_TEST(spaces_process_pidfd(nullptr) == -1);
    BOOST_TEST(spaces_result_cause(nullptr) != nullptr);
    BOOST_TEST(spaces_result_exit_code(nullptr) == -1);
    BOOST_TEST(spaces_result_signal(nullptr) == 0);
    BOOST_TEST(spaces_result_core_dumped(nullptr) == 0);
    BOOST_TEST(spaces_result_peak_memory(nullptr) == 0u);
    spaces_start_free(nullptr);
    spaces_process_free(nullptr);
    spaces_result_free(nullptr);
}

BOOST_AUTO_TEST_CASE(the_error_may_be_of_no_interest) {
    const Spec spec({"/nonexistent"});
    spaces_process *process = nullptr;
    BOOST_TEST(spaces_spawn(spec, &process, nullptr) == SPACES_ESETUP);
    BOOST_TEST(process == nullptr);
}

BOOST_AUTO_TEST_CASE(the_error_is_null_after_a_success) {
    const Spec spec({probe(), "exit", "0"});
    spaces_error *error = nullptr;
    spaces_process *process = nullptr;
    BOOST_TEST(spaces_spawn(Spec({"/nonexistent"}), &process, &error) == SPACES_ESETUP);
    spaces_error *const old = error;
    BOOST_TEST(spaces_spawn(spec, &process, &error) == SPACES_OK);
    BOOST_TEST(error == nullptr);
    spaces_error_free(old);
    Process(process).wait();
}

BOOST_AUTO_TEST_CASE(the_spec_may_be_changed_and_freed_while_the_program_runs) {
    spaces_process *process = nullptr;
    {
        Spec spec({"/bin/sh", "-c", "read line; exit 4"});
        spec.pipe(SPACES_STDIN);
        call<spaces_spawn>(spec, &process);
        spec.args({"/nonexistent"}).with<spaces_spec_set_stdio>(SPACES_STDIN, SPACES_STDIO_NULL);
    }
    Process running(process);
    running.take(SPACES_STDIN);
    BOOST_TEST(running.wait().exit_code() == 4);
}

BOOST_AUTO_TEST_CASE(one_spec_serves_many_threads_at_once) {
    const Spec spec({probe(), "exit", "6"});
    std::vector<int> codes(4, -1);
    std::vector<std::thread> threads;
    for (int &code : codes) {
        threads.emplace_back([&spec, &code] { code = start(spec).wait().exit_code(); });
    }
    for (std::thread &thread : threads) {
        thread.join();
    }
    BOOST_TEST(codes == std::vector<int>(4, 6), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_program_may_be_waited_for_by_another_thread_than_started_it) {
    std::vector<Process> processes;
    std::thread([&] { processes.push_back(start(Spec({probe(), "exit", "6"}))); }).join();
    BOOST_TEST(processes.front().wait().exit_code() == 6);
}

BOOST_AUTO_TEST_SUITE_END()
