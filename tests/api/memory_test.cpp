// Each allocation of each function of the Spec is made to fail in turn: the error says so, and nothing is
// lost.
#include "support/host_state.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <new>
#include <spaces/spaces.h>
#include <string>
#include <utility>
#include <vector>

namespace {

// Allocations that still succeed; below zero: all of them do.
thread_local long allocations_left = -1;

void *allocate(std::size_t size) {
    if (allocations_left == 0) {
        throw std::bad_alloc();
    }
    if (allocations_left > 0) {
        --allocations_left;
    }
    if (void *const memory = std::malloc(size)) {
        return memory;
    }
    throw std::bad_alloc();
}

using Call = std::function<spaces_status(spaces_spec *spec, spaces_error **error)>;

constexpr const char *document = R"({
    "process": {"args": ["a program with a long name", "x"], "env": ["A=a value that is long enough", "B=2"],
                "user": {"additionalGids": [1, 2, 3]},
                "rlimits": [{"type": "RLIMIT_NOFILE", "soft": 1, "hard": 2}]},
    "root": {"path": "/a/path/that/is/long/enough"}, "mounts": [{"destination": "/proc", "type": "proc"}],
    "annotations": {"org.example.annotation": "a value that is long enough"},
    "linux": {"namespaces": [{"type": "user"}, {"type": "network", "path": "/run/netns/a-long-name"}],
              "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 1}]},
    "spaces": {"stdio": {"stdout": {"type": "file", "path": "/a/path/that/is/long/enough"}}}})";

const std::string long_text(100, 'x');

// Runs the call with ever more memory until it gets through.
void starve(const char *name, const Call &call, spaces_status expected = SPACES_OK, long stride = 1) {
    long failures = 0;
    for (long memory = 0;; memory += stride) {
        spaces_spec *spec = nullptr;
        BOOST_TEST_REQUIRE(spaces_spec_new(&spec, nullptr) == SPACES_OK);
        spaces_error *error = nullptr;
        allocations_left = memory;
        const spaces_status status = call(spec, &error);
        allocations_left = -1;
        spaces_spec_free(spec);
        if (status == expected) {
            BOOST_TEST((error == nullptr) == (expected == SPACES_OK), name);
            spaces_error_free(error);
            break;
        }
        ++failures;
        BOOST_TEST_REQUIRE(status == SPACES_ENOMEMORY, name);
        BOOST_TEST_REQUIRE(error != nullptr, name);
        BOOST_TEST(spaces_error_code(error) == SPACES_ENOMEMORY);
        BOOST_TEST(std::strcmp(spaces_error_message(error), "out of memory") == 0);
        BOOST_TEST(std::strcmp(spaces_error_step(error), "memory") == 0);
        spaces_error_free(error);
    }
    BOOST_TEST(failures > 0, name << " needs no memory, and is no case for this test");
}

// A Spec with something of everything, made with as much memory as there is.
void fill(spaces_spec *spec) {
    const long left = std::exchange(allocations_left, -1);
    const char *const argv[] = {"/bin/true", nullptr};
    BOOST_TEST_REQUIRE(spaces_spec_set_args(spec, argv, nullptr) == SPACES_OK);
    BOOST_TEST_REQUIRE(spaces_spec_unshare(spec, SPACES_NAMESPACE_ALL, nullptr) == SPACES_OK);
    BOOST_TEST_REQUIRE(spaces_spec_set_hostname(spec, "box", nullptr) == SPACES_OK);
    BOOST_TEST_REQUIRE(spaces_spec_set_stdio(spec, SPACES_STDOUT, SPACES_STDIO_PIPE, nullptr) == SPACES_OK);
    BOOST_TEST_REQUIRE(spaces_spec_add_mount(spec, "none", "/tmp", "tmpfs", "size=1m", nullptr) == SPACES_OK);
    allocations_left = left;
}

spaces_status explained(spaces_spec *spec, int form, spaces_error **error) {
    fill(spec);
    char *text = nullptr;
    const spaces_status status = spaces_spec_explain(spec, form, &text, error);
    spaces_free(text);
    return status;
}

// A process that was started is waited for, however little memory there is.
spaces_status spawned(spaces_spec *spec, spaces_error **error) {
    fill(spec);
    spaces_process *process = nullptr;
    const spaces_status status = spaces_spawn(spec, &process, error);
    if (status != SPACES_OK) {
        return status;
    }
    allocations_left = -1;
    BOOST_TEST(spaces_process_wait(process, -1, nullptr, nullptr) == SPACES_OK);
    spaces_process_free(process);
    return status;
}

struct Starved {
    const char *name;
    Call call;
    long stride = 1; // more where a call takes milliseconds and has many allocations
};

const std::vector<Starved> &calls() {
    static const std::vector<Starved> all{
        {"set_args",
         [](spaces_spec *spec, spaces_error **error) {
             const char *const argv[] = {long_text.c_str(), "x", nullptr};
             return spaces_spec_set_args(spec, argv, error);
         }},
        {"set_env",
         [](spaces_spec *spec, spaces_error **error) {
             return spaces_spec_set_env(spec, "A", long_text.c_str(), error);
         }},
        {"unset_env",
         [](spaces_spec *spec, spaces_error **error) { return spaces_spec_unset_env(spec, "A", error); }},
        {"set_groups",
         [](spaces_spec *spec, spaces_error **error) {
             const uint32_t group = 5;
             return spaces_spec_set_groups(spec, &group, 1, error);
         }},
        {"set_rlimit",
         [](spaces_spec *spec, spaces_error **error) {
             return spaces_spec_set_rlimit(spec, "RLIMIT_NOFILE", 1, 2, error);
         }},
        {"unshare",
         [](spaces_spec *spec, spaces_error **error) {
             return spaces_spec_unshare(spec, SPACES_NAMESPACE_ALL, error);
         }},
        {"set_uid_map",
         [](spaces_spec *spec, spaces_error **error) {
             return spaces_spec_set_uid_map(spec, "0 1000 1, 1 100000 65536", error);
         }},
        {"add_mount",
         [](spaces_spec *spec, spaces_error **error) {
             return spaces_spec_add_mount(spec, "none", "/tmp", "tmpfs", "size=1000000000000000000,ro",
                                          error);
         }},
        {"add_fd",
         [](spaces_spec *spec, spaces_error **error) { return spaces_spec_add_fd(spec, 0, 7, error); }},
        {"load_json",
         [](spaces_spec *spec, spaces_error **error) {
             return spaces_spec_load_json(spec, document, std::strlen(document), error);
         }},
        {"set_seccomp",
         [](spaces_spec *spec, spaces_error **error) {
             return spaces_spec_set_seccomp(spec, R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [
                 {"names": ["read", "write", "execve"], "action": "SCMP_ACT_ALLOW"}]})",
                                            error);
         }},
        {"explain_seccomp",
         [](spaces_spec *spec, spaces_error **error) {
             spaces_status status = spaces_spec_set_seccomp_default(spec, 1, error);
             char *text = nullptr;
             if (status == SPACES_OK) {
                 status = spaces_spec_explain_seccomp(spec, SPACES_EXPLAIN_TEXT, &text, error);
             }
             spaces_free(text);
             return status;
         },
         29},
        {"spawn with a filter",
         [](spaces_spec *spec, spaces_error **error) {
             const spaces_status status =
                 spaces_spec_set_seccomp(spec, R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
                 {"names": ["mkdir"], "action": "SCMP_ACT_KILL"}, {"names": ["sendmsg"], "action": "SCMP_ACT_ERRNO"}]})",
                                         error);
             return status == SPACES_OK ? spawned(spec, error) : status;
         },
         3},
        {"copy",
         [](spaces_spec *spec, spaces_error **error) {
             spaces_spec *copy = nullptr;
             const spaces_status status = spaces_spec_copy(spec, &copy, error);
             spaces_spec_free(copy);
             return status;
         }},
        {"to_json",
         [](spaces_spec *spec, spaces_error **error) {
             char *text = nullptr;
             const spaces_status status = spaces_spec_to_json(spec, &text, error);
             spaces_free(text);
             return status;
         }},
        {"explain",
         [](spaces_spec *spec, spaces_error **error) { return explained(spec, SPACES_EXPLAIN_TEXT, error); }},
        {"explain as JSON",
         [](spaces_spec *spec, spaces_error **error) { return explained(spec, SPACES_EXPLAIN_JSON, error); }},
        {"spawn", [](spaces_spec *spec, spaces_error **error) { return spawned(spec, error); }},
        {"host_features",
         [](spaces_spec *, spaces_error **error) {
             char *text = nullptr;
             const spaces_status status = spaces_host_features(&text, error);
             spaces_free(text);
             return status;
         },
         17},
    };
    return all;
}

} // namespace

void *operator new(std::size_t size) {
    return allocate(size);
}
void *operator new(std::size_t size, const std::nothrow_t &) noexcept {
    try {
        return allocate(size);
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
}
void operator delete(void *memory) noexcept {
    std::free(memory);
}
void operator delete(void *memory, std::size_t) noexcept {
    std::free(memory);
}

BOOST_AUTO_TEST_SUITE(memory_test)

BOOST_AUTO_TEST_CASE(a_lack_of_memory_is_an_error_and_nothing_more) {
    for (const Starved &starved : calls()) {
        support::expect_unchanged(starved.name,
                                  [&] { starve(starved.name, starved.call, SPACES_OK, starved.stride); });
    }
}

BOOST_AUTO_TEST_CASE(a_failure_that_cannot_be_told_is_a_lack_of_memory) {
    starve(
        "a refusal",
        [](spaces_spec *spec, spaces_error **error) { return spaces_spec_set_umask(spec, 01000, error); },
        SPACES_EINVALID);
}

BOOST_AUTO_TEST_CASE(a_lack_of_memory_changes_nothing) {
    spaces_spec *spec = nullptr;
    BOOST_TEST_REQUIRE(spaces_spec_new(&spec, nullptr) == SPACES_OK);
    char *before = nullptr;
    BOOST_TEST_REQUIRE(spaces_spec_to_json(spec, &before, nullptr) == SPACES_OK);
    for (long memory = 0;; ++memory) {
        allocations_left = memory;
        const spaces_status status = spaces_spec_load_json(spec, document, std::strlen(document), nullptr);
        allocations_left = -1;
        if (status == SPACES_OK) {
            break;
        }
        char *after = nullptr;
        BOOST_TEST_REQUIRE(spaces_spec_to_json(spec, &after, nullptr) == SPACES_OK);
        BOOST_TEST_REQUIRE(std::strcmp(before, after) == 0);
        spaces_free(after);
    }
    spaces_free(before);
    spaces_spec_free(spec);
}

BOOST_AUTO_TEST_SUITE_END()
