// Signal mask and dispositions that the program starts with.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <csignal>

using namespace support;

namespace {

void block_and_ignore_some() {
    sigset_t mask;
    ::sigemptyset(&mask);
    ::sigaddset(&mask, SIGUSR1);
    ::sigaddset(&mask, SIGRTMIN + 1);
    must(::sigprocmask(SIG_BLOCK, &mask, nullptr), "sigprocmask");
    ::signal(SIGPIPE, SIG_IGN);
    ::signal(SIGUSR2, [](int) {});
}

} // namespace

BOOST_AUTO_TEST_SUITE(signals_test)

BOOST_AUTO_TEST_CASE(are_as_new_whatever_the_caller_did_with_its_own) {
    // A program in a pipeline that ignores SIGPIPE because Python does is a well-known trap.
    in_child([] {
        block_and_ignore_some();
        BOOST_TEST(output_of(Spec({probe(), "signals"})).empty());
    });
}

BOOST_AUTO_TEST_CASE(are_as_new_in_a_container_too, *needs(user_namespaces)) {
    in_child([] {
        block_and_ignore_some();
        for (const int init : {1, 0}) {
            Spec spec({probe(), "signals"});
            spec.isolate(SPACES_NAMESPACE_PID).with<spaces_spec_set_init>(init);
            BOOST_TEST(output_of(spec).empty());
        }
    });
}

BOOST_AUTO_TEST_CASE(are_inherited_when_asked) {
    in_child([] {
        block_and_ignore_some();
        Spec spec({probe(), "signals"});
        spec.with<spaces_spec_set_inherit_signals>(1);
        const std::string expected = "blocked 10\nignored 13\nblocked " + std::to_string(SIGRTMIN + 1) + "\n";
        BOOST_TEST(output_of(spec) == expected);
    });
}

BOOST_AUTO_TEST_CASE(are_inherited_through_an_init_when_asked, *needs(user_namespaces)) {
    in_child([] {
        block_and_ignore_some();
        Spec spec({probe(), "signals"});
        spec.isolate(SPACES_NAMESPACE_PID).with<spaces_spec_set_inherit_signals>(1);
        const std::string expected = "blocked 10\nignored 13\nblocked " + std::to_string(SIGRTMIN + 1) + "\n";
        BOOST_TEST(output_of(spec) == expected);
    });
}

BOOST_AUTO_TEST_CASE(are_inherited_but_for_those_that_are_to_be_as_new, *needs(user_namespaces)) {
    in_child([] {
        block_and_ignore_some();
        ::signal(SIGHUP, SIG_IGN);
        const std::string expected = "ignored 1\nblocked 10\nblocked " + std::to_string(SIGRTMIN + 1) + "\n";
        for (const uint32_t namespaces : {0U, SPACES_NAMESPACE_PID}) {
            Spec spec({probe(), "signals"});
            spec.with<spaces_spec_set_inherit_signals>(1).with<spaces_spec_add_default_signal>(SIGPIPE);
            if (namespaces != 0) {
                spec.isolate(namespaces);
            }
            BOOST_TEST(output_of(spec) == expected);
        }
    });
}

BOOST_AUTO_TEST_SUITE_END()
