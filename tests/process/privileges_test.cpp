// no_new_privs and oom_score_adj of the program.
#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/unit_test.hpp>
#include <fcntl.h>
#include <sys/prctl.h>

using namespace support;

namespace {

std::string score_of(const Spec &base) {
    Spec spec(base);
    spec.args({probe(), "cat", "/proc/self/oom_score_adj"});
    return output_of(spec);
}

} // namespace

BOOST_AUTO_TEST_SUITE(privileges_test)

BOOST_AUTO_TEST_CASE(no_new_privs_is_off_by_default) {
    in_child([] {
        BOOST_TEST_REQUIRE(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0);
        BOOST_TEST(output_of(Spec({probe(), "nnp"})) == "0\n");
    });
}

BOOST_AUTO_TEST_CASE(no_new_privs_is_on_when_asked_and_the_caller_keeps_its_own) {
    Spec spec({probe(), "nnp"});
    spec.with<spaces_spec_set_no_new_privs>(1);
    BOOST_TEST(output_of(spec) == "1\n");
    BOOST_TEST(::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0);
}

BOOST_AUTO_TEST_CASE(no_new_privs_of_the_caller_cannot_be_withdrawn) {
    in_child([] {
        must(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
        Spec spec({probe(), "nnp"});
        spec.with<spaces_spec_set_no_new_privs>(0);
        BOOST_TEST(output_of(spec) == "1\n");
    });
}

BOOST_AUTO_TEST_CASE(oom_score_adj_is_the_callers_by_default) {
    in_child([] {
        write_all(open_file("/proc/self/oom_score_adj", O_WRONLY).get(), "123");
        BOOST_TEST(score_of(Spec()) == "123\n");
    });
}

BOOST_AUTO_TEST_CASE(oom_score_adj_can_be_raised_by_everybody) {
    const auto raised = [] {
        Spec spec;
        spec.with<spaces_spec_set_oom_score_adj>(500);
        BOOST_TEST(score_of(spec) == "500\n");
    };
    raised();
    if (root()) {
        as_user(nobody_special, raised);
    }
}

BOOST_AUTO_TEST_CASE(oom_score_adj_is_set_in_a_container_with_its_own_root_too, *needs(user_namespaces)) {
    // Where /proc of the program is another one, or none at all.
    const Rootfs rootfs;
    Spec spec({"/bin/probe", "cat", "/proc/self/oom_score_adj"});
    spec.isolate(SPACES_NAMESPACE_MOUNT | SPACES_NAMESPACE_PID | SPACES_NAMESPACE_USER)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .with<spaces_spec_set_oom_score_adj>(321);
    BOOST_TEST(output_of(spec) == "321\n");
}

BOOST_AUTO_TEST_CASE(oom_score_adj_can_be_lowered_with_the_capability, *needs(sys_resource)) {
    Spec spec;
    spec.with<spaces_spec_set_oom_score_adj>(-500);
    BOOST_TEST(score_of(spec) == "-500\n");
}

BOOST_AUTO_TEST_CASE(oom_score_adj_has_its_range) {
    for (const int score : {-1001, 1001}) {
        const Failure failure = failure_of<spaces_spec_set_oom_score_adj>(Spec(), score);
        BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
    }
}

BOOST_AUTO_TEST_SUITE_END()
