// The labels of security modules: AppArmor profile and SELinux label of the program.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"

#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <unistd.h>

using namespace support;

namespace {

// A profile in the kernel for as long as this lives: it lets the program do all but read one file.
class Profile {
  public:
    explicit Profile(std::string name) : name_(std::move(name)) {
        std::ofstream(secret()) << "secret";
        std::ofstream(file()) << "profile " << name_ << " flags=(attach_disconnected) {\n"
                              << "  file,\n  capability,\n  network,\n  mount,\n  umount,\n  pivot_root,\n"
                              << "  signal,\n  ptrace,\n  unix,\n  change_profile,\n"
                              << "  deny " << secret() << " rw,\n}\n";
        parse("-r");
    }
    Profile(const Profile &) = delete;
    Profile &operator=(const Profile &) = delete;
    ~Profile() { parse("-R"); }

    const char *name() const { return name_.c_str(); }
    std::string secret() const { return directory_.path() + "/secret"; }

  private:
    std::string file() const { return directory_.path() + "/profile"; }
    void parse(const char *what) const {
        Spec spec({"apparmor_parser", what, "-K", file()});
        if (start(spec).wait().exit_code() != 0) {
            throw std::runtime_error("apparmor_parser has failed");
        }
    }

    TempDir directory_;
    std::string name_;
};

Spec with_profile(const std::string &profile, const std::vector<std::string> &args) {
    Spec spec(args);
    spec.with<spaces_spec_set_apparmor_profile>(profile.c_str());
    return spec;
}

const std::vector<std::string> show_label{probe(), "cat", "/proc/self/attr/current"};

} // namespace

BOOST_AUTO_TEST_SUITE(labels_test)

BOOST_AUTO_TEST_CASE(a_module_that_is_not_active_is_an_error) {
    if (!apparmor()) {
        const Failure failure = start_fails(with_profile("some-profile", {"/bin/true"}));
        BOOST_TEST(failure.code == SPACES_EUNSUPPORTED, failure.text);
        BOOST_TEST(failure.object == "process.apparmorProfile");
        // Nothing confines it, as was asked.
        BOOST_TEST(start(with_profile("unconfined", {"/bin/true"})).wait().exit_code() == 0);
    }
    if (!selinux()) {
        Spec spec({"/bin/true"});
        const Failure failure = start_fails(spec.with<spaces_spec_set_selinux_label>("a:b:c:s0"));
        BOOST_TEST(failure.code == SPACES_EUNSUPPORTED, failure.text);
        BOOST_TEST(failure.object == "process.selinuxLabel");
    }
}

BOOST_AUTO_TEST_CASE(a_profile_holds_from_the_exec_on, *needs(apparmor) * needs(root)) {
    const Profile profile("spaces-test-exec");
    BOOST_TEST(output_of(with_profile(profile.name(), show_label)) == "spaces-test-exec (enforce)\n");
    const Captured denied = capture(with_profile(profile.name(), {probe(), "cat", profile.secret()}));
    BOOST_TEST(denied.out == profile.secret() + ": Permission denied\n");
    BOOST_TEST(denied.result.exit_code() != 0);
    BOOST_TEST(output_of(Spec({probe(), "cat", profile.secret()})) == "secret");
}

BOOST_AUTO_TEST_CASE(a_profile_is_seen_from_outside_and_in_a_container, *needs(apparmor) * needs(root)) {
    const Profile profile("spaces-test-container");
    const Rootfs rootfs;
    Spec spec = with_profile(profile.name(), {"/bin/probe", "wait"});
    spec.isolate(SPACES_NAMESPACE_ALL)
        .with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .with<spaces_spec_set_init>(0)
        .with<spaces_spec_set_stdio>(SPACES_STDOUT, SPACES_STDIO_NULL);
    Process process = start(spec);
    BOOST_TEST(read_file("/proc/" + std::to_string(process.pid()) + "/attr/apparmor/current") ==
               "spaces-test-container (enforce)\n");
    process.kill(SIGKILL);
    process.wait();
}

BOOST_AUTO_TEST_CASE(a_profile_can_be_stacked, *needs(apparmor) * needs(root)) {
    const Profile profile("spaces-test-stacked");
    const Captured denied = capture(with_profile("&spaces-test-stacked", {probe(), "cat", profile.secret()}));
    BOOST_TEST(denied.out == profile.secret() + ": Permission denied\n");
    BOOST_TEST(output_of(with_profile("&spaces-test-stacked", show_label)).find("spaces-test-stacked") !=
               std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_function_gets_its_profile_at_once, *needs(apparmor) * needs(root)) {
    const Profile profile("spaces-test-function");
    Spec spec;
    spec.with<spaces_spec_set_apparmor_profile>(profile.name());
    const std::string secret = profile.secret();
    BOOST_TEST(
        start_fork_of(
            spec, [&] { return ::open(secret.c_str(), O_RDONLY | O_CLOEXEC) < 0 && errno == EACCES ? 0 : 1; })
            .wait()
            .exit_code() == 0);
}

BOOST_AUTO_TEST_CASE(a_profile_that_is_not_loaded_is_an_error_that_names_it, *needs(apparmor)) {
    const Failure failure = start_fails(with_profile("no-such-profile", {"/bin/true"}));
    BOOST_TEST(failure.step == "apparmor", failure.text);
    BOOST_TEST(failure.object == "no-such-profile");
    BOOST_TEST(failure.error_number == ENOENT);
    BOOST_TEST(failure.hint.find("apparmor_parser") != std::string::npos, failure.hint);
}

BOOST_AUTO_TEST_CASE(names_that_are_none_are_refused) {
    for (const char *label : {"", "&", "a\nb"}) {
        BOOST_TEST(failure_of<spaces_spec_set_apparmor_profile>(Spec(), label).code == SPACES_EINVALID);
        BOOST_TEST(failure_of<spaces_spec_set_selinux_label>(Spec(), label).code == SPACES_EINVALID);
    }
}

// A root directory with a "/proc" of its own making must not get the label instead: CVE-2019-16884.
BOOST_AUTO_TEST_CASE(a_false_proc_takes_no_label, *needs(apparmor) * needs(root)) {
    const Profile profile("spaces-test-false-proc");
    const Rootfs rootfs;
    std::filesystem::create_directories(rootfs.path() + "/proc/thread-self/attr/apparmor");
    std::ofstream(rootfs.path() + "/proc/thread-self/attr/apparmor/exec");
    Spec spec = with_profile(profile.name(), {"/bin/probe", "cat", "/proc/thread-self/attr/apparmor/exec"});
    spec.unshare(SPACES_NAMESPACE_MOUNT).with<spaces_spec_set_root>(rootfs.path().c_str(), 0);
    BOOST_TEST(output_of(spec).empty());
}

BOOST_AUTO_TEST_SUITE_END()
