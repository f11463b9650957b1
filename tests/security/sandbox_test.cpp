// spaces_spec_confine("sandbox"): what it consists of, from inside and from outside, and what can be changed.
#include "cgroup/groups.hpp"
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/host_state.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"
#include "support/waiting.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace support;

namespace {

Spec sandbox(Spec spec = Spec()) {
    return spec.with<spaces_spec_confine>("sandbox");
}

Spec shell(const std::string &script) {
    return sandbox(Spec({"/bin/sh", "-c", script}));
}

std::string field(const std::string &status, const std::string &name) {
    const size_t at = status.find("\n" + name + ":");
    const size_t begin = status.find_first_not_of(" \t", at + name.size() + 2);
    return at == std::string::npos ? "none" : status.substr(begin, status.find('\n', begin) - begin);
}

// Of the program, which is the only child of its init.
int program_of(int init) {
    const std::string id = std::to_string(init);
    return std::atoi(read_file("/proc/" + id + "/task/" + id + "/children").c_str());
}

} // namespace

BOOST_AUTO_TEST_SUITE(sandbox_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(inside_and_outside_tell_the_same) {
    as_everybody([](const std::string &who) {
        BOOST_TEST_CONTEXT(who) {
            const Waiting waiting(shell("cat /proc/self/status | tr '\n' ';'; echo; exec cat"));
            std::string inside = "\n" + waiting.first_line();
            std::replace(inside.begin(), inside.end(), ';', '\n');
            const int program = program_of(waiting.pid());
            const std::string outside = read_file("/proc/" + std::to_string(program) + "/status");
            for (const std::string &status : {inside, outside}) {
                for (const char *set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
                    BOOST_TEST(field(status, set) == "0000000000000000");
                }
                BOOST_TEST(field(status, "NoNewPrivs") == "1");
                BOOST_TEST(field(status, "Seccomp") == "2");
            }
            const std::string id = who == "root" ? "65534" : std::to_string(::geteuid());
            BOOST_TEST(field(inside, "Uid") == id + "\t" + id + "\t" + id + "\t" + id);
            BOOST_TEST(field(outside, "Uid") == field(inside, "Uid"));
            BOOST_TEST(field(outside, "Groups") == "");
            for (const char *type : {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"}) {
                std::error_code none;
                const auto theirs =
                    std::filesystem::read_symlink("/proc/" + std::to_string(program) + "/ns/" + type, none);
                const auto ours = std::filesystem::read_symlink(std::string("/proc/self/ns/") + type);
                BOOST_TEST((!none && theirs != ours), type);
            }
            BOOST_TEST(::getsid(program) != ::getsid(0));
            const std::string limits = read_file("/proc/" + std::to_string(program) + "/limits");
            BOOST_TEST(limits.find("Max core file size        0                    0 ") != std::string::npos,
                       limits);
        }
    });
}

BOOST_AUTO_TEST_CASE(the_system_is_read_only_and_the_rest_is_not_there) {
    as_everybody([](const std::string &who) {
        BOOST_TEST_CONTEXT(who) {
            BOOST_TEST(output_of(shell("ls -A /tmp /home /root /var /run /srv /mnt 2>/dev/null; echo end")) ==
                       "/tmp:\nend\n");
            BOOST_TEST(output_of(shell("for place in / /usr /etc /proc/sys/kernel /sys/fs; do touch $place/x "
                                       "2>/dev/null && echo $place; done; echo end")) == "end\n");
            BOOST_TEST(output_of(shell("echo text > /tmp/file && cat /tmp/file && echo > /dev/null && "
                                       "echo x > /dev/shm/file && echo fine")) == "text\nfine\n");
            BOOST_TEST(output_of(shell("cat /proc/keys /proc/interrupts /proc/timer_list | wc -c")) == "0\n");
            BOOST_TEST(output_of(shell("cat /etc/shadow 2>/dev/null; echo end")) == "end\n");
        }
    });
}

BOOST_AUTO_TEST_CASE(the_environment_is_nobodys) {
    must(::setenv("SPACES_TEST_SECRET", "secret", 1), "setenv");
    BOOST_TEST(
        output_of(sandbox(Spec({"/usr/bin/env"}))) ==
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nHOME=/tmp\nLANG=C.UTF-8\n");
    must(::unsetenv("SPACES_TEST_SECRET"), "unsetenv");
    BOOST_TEST(output_of(shell("hostname 2>/dev/null || uname -n; pwd")) == "sandbox\n/\n");
}

BOOST_AUTO_TEST_CASE(memory_and_processes_are_limited, *needs(groups::memory) * needs(groups::pids)) {
    const Waiting waiting(shell("echo up; exec cat"));
    BOOST_TEST(groups::file_of(waiting.process(), {"memory.max", "memory.limit_in_bytes"}) == "1073741824");
    BOOST_TEST(groups::file_of(waiting.process(), {"pids.max"}) == "512");
}

BOOST_AUTO_TEST_CASE(what_is_said_later_counts) {
    const TempDir directory;
    std::filesystem::permissions(directory.path(), std::filesystem::perms::all);
    Spec spec = shell("echo x > /data/file; cat /proc/net/dev | wc -l; echo $NAME; hostname; pwd");
    spec.with<spaces_spec_add_mount>(directory.path().c_str(), "/data", "bind", nullptr)
        .with<spaces_spec_share>(SPACES_NAMESPACE_NETWORK)
        .with<spaces_spec_set_env>("NAME", "value")
        .with<spaces_spec_set_hostname>("other")
        .with<spaces_spec_set_cwd>("/data");
    const std::string network = read_file("/proc/net/dev");
    BOOST_TEST(output_of(spec) ==
               std::to_string(std::count(network.begin(), network.end(), '\n')) + "\nvalue\nother\n/data\n");
    BOOST_TEST(read_file(directory.path() + "/file") == "x\n");

    Spec readonly = shell("echo x > /data/other 2>/dev/null || echo refused");
    readonly.with<spaces_spec_add_mount>(directory.path().c_str(), "/data", "bind", "ro");
    BOOST_TEST(output_of(readonly) == "refused\n");

    const Rootfs root;
    Spec own_root = sandbox(Spec({"/bin/sh", "-c", "ls /usr 2>/dev/null | wc -l"}));
    own_root.with<spaces_spec_set_root>(root.path().c_str(), 1);
    BOOST_TEST(output_of(own_root) == "0\n");
}

// Landlock knows what is mounted read-only, whatever the mount is made to be later.
BOOST_AUTO_TEST_CASE(landlock_holds_where_a_mount_would_not, *needs(landlock)) {
    const TempDir directory;
    std::filesystem::permissions(directory.path(), std::filesystem::perms::all);
    const Spec plain = shell("true");
    char *plan = nullptr;
    call<spaces_spec_explain>(plain, 0, &plan);
    const std::string text = plan;
    spaces_free(plan);
    BOOST_TEST(text.find("allow access (read, execute) to \"/\"") != std::string::npos, text);
    BOOST_TEST(text.find(") to \"/tmp\"") != std::string::npos);
    BOOST_TEST(text.find(") to \"/usr\"") == std::string::npos);
    // A directory that is only Landlock's: the root directory is the caller's here, as it is.
    Spec spec({"/bin/sh", "-c", "echo x > " + directory.path() + "/x || echo refused"});
    spec.isolate(SPACES_NAMESPACE_MOUNT).json(R"({"spaces": {"landlock": {"paths": [
        {"path": "/", "access": ["read", "execute"]}, {"path": "/dev", "access": ["all"]}]}}})");
    spec.with<spaces_spec_set_no_new_privs>(1).with<spaces_spec_set_stdio>(SPACES_STDERR, SPACES_STDIO_NULL);
    BOOST_TEST(output_of(spec) == "refused\n");
}

BOOST_AUTO_TEST_CASE(it_ends_with_its_caller) {
    int init = 0;
    int ends[2];
    must(::pipe2(ends, O_CLOEXEC), "pipe2");
    in_child([&] {
        Process process = start(shell("exec sleep 1000"));
        init = process.pid();
        must(::write(ends[1], &init, sizeof init), "write");
        process.leave();
    });
    must(::read(ends[0], &init, sizeof init), "read");
    ::close(ends[0]);
    ::close(ends[1]);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (::kill(init, 0) == 0 && std::chrono::steady_clock::now() < deadline) {
        ::sched_yield();
    }
    BOOST_TEST(::kill(init, 0) == -1);
}

BOOST_AUTO_TEST_CASE(the_host_is_as_before) {
    expect_unchanged("a sandbox", [] {
        BOOST_TEST(output_of(shell("echo fine")) == "fine\n");
        const int code = start_fork_of(sandbox(), [] { return ::getpid() == 2 ? 0 : 1; }).wait().exit_code();
        BOOST_TEST(code == 0);
    });
}

BOOST_AUTO_TEST_CASE(json_has_what_it_consists_of) {
    const Spec spec = shell("id -u");
    char *text = nullptr;
    call<spaces_spec_to_json>(spec, &text);
    Spec read;
    read.json(text);
    char *again = nullptr;
    call<spaces_spec_to_json>(read, &again);
    BOOST_TEST(std::string(text) == std::string(again));
    BOOST_TEST(std::string(text).find("\"systemRoot\": true") != std::string::npos, text);
    spaces_free(text);
    spaces_free(again);
    BOOST_TEST(output_of(read) == output_of(spec));
}

BOOST_AUTO_TEST_CASE(other_words_are_refused) {
    Spec spec;
    const Failure failure = failure_of<spaces_spec_confine>(static_cast<spaces_spec *>(spec), "prison");
    BOOST_TEST(failure.code == SPACES_EINVALID);
    BOOST_TEST(failure.hint == "it is \"sandbox\"");
    BOOST_TEST(failure_of<spaces_spec_confine>(static_cast<spaces_spec *>(spec), nullptr).code ==
               SPACES_EINVALID);
}

BOOST_AUTO_TEST_CASE(a_system_root_is_no_place_and_needs_mounts) {
    Spec both({"/bin/true"});
    both.isolate(SPACES_NAMESPACE_MOUNT).with<spaces_spec_set_system_root>(0);
    const std::string text = R"({"root": {"path": "/"}, "spaces": {"systemRoot": true}})";
    const Failure failure =
        failure_of<spaces_spec_load_json>(static_cast<spaces_spec *>(both), text.data(), text.size());
    BOOST_TEST(failure.object == "spaces.systemRoot");
    Spec no_mounts({"/bin/true"});
    no_mounts.with<spaces_spec_set_system_root>(0);
    BOOST_TEST(start_fails(no_mounts).object == "root");
    Spec writable({"/bin/sh", "-c", "exec 2>&-; touch /x && touch /usr/x || echo only there"});
    writable.isolate(SPACES_NAMESPACE_MOUNT).with<spaces_spec_set_system_root>(0);
    BOOST_TEST(output_of(writable) == "only there\n");
}

BOOST_AUTO_TEST_SUITE_END()
