// spaces_fork(): the function goes on as the thread that has called, with all that the kernel keeps of a
// thread and not of its memory, and which a child that shares memory would not have.
#include "support/api.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <linux/kcmp.h>
#include <pthread.h>
#include <sched.h>
#include <string>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

using namespace support;
namespace data = boost::unit_test::data;

namespace {

// On the host, behind an init, and as PID 1.
enum class Place { host, behind_init, pid_1 };

std::ostream &operator<<(std::ostream &stream, Place place) {
    return stream << (place == Place::host ? "host" : place == Place::behind_init ? "behind init" : "pid 1");
}

const Place places[] = {Place::host, Place::behind_init, Place::pid_1};

Spec in_place(Place place) {
    Spec spec;
    if (place != Place::host) {
        spec.isolate(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT)
            .with<spaces_spec_set_init>(place == Place::pid_1 ? 0 : 1);
    }
    return spec;
}

template <class Body> int exit_code_of(Place place, Body &&body) {
    return start_fork_of(in_place(place), body).wait().exit_code();
}

// A stack for signal handlers, as interpreters and sanitizers have it, for the calling thread and as long as
// this lives.
class SignalStack {
  public:
    SignalStack() : memory_(65536) {
        const stack_t own{memory_.data(), 0, memory_.size()};
        ::sigaltstack(&own, &before_);
    }
    ~SignalStack() { ::sigaltstack(&before_, nullptr); }
    SignalStack(const SignalStack &) = delete;
    SignalStack &operator=(const SignalStack &) = delete;

    bool is_in_use() const {
        stack_t now{};
        ::sigaltstack(nullptr, &now);
        return now.ss_flags == 0 && now.ss_sp == memory_.data() && now.ss_size == memory_.size();
    }

  private:
    std::vector<char> memory_;
    stack_t before_{};
};

// A mutex that processes share, and that tells of an owner that has died.
class RobustMutex {
  public:
    RobustMutex()
        : mutex_(static_cast<pthread_mutex_t *>(
              ::mmap(nullptr, sizeof *mutex_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))) {
        BOOST_TEST_REQUIRE(mutex_ != MAP_FAILED);
        pthread_mutexattr_t attributes;
        ::pthread_mutexattr_init(&attributes);
        ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
        ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
        ::pthread_mutex_init(mutex_, &attributes);
        ::pthread_mutexattr_destroy(&attributes);
    }
    ~RobustMutex() {
        ::pthread_mutex_destroy(mutex_);
        ::munmap(mutex_, sizeof *mutex_);
    }
    RobustMutex(const RobustMutex &) = delete;
    RobustMutex &operator=(const RobustMutex &) = delete;

    pthread_mutex_t *get() { return mutex_; }

  private:
    pthread_mutex_t *mutex_;
};

int first_child_of(int pid) {
    int child = -1;
    std::ifstream("/proc/" + std::to_string(pid) + "/task/" + std::to_string(pid) + "/children") >> child;
    return child;
}

} // namespace

BOOST_AUTO_TEST_SUITE(fork_thread_test, *needs(user_namespaces))

BOOST_DATA_TEST_CASE(it_runs_on_the_stack_that_called, data::make(places), place) {
    // Garbage collectors look for references there, and interpreters for its end.
    const auto above = reinterpret_cast<intptr_t>(__builtin_frame_address(0));
    Process process = start_fork_of(in_place(place), [above] {
        const auto distance = above - reinterpret_cast<intptr_t>(__builtin_frame_address(0));
        return distance > 0 && distance < 64 * 1024 ? 0 : 1;
    });
    BOOST_TEST(process.wait().exit_code() == 0);
}

BOOST_DATA_TEST_CASE(libc_knows_the_processor_that_it_runs_on, data::make(places), place) {
    // By a registration with the kernel (rseq(2)), which belongs to a thread and not to its memory.
    Process process = start_fork_of(in_place(place), [] {
        cpu_set_t allowed;
        ::sched_getaffinity(0, sizeof allowed, &allowed);
        for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
            if (CPU_ISSET(cpu, &allowed)) {
                cpu_set_t one;
                CPU_ZERO(&one);
                CPU_SET(cpu, &one);
                ::sched_setaffinity(0, sizeof one, &one);
                if (::sched_getcpu() != cpu) {
                    return 1;
                }
            }
        }
        return 0;
    });
    BOOST_TEST(process.wait().exit_code() == 0);
}

BOOST_DATA_TEST_CASE(it_has_the_callers_stack_for_signals, data::make(places), place) {
    const SignalStack stack;
    BOOST_TEST_REQUIRE(stack.is_in_use());
    BOOST_TEST(exit_code_of(place, [&] { return stack.is_in_use() ? 0 : 1; }) == 0);
}

BOOST_DATA_TEST_CASE(its_end_is_told_to_who_waits_for_its_robust_mutex, data::make(places), place) {
    RobustMutex mutex;
    BOOST_TEST(exit_code_of(place, [&] { return ::pthread_mutex_lock(mutex.get()); }) == 0);
    BOOST_TEST(::pthread_mutex_trylock(mutex.get()) == EOWNERDEAD);
    ::pthread_mutex_consistent(mutex.get());
    ::pthread_mutex_unlock(mutex.get());
}

BOOST_DATA_TEST_CASE(libc_knows_its_thread_id, data::make(places), place) {
    // Which is what a mutex that checks for errors knows its owner by, and what raise(3) signals.
    const int code = exit_code_of(place, [] {
        pthread_mutexattr_t attributes;
        ::pthread_mutexattr_init(&attributes);
        ::pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
        pthread_mutex_t mutex;
        ::pthread_mutex_init(&mutex, &attributes);
        ::pthread_mutex_lock(&mutex);
        const int owner = mutex.__data.__owner;
        return owner == ::gettid() && ::pthread_mutex_lock(&mutex) == EDEADLK ? 0 : 1;
    });
    BOOST_TEST(code == 0);
}

BOOST_AUTO_TEST_CASE(its_memory_is_its_own, *needs(root)) {
    Spec spec = in_place(Place::behind_init);
    Process process = start_fork_of(spec.pipe(SPACES_STDIN), [] {
        char byte = 0;
        return static_cast<int>(::read(0, &byte, 1));
    });
    const int program = first_child_of(process.pid());
    BOOST_TEST_REQUIRE(program > 0);
    for (const int other : {process.pid(), ::getpid()}) {
        BOOST_TEST(must(::syscall(SYS_kcmp, program, other, KCMP_VM, 0, 0), "kcmp") > 0);
    }
    process.take(SPACES_STDIN);
    BOOST_TEST(process.wait().exit_code() == 0);
}

BOOST_AUTO_TEST_SUITE_END()
