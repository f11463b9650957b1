// The SELinux label of the program, under a policy that tells labels apart: tests/vm/selinux.cil.
#include "support/capture.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/xattr.h>
#include <unistd.h>

using namespace support;

namespace {

const std::string confined = "system_u:system_r:confined_t:s0:c1,c2";

Spec with_label(const std::string &label, const std::vector<std::string> &args) {
    Spec spec(args);
    spec.with<spaces_spec_set_selinux_label>(label.c_str());
    return spec;
}

const std::vector<std::string> show_label{probe(), "cat", "/proc/self/attr/current"};

// The kernel gives labels with the zero at their end.
std::string without_end(std::string label) {
    label.resize(std::strlen(label.c_str()));
    return label;
}

// A file that confined_t may not use.
class Secret : public TempDir {
  public:
    Secret() {
        constexpr char label[] = "system_u:object_r:secret_t:s0";
        file("secret", "secret");
        BOOST_REQUIRE_EQUAL(::setxattr(name().c_str(), "security.selinux", label, sizeof label, 0), 0);
    }
    std::string name() const { return path() + "/secret"; }
};

} // namespace

BOOST_AUTO_TEST_SUITE(selinux_test, *needs(selinux_of_guest) * needs(root))

BOOST_AUTO_TEST_CASE(a_label_holds_from_the_exec_on) {
    BOOST_TEST(without_end(output_of(with_label(confined, show_label))) == confined);
    BOOST_TEST(without_end(output_of(Spec(show_label))) == "system_u:system_r:guest_t:s0-s0:c0.c3");
}

BOOST_AUTO_TEST_CASE(what_the_policy_denies_is_denied) {
    const Secret secret;
    const Captured denied = capture(with_label(confined, {probe(), "cat", secret.name()}));
    BOOST_TEST(denied.out == secret.name() + ": Permission denied\n");
    BOOST_TEST(denied.result.exit_code() == 1);
    BOOST_TEST(output_of(Spec({probe(), "cat", secret.name()})) == "secret");
}

BOOST_AUTO_TEST_CASE(a_label_is_seen_from_outside_and_in_a_container) {
    for (const uint32_t namespaces :
         {uint32_t{SPACES_NAMESPACE_ALL & ~SPACES_NAMESPACE_USER}, uint32_t{SPACES_NAMESPACE_ALL}}) {
        const Rootfs rootfs;
        Spec spec = with_label(confined, {"/bin/probe", "wait"});
        spec.isolate(namespaces)
            .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
            .with<spaces_spec_set_init>(0)
            .with<spaces_spec_set_stdio>(SPACES_STDOUT, SPACES_STDIO_NULL);
        Process process = start(spec);
        BOOST_TEST(without_end(read_file("/proc/" + std::to_string(process.pid()) + "/attr/current")) ==
                   confined);
        process.kill(SIGKILL);
        process.wait();
    }
}

BOOST_AUTO_TEST_CASE(a_function_gets_its_label_at_once) {
    const Secret secret;
    Spec spec;
    spec.with<spaces_spec_set_selinux_label>(confined.c_str());
    const auto body = [&] {
        const bool is_labelled = without_end(read_file("/proc/self/attr/current")) == confined;
        const bool is_denied = ::open(secret.name().c_str(), O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES;
        return (is_labelled ? 0 : 1) + (is_denied ? 0 : 2);
    };
    BOOST_TEST(start_fork_of(spec, body).wait().exit_code() == 0);
    for (const int init : {0, 1}) {
        for (const uint32_t more : {uint32_t{0}, uint32_t{SPACES_NAMESPACE_USER}}) {
            Spec isolated = spec;
            isolated.isolate(SPACES_NAMESPACE_PID | SPACES_NAMESPACE_MOUNT | more)
                .with<spaces_spec_set_init>(init);
            BOOST_TEST_CONTEXT("init " << init << ", namespaces besides " << more)
            for (int start = 0; start < 5; ++start) { // what has shared its memory must have left it
                BOOST_TEST(start_fork_of(isolated, body).wait().exit_code() == 0);
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(a_label_that_the_policy_does_not_have_is_an_error_and_nothing_runs) {
    const TempDir directory;
    const std::string made = directory.path() + "/made";
    for (const char *label : {"system_u:system_r:no_such_t:s0", "system_u:system_r:confined_t:s0:c77", "x"}) {
        const Failure failure = start_fails(with_label(label, {probe(), "make", made}));
        BOOST_TEST(failure.step == "selinux", failure.text);
        BOOST_TEST(failure.object == label);
        BOOST_TEST(failure.error_number == EINVAL);
        BOOST_TEST(failure.hint == "the loaded policy does not know this label");
    }
    BOOST_TEST(!std::filesystem::exists(made));
}

BOOST_AUTO_TEST_CASE(a_label_that_the_policy_keeps_from_the_caller_is_an_error) {
    Failure failure = start_fails(with_label("system_u:system_r:forbidden_t:s0", {probe(), "args"}));
    BOOST_TEST(failure.step == "exec", failure.text);
    BOOST_TEST(failure.error_number == EACCES);
    BOOST_TEST(failure.hint.find("the SELinux policy") != std::string::npos, failure.hint);
    Spec function;
    function.with<spaces_spec_set_selinux_label>("system_u:system_r:forbidden_t:s0");
    try {
        start_fork_of(function, [] { return 0; }).wait();
        BOOST_ERROR("the function has run");
    } catch (const Failure &refused) {
        BOOST_TEST(refused.step == "selinux", refused.text);
        BOOST_TEST(refused.error_number == EACCES);
    }
}

// A policy says so by nnp_transition: else no_new_privs would be a way around it.
BOOST_AUTO_TEST_CASE(no_new_privs_keeps_the_label_unless_the_policy_says_otherwise) {
    Spec spec = with_label(confined, {probe(), "args"});
    spec.with<spaces_spec_set_no_new_privs>(1);
    const Failure failure = start_fails(spec);
    BOOST_TEST(failure.step == "exec", failure.text);
    BOOST_TEST((failure.error_number == EPERM || failure.error_number == EACCES));
    BOOST_TEST(failure.hint.find("nnp_transition") != std::string::npos, failure.hint);
}

// A root directory with a "/proc" of its own making must not get the label instead: CVE-2019-16884.
BOOST_AUTO_TEST_CASE(a_false_proc_takes_no_label) {
    const Rootfs rootfs;
    std::filesystem::create_directories(rootfs.path() + "/proc/thread-self/attr");
    const std::string false_file = rootfs.file("proc/thread-self/attr/exec", "");
    Spec spec = with_label(confined, {"/bin/probe", "cat", "/proc/thread-self/attr/exec"});
    spec.unshare(SPACES_NAMESPACE_MOUNT).with<spaces_spec_set_root>(rootfs.path().c_str(), 0);
    BOOST_TEST(output_of(spec).empty());
    BOOST_TEST(read_file(false_file).empty());
}

BOOST_AUTO_TEST_SUITE_END()
