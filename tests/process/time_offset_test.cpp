// Clocks of a new time namespace.
#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <ctime>

using namespace support;

namespace {

struct Clocks {
    long monotonic = 0;
    long boottime = 0;
};

Clocks own_clocks() {
    timespec monotonic;
    timespec boottime;
    ::clock_gettime(CLOCK_MONOTONIC, &monotonic);
    ::clock_gettime(CLOCK_BOOTTIME, &boottime);
    return {monotonic.tv_sec, boottime.tv_sec};
}

Clocks clocks_of(const Spec &spec) {
    Clocks clocks;
    BOOST_TEST_REQUIRE(std::sscanf(output_of(spec).c_str(), "%ld %ld", &clocks.monotonic, &clocks.boottime) ==
                       2);
    return clocks;
}

} // namespace

BOOST_AUTO_TEST_SUITE(time_offset_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(moves_each_clock_by_its_own_amount) {
    for (const int init : {1, 0}) {
        Spec spec({probe(), "clocks"});
        spec.isolate(SPACES_NAMESPACE_TIME | SPACES_NAMESPACE_PID)
            .with<spaces_spec_set_init>(init)
            .with<spaces_spec_set_time_offset>("monotonic", int64_t{86400}, 0u)
            .with<spaces_spec_set_time_offset>("boottime", int64_t{604800}, 500'000'000u);
        const Clocks before = own_clocks();
        const Clocks inside = clocks_of(spec);
        const Clocks after = own_clocks();
        BOOST_TEST(inside.monotonic >= before.monotonic + 86400);
        BOOST_TEST(inside.monotonic <= after.monotonic + 86400 + 1);
        BOOST_TEST(inside.boottime >= before.boottime + 604800);
        BOOST_TEST(inside.boottime <= after.boottime + 604800 + 1);
        BOOST_TEST(after.monotonic < before.monotonic + 86400, "the host's clock has moved");
    }
}

BOOST_AUTO_TEST_CASE(may_be_negative) {
    // As far as the machine has been up: a clock cannot go below zero.
    const Clocks before = own_clocks();
    const int64_t back = -before.monotonic / 2;
    Spec spec({probe(), "clocks"});
    spec.isolate(SPACES_NAMESPACE_TIME).with<spaces_spec_set_time_offset>("monotonic", back, 0u);
    const Clocks inside = clocks_of(spec);
    BOOST_TEST(inside.monotonic >= before.monotonic + back);
    BOOST_TEST(inside.monotonic <= own_clocks().monotonic + back + 1);
}

BOOST_AUTO_TEST_CASE(is_zero_by_default) {
    const Clocks before = own_clocks();
    Spec spec({probe(), "clocks"});
    spec.isolate(SPACES_NAMESPACE_TIME);
    const Clocks inside = clocks_of(spec);
    BOOST_TEST(inside.monotonic >= before.monotonic);
    BOOST_TEST(inside.monotonic <= own_clocks().monotonic);
}

BOOST_AUTO_TEST_CASE(needs_a_time_namespace) {
    Spec spec({probe(), "clocks"});
    spec.with<spaces_spec_set_time_offset>("monotonic", int64_t{1}, 0u);
    const Failure failure = start_fails(spec);
    BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
}

BOOST_AUTO_TEST_CASE(refuses_other_clocks_and_too_many_nanoseconds) {
    const Spec spec;
    const Failure clock = failure_of<spaces_spec_set_time_offset>(spec, "realtime", int64_t{1}, 0u);
    BOOST_TEST(clock.code == SPACES_EINVALID, clock.text);
    const Failure nanoseconds =
        failure_of<spaces_spec_set_time_offset>(spec, "monotonic", int64_t{1}, 1'000'000'000u);
    BOOST_TEST(nanoseconds.code == SPACES_EINVALID, nanoseconds.text);
}

BOOST_AUTO_TEST_SUITE_END()
