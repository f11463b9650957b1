// A thread that is cancelled while it is in a call.
#include "support/api.hpp"

#include <boost/test/unit_test.hpp>
#include <pthread.h>

using namespace support;

namespace {

struct Waiter {
    spaces_process *process;
    spaces_status status = SPACES_ESTATE;
};

void *wait_for(void *argument) {
    auto *const waiter = static_cast<Waiter *>(argument);
    waiter->status = spaces_process_wait(waiter->process, -1, nullptr, nullptr);
    pthread_testcancel();
    return nullptr;
}

} // namespace

BOOST_AUTO_TEST_SUITE(cancel_test)

BOOST_AUTO_TEST_CASE(a_cancelled_thread_finishes_its_call_first) {
    Spec spec({"/bin/cat"});
    spec.pipe(SPACES_STDIN);
    Process process = start(spec);
    Waiter waiter{process};
    pthread_t thread;
    BOOST_TEST_REQUIRE(::pthread_create(&thread, nullptr, wait_for, &waiter) == 0);
    BOOST_TEST(::pthread_cancel(thread) == 0);
    BOOST_TEST(!process.has_ended(std::chrono::milliseconds(0)));
    process.take(SPACES_STDIN);
    void *result = nullptr;
    BOOST_TEST_REQUIRE(::pthread_join(thread, &result) == 0);
    BOOST_TEST(result == PTHREAD_CANCELED);
    BOOST_TEST(waiter.status == SPACES_OK);
    process.leave();
}

BOOST_AUTO_TEST_CASE(the_state_of_cancellation_is_left_as_it_was) {
    int before = -1;
    int after = -1;
    ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    BOOST_TEST(spaces_spec_set_umask(Spec(), 022, nullptr) == SPACES_OK);
    ::pthread_setcancelstate(before, &after);
    BOOST_TEST(before == PTHREAD_CANCEL_ENABLE);
    BOOST_TEST(after == PTHREAD_CANCEL_DISABLE);
    BOOST_TEST(spaces_spec_set_umask(Spec(), 022, nullptr) == SPACES_OK);
    ::pthread_setcancelstate(before, &after);
    BOOST_TEST(after == PTHREAD_CANCEL_ENABLE);
}

BOOST_AUTO_TEST_SUITE_END()
