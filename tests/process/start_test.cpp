// A start in two halves: spaces_spawn_begin(), spaces_fork_begin(), spaces_start_wait().
#include "support/api.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/orphans.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

using namespace support;

namespace {

class Start {
  public:
    explicit Start(spaces_start *handle) : handle_(handle) {}

    Process wait(int timeout_ms = -1) {
        spaces_process *process = nullptr;
        call<spaces_start_wait>(handle_.get(), timeout_ms, &process);
        return Process(process);
    }
    Failure fails(int timeout_ms = -1) {
        spaces_process *process = nullptr;
        Failure failure = failure_of<spaces_start_wait>(handle_.get(), timeout_ms, &process);
        BOOST_TEST(process == nullptr);
        return failure;
    }
    spaces_start *get() const { return handle_.get(); }

  private:
    struct Free {
        void operator()(spaces_start *handle) const { spaces_start_free(handle); }
    };
    std::unique_ptr<spaces_start, Free> handle_;
};

Start begin(const Spec &spec) {
    spaces_start *start = nullptr;
    call<spaces_spawn_begin>(spec, &start);
    return Start(start);
}

Start begin_fork(const Spec &spec, spaces_main_fn main, void *userdata = nullptr) {
    spaces_start *start = nullptr;
    call<spaces_fork_begin>(spec, main, userdata, &start);
    return Start(start);
}

int exit_with(void *status) {
    return *static_cast<const int *>(status);
}

int end_well(void *) {
    return 0;
}

// Says a byte when it is called.
int pause_for_ever(void *writer) {
    (void)!::write(*static_cast<const int *>(writer), "", 1);
    for (;;) {
        ::pause();
    }
}

// Frees a start that another process has begun.
int free_start(void *start) {
    spaces_start_free(static_cast<spaces_start *>(start));
    return 0;
}

Spec isolated() {
    Spec spec;
    spec.isolate(SPACES_NAMESPACE_ALL);
    return spec;
}

size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<size_t>(std::distance(begin(all), end(all)));
}

} // namespace

BOOST_AUTO_TEST_SUITE(start_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(a_program_is_started) {
    Start start = [] { // the Spec is of no use any more when the process exists
        Spec spec = isolated();
        return begin(spec.args({probe(), "exit", "7"}).pipe(SPACES_STDOUT));
    }();
    Process process = start.wait();
    BOOST_TEST(process.take(SPACES_STDOUT).is_open());
    BOOST_TEST(process.wait().exit_code() == 7);
}

BOOST_AUTO_TEST_CASE(a_function_is_called, *needs(forks_of_one_thread)) {
    int status = 7;
    Start start = begin_fork(isolated(), exit_with, &status);
    status = 0; // what the function sees is a copy
    BOOST_TEST(start.wait().wait().exit_code() == 7);
}

BOOST_AUTO_TEST_CASE(several_are_on_their_way_at_once, *needs(forks_of_one_thread)) {
    const size_t before = open_descriptors();
    {
        std::vector<Start> starts;
        for (int i = 0; i < 8; ++i) {
            starts.push_back(begin_fork(isolated(), exit_with, &i));
            starts.push_back(begin(isolated().args({probe(), "exit", std::to_string(100 + i)})));
        }
        std::set<int> codes;
        for (Start &start : starts) {
            codes.insert(start.wait().wait().exit_code());
        }
        BOOST_TEST(codes == (std::set<int>{0, 1, 2, 3, 4, 5, 6, 7, 100, 101, 102, 103, 104, 105, 106, 107}),
                   boost::test_tools::per_element());
    }
    BOOST_TEST(open_descriptors() == before);
}

BOOST_AUTO_TEST_CASE(it_may_be_asked_again_and_again, *needs(forks_of_one_thread)) {
    Start start = begin_fork(isolated(), end_well);
    const auto end = std::chrono::steady_clock::now() + patience;
    for (int timeout_ms = 0;; timeout_ms = 1) {
        spaces_process *handle = nullptr;
        spaces_error *error = nullptr;
        const spaces_status status = spaces_start_wait(start.get(), timeout_ms, &handle, &error);
        if (status == SPACES_OK) {
            BOOST_TEST(Process(handle).wait().exit_code() == 0);
            break;
        }
        const Failure failure(status, error);
        BOOST_TEST_REQUIRE(failure.code == SPACES_ETIMEOUT, failure.text);
        BOOST_TEST(failure.message.ends_with("has not reached its program after " +
                                             std::to_string(timeout_ms) + " ms"));
        BOOST_TEST_REQUIRE((std::chrono::steady_clock::now() < end));
    }
}

BOOST_AUTO_TEST_CASE(one_that_fails_says_why_and_is_over) {
    Start start = begin(isolated().args({"/nonexistent"}));
    const Failure failure = start.fails();
    BOOST_TEST(failure.code == SPACES_ESETUP, failure.text);
    BOOST_TEST(failure.step == "exec");
    BOOST_TEST(failure.error_number == ENOENT);
    BOOST_TEST(start.fails().code == SPACES_ESTATE);
    BOOST_TEST(::waitpid(-1, nullptr, WNOHANG) == -1); // its process is gone already
}

BOOST_AUTO_TEST_CASE(one_that_fails_says_why_however_it_is_asked) {
    for (int i = 0; i < 500; ++i) {
        Start start = begin(Spec({"/nonexistent"}));
        Failure failure = start.fails(0);
        while (failure.code == SPACES_ETIMEOUT) {
            failure = start.fails(0);
        }
        BOOST_TEST_REQUIRE(failure.error_number == ENOENT, failure.text);
    }
}

BOOST_AUTO_TEST_CASE(one_that_has_handed_its_process_over_is_over) {
    Start start = begin_fork(Spec(), end_well);
    Process process = start.wait();
    BOOST_TEST(start.fails().code == SPACES_ESTATE);
    BOOST_TEST(start.fails(0).message.starts_with("the start is over"));
    BOOST_TEST(process.wait().exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(what_the_caller_itself_finds_wrong_is_told_at_once) {
    spaces_start *start = nullptr;
    BOOST_TEST(failure_of<spaces_spawn_begin>(Spec(), &start).code == SPACES_EINVALID);
    BOOST_TEST(failure_of<spaces_fork_begin>(Spec({"true"}), end_well, nullptr, &start).code ==
               SPACES_EINVALID);
    BOOST_TEST(start == nullptr);
}

BOOST_AUTO_TEST_CASE(a_fork_that_frees_it_does_not_end_it, *needs(forks_of_one_thread)) {
    Start start = begin_fork(isolated(), end_well);
    for (const Spec &spec : {Spec(), isolated()}) {
        BOOST_TEST(start_fork(spec, free_start, start.get()).wait().exit_code() == 0);
    }
    BOOST_TEST(start.wait().wait().exit_code() == 0);
}

// The kernel has taken the process away that was known, and nobody has asked for the other one yet.
BOOST_AUTO_TEST_CASE(is_ended_by_free_where_children_are_reaped_at_once, *needs(root)) {
    as_subreaper([] {
        in_child([] {
            ::signal(SIGCHLD, SIG_IGN);
            int ends[2];
            must(::pipe(ends), "pipe");
            Spec spec;
            const Start start = begin_fork(spec.unshare(SPACES_NAMESPACE_PID), pause_for_ever, &ends[1]);
            char byte;
            BOOST_TEST(::read(ends[0], &byte, 1) == 1);
        });
        expect_all_children_to_end("of a start that was freed");
    });
}

BOOST_AUTO_TEST_CASE(ends_by_itself_when_its_caller_was_killed) {
    as_subreaper([] {
        in_child([] {
            const pid_t caller = must(::fork(), "fork");
            if (caller == 0) {
                const Start start = begin_fork(isolated(), end_well);
                ::raise(SIGKILL);
            }
            int status = 0;
            must(::waitpid(caller, &status, 0), "waitpid");
            BOOST_TEST(WTERMSIG(status) == SIGKILL);
        });
        expect_all_children_to_end("of a start whose caller was killed");
    });
}

BOOST_AUTO_TEST_SUITE_END()
