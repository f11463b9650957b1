// Landlock: what the program may reach of files and TCP ports.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <arpa/inet.h>
#include <boost/test/unit_test.hpp>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace support;

namespace {

Spec restricted(Spec spec = Spec()) {
    spec.with<spaces_spec_set_no_new_privs>(1);
    return spec;
}

Spec &allow(Spec &spec, const std::string &path, const char *access) {
    return spec.with<spaces_spec_add_landlock_path>(path.c_str(), access);
}

// The errno of opening, 0 where it is opened.
int open_answer(const std::string &path, int flags) {
    const Fd fd(::open(path.c_str(), flags | O_CLOEXEC, 0600));
    return fd.is_open() ? 0 : errno;
}

// The answer of `body` in a function of this Spec.
template <class Body> int answer_of(const Spec &spec, Body &&body) {
    return start_fork_of(spec, body).wait().exit_code();
}

int connect_answer(uint16_t port) {
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(socket.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) == 0 ? 0 : errno;
}

int bind_answer(uint16_t port) {
    const Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    return ::bind(socket.get(), reinterpret_cast<sockaddr *>(&address), sizeof address) == 0 ? 0 : errno;
}

struct Files {
    TempDir directory;
    std::string open_file = directory.path() + "/open/file";
    std::string closed_file = directory.path() + "/closed/file";

    Files() {
        for (const char *name : {"/open", "/closed"}) {
            std::filesystem::create_directory(directory.path() + name);
        }
        std::ofstream(open_file) << "x";
        std::ofstream(closed_file) << "x";
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(landlock_test, *needs(landlock))

BOOST_AUTO_TEST_CASE(only_what_is_allowed_is_in_reach) {
    const Files files;
    Spec spec = restricted();
    allow(spec, files.directory.path() + "/open", "read");
    BOOST_TEST(answer_of(spec, [&] { return open_answer(files.open_file, O_RDONLY); }) == 0);
    BOOST_TEST(answer_of(spec, [&] { return open_answer(files.open_file, O_WRONLY); }) == EACCES);
    BOOST_TEST(answer_of(spec, [&] { return open_answer(files.closed_file, O_RDONLY); }) == EACCES);
    BOOST_TEST(open_answer(files.closed_file, O_RDWR) == 0); // the caller's own reach is what it was
}

BOOST_AUTO_TEST_CASE(a_rule_can_be_for_one_file) {
    const Files files;
    Spec spec = restricted();
    allow(spec, files.open_file, "all");
    BOOST_TEST(answer_of(spec, [&] { return open_answer(files.open_file, O_RDWR | O_TRUNC); }) == 0);
    BOOST_TEST(answer_of(spec, [&] {
                   return open_answer(files.directory.path() + "/open", O_RDONLY | O_DIRECTORY);
               }) == EACCES);
}

BOOST_AUTO_TEST_CASE(an_empty_list_allows_nothing) {
    const Files files;
    Spec spec = restricted();
    spec.json(R"({"spaces": {"landlock": {"paths": []}}})");
    BOOST_TEST(answer_of(spec, [&] { return open_answer(files.open_file, O_RDONLY); }) == EACCES);
}

BOOST_AUTO_TEST_CASE(a_program_needs_the_right_to_be_executed) {
    Spec spec = restricted(Spec({probe(), "exit", "7"}));
    allow(spec, probe(), "read,execute");
    BOOST_TEST(start(spec).wait().exit_code() == 7);
    Spec refused = restricted(Spec({probe(), "exit", "7"}));
    const Failure failure = start_fails(allow(refused, probe(), "read"));
    BOOST_TEST(failure.step == "exec", failure.text);
    BOOST_TEST(failure.error_number == EACCES);
}

BOOST_AUTO_TEST_CASE(rules_are_for_the_programs_own_root, *needs(user_namespaces)) {
    const Rootfs rootfs;
    Spec spec = restricted(Spec({"/bin/probe", "cat", "/bin/../etc/hidden"}));
    std::filesystem::create_directory(rootfs.path() + "/etc");
    std::ofstream(rootfs.path() + "/etc/hidden") << "secret";
    spec.isolate(SPACES_NAMESPACE_MOUNT).with<spaces_spec_set_root>(rootfs.path().c_str(), 0);
    allow(spec, "/bin", "read,execute");
    BOOST_TEST(capture(spec).out == "/bin/../etc/hidden: Permission denied\n");
    BOOST_TEST(output_of(allow(spec, "/etc/hidden", "read")) == "secret");
}

BOOST_AUTO_TEST_CASE(ports_are_restricted_each_way, *needs(landlock_of_ports) * needs(user_namespaces)) {
    Spec spec = restricted();
    spec.isolate(SPACES_NAMESPACE_NETWORK)
        .with<spaces_spec_add_landlock_port>("bind", 8080u)
        .with<spaces_spec_add_landlock_port>("connect", 8081u);
    BOOST_TEST(answer_of(spec, [] { return bind_answer(8080); }) == 0);
    BOOST_TEST(answer_of(spec, [] { return bind_answer(8081); }) == EACCES);
    BOOST_TEST(answer_of(spec, [] { return connect_answer(8080); }) == EACCES);
    BOOST_TEST(answer_of(spec, [] { return connect_answer(8081); }) == ENETUNREACH); // lo is down there
}

BOOST_AUTO_TEST_CASE(signals_stay_inside, *needs(landlock_of_scopes)) {
    Spec spec = restricted();
    spec.json(R"({"spaces": {"landlock": {"scope": ["signal", "abstract_unix_socket"]}}})");
    const pid_t outside = ::getpid();
    BOOST_TEST(answer_of(spec, [&] { return ::kill(outside, 0) == 0 ? 0 : errno; }) == EPERM);
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_needs_no_namespace, *needs(root)) {
    const Files files;
    std::filesystem::permissions(files.directory.path(), std::filesystem::perms(0755));
    as_user(nobody_special, [&] {
        Spec spec = restricted();
        allow(spec, files.directory.path() + "/open", "read");
        BOOST_TEST(answer_of(spec, [&] { return open_answer(files.open_file, O_RDONLY); }) == 0);
        BOOST_TEST(answer_of(spec, [&] { return open_answer(files.closed_file, O_RDONLY); }) == EACCES);
    });
}

BOOST_AUTO_TEST_CASE(root_needs_no_no_new_privs, *needs(root)) {
    const Files files;
    Spec spec;
    allow(spec, files.directory.path() + "/open", "read");
    spec.with<spaces_spec_set_uid>(4711u).with<spaces_spec_set_gid>(4711u);
    BOOST_TEST(answer_of(spec, [&] { return open_answer(files.closed_file, O_RDONLY); }) == EACCES);
}

BOOST_AUTO_TEST_CASE(an_ordinary_user_without_no_new_privs_is_told_of_it, *needs(root)) {
    as_user(nobody_special, [] {
        Spec spec({"/bin/true"});
        const Failure failure = start_fails(allow(spec, "/", "all"));
        BOOST_TEST(failure.step == "landlock", failure.text);
        BOOST_TEST(failure.system_call == "landlock_restrict_self");
        BOOST_TEST(failure.error_number == EPERM);
        BOOST_TEST(failure.hint.find("no_new_privs") != std::string::npos, failure.hint);
    });
}

BOOST_AUTO_TEST_CASE(a_path_that_is_not_there_is_an_error_that_names_it) {
    Spec spec = restricted(Spec({"/bin/true"}));
    const Failure failure = start_fails(allow(spec, "/nonexistent", "read"));
    BOOST_TEST(failure.step == "landlock", failure.text);
    BOOST_TEST(failure.object == "/nonexistent");
    BOOST_TEST(failure.error_number == ENOENT);
}

BOOST_AUTO_TEST_SUITE_END()
