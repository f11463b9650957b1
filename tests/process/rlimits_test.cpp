// Resource limits of the program.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <sys/resource.h>

using namespace support;

namespace {

std::string limit_seen(const Spec &base, int resource) {
    Spec spec(base);
    spec.args({probe(), "limit", std::to_string(resource)});
    return output_of(spec);
}

std::string own_limit(int resource) {
    rlimit limit;
    must(::getrlimit(static_cast<__rlimit_resource>(resource), &limit), "getrlimit");
    return std::to_string(limit.rlim_cur) + " " + std::to_string(limit.rlim_max) + "\n";
}

struct Named {
    const char *name;
    int resource;
};

const Named all_limits[] = {{"RLIMIT_AS", RLIMIT_AS},
                            {"RLIMIT_CORE", RLIMIT_CORE},
                            {"RLIMIT_CPU", RLIMIT_CPU},
                            {"RLIMIT_DATA", RLIMIT_DATA},
                            {"RLIMIT_FSIZE", RLIMIT_FSIZE},
                            {"RLIMIT_LOCKS", RLIMIT_LOCKS},
                            {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK},
                            {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE},
                            {"RLIMIT_NICE", RLIMIT_NICE},
                            {"RLIMIT_NOFILE", RLIMIT_NOFILE},
                            {"RLIMIT_NPROC", RLIMIT_NPROC},
                            {"RLIMIT_RSS", RLIMIT_RSS},
                            {"RLIMIT_RTPRIO", RLIMIT_RTPRIO},
                            {"RLIMIT_RTTIME", RLIMIT_RTTIME},
                            {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING},
                            {"RLIMIT_STACK", RLIMIT_STACK}};

} // namespace

BOOST_AUTO_TEST_SUITE(rlimits_test)

BOOST_AUTO_TEST_CASE(are_the_callers_by_default) {
    for (const Named &limit : all_limits) {
        BOOST_TEST_CONTEXT(limit.name) {
            BOOST_TEST(limit_seen(Spec(), limit.resource) == own_limit(limit.resource));
        }
    }
}

BOOST_AUTO_TEST_CASE(are_known_by_every_name_of_the_kernel) {
    for (const Named &limit : all_limits) {
        BOOST_TEST_CONTEXT(limit.name) {
            // Lowering the hard limit is allowed to everybody; these values leave the program room to run.
            rlimit own;
            must(::getrlimit(static_cast<__rlimit_resource>(limit.resource), &own), "getrlimit");
            const uint64_t hard = std::min<uint64_t>(own.rlim_max, 64 << 20);
            const uint64_t soft = std::min<uint64_t>(hard, 32 << 20);
            Spec spec;
            spec.with<spaces_spec_set_rlimit>(limit.name, soft, hard);
            BOOST_TEST(limit_seen(spec, limit.resource) ==
                       std::to_string(soft) + " " + std::to_string(hard) + "\n");
        }
    }
}

BOOST_AUTO_TEST_CASE(do_not_hinder_the_start_itself) {
    // A program that may open three descriptors, with two more to pass on and two pipes to make.
    Spec spec;
    spec.with<spaces_spec_set_rlimit>("RLIMIT_NOFILE", uint64_t{4}, uint64_t{4});
    spec.pipe(SPACES_STDIN).pipe(SPACES_STDERR);
    BOOST_TEST(limit_seen(spec, RLIMIT_NOFILE) == "4 4\n");
}

BOOST_AUTO_TEST_CASE(can_be_infinite) {
    in_child([] {
        rlimit own;
        must(::getrlimit(RLIMIT_CPU, &own), "getrlimit");
        BOOST_TEST_REQUIRE(own.rlim_max == RLIM_INFINITY);
        Spec spec;
        spec.with<spaces_spec_set_rlimit>("RLIMIT_CPU", uint64_t{100}, uint64_t{RLIM_INFINITY});
        BOOST_TEST(limit_seen(spec, RLIMIT_CPU) == "100 18446744073709551615\n");
    });
}

BOOST_AUTO_TEST_CASE(refuse_unknown_names_and_a_soft_limit_above_the_hard_one) {
    const Spec spec;
    const Failure unknown =
        failure_of<spaces_spec_set_rlimit>(spec, "RLIMIT_COFFEE", uint64_t{1}, uint64_t{1});
    BOOST_TEST(unknown.code == SPACES_EINVALID, unknown.text);
    BOOST_TEST(unknown.message.find("RLIMIT_COFFEE") != std::string::npos, unknown.text);
    const Failure above = failure_of<spaces_spec_set_rlimit>(spec, "RLIMIT_CPU", uint64_t{2}, uint64_t{1});
    BOOST_TEST(above.code == SPACES_EINVALID, above.text);
}

BOOST_AUTO_TEST_SUITE_END()
