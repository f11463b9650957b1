// Kernel parameters of the program's namespaces.
#include "support/capture.hpp"
#include "support/child.hpp"
#include "support/needs.hpp"
#include "support/temp_dir.hpp"
#include "support/users.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

Spec with_parameter(uint32_t namespaces, const char *name, const char *value) {
    Spec spec;
    spec.isolate(namespaces).with<spaces_spec_set_sysctl>(name, value);
    return spec;
}

std::string seen(const Spec &base, const std::string &path) {
    Spec spec(base);
    spec.args({probe(), "cat", "/proc/sys/" + path});
    return output_of(spec);
}

} // namespace

BOOST_AUTO_TEST_SUITE(sysctl_test, *needs(user_namespaces))

BOOST_AUTO_TEST_CASE(parameters_of_each_namespace_are_set_and_the_callers_stay) {
    struct Row {
        uint32_t namespaces;
        const char *name;
        const char *path;
        const char *value;
    };
    const Row rows[] = {
        {SPACES_NAMESPACE_NETWORK, "net.ipv4.ip_forward", "net/ipv4/ip_forward", "1"},
        {SPACES_NAMESPACE_NETWORK, "net/ipv4/conf/lo/forwarding", "net/ipv4/conf/lo/forwarding", "1"},
        {SPACES_NAMESPACE_IPC, "kernel.shmmax", "kernel/shmmax", "54321"},
        {SPACES_NAMESPACE_IPC, "fs.mqueue.msg_max", "fs/mqueue/msg_max", "8"},
        {SPACES_NAMESPACE_UTS, "kernel.domainname", "kernel/domainname", "example.org"},
        {SPACES_NAMESPACE_USER, "user.max_pid_namespaces", "user/max_pid_namespaces", "3"},
    };
    for (const Row &row : rows) {
        const std::string before = read_file(std::string("/proc/sys/") + row.path);
        BOOST_TEST(seen(with_parameter(row.namespaces, row.name, row.value), row.path) ==
                   std::string(row.value) + "\n");
        BOOST_TEST(read_file(std::string("/proc/sys/") + row.path) == before);
    }
}

BOOST_AUTO_TEST_CASE(a_container_with_its_own_root_has_them_too) {
    const Rootfs rootfs;
    Spec spec = with_parameter(SPACES_NAMESPACE_ALL, "net.ipv4.ip_forward", "1");
    spec.with<spaces_spec_set_root>(rootfs.path().c_str(), 0)
        .args({"/bin/probe", "cat", "/proc/sys/net/ipv4/ip_forward"});
    BOOST_TEST(output_of(spec) == "1\n");
}

BOOST_AUTO_TEST_CASE(those_of_the_machine_and_of_shared_namespaces_are_refused) {
    struct Row {
        const char *name;
        const char *message;
    };
    const Row rows[] = {
        {"vm.swappiness", "linux.sysctl: \"vm.swappiness\" is a parameter of the whole machine"},
        {"kernel.pid_max", "linux.sysctl: \"kernel.pid_max\" is a parameter of the whole machine"},
        {"net.ipv4.ip_forward", "linux.sysctl: \"net.ipv4.ip_forward\" needs a new network namespace"},
        {"kernel.shmmax", "linux.sysctl: \"kernel.shmmax\" needs a new ipc namespace"},
    };
    for (const Row &row : rows) {
        Spec spec({"/bin/true"});
        const Failure failure = start_fails(spec.with<spaces_spec_set_sysctl>(row.name, "1"));
        BOOST_TEST(failure.code == SPACES_EINVALID, failure.text);
        BOOST_TEST(failure.message == row.message);
    }
}

BOOST_AUTO_TEST_CASE(names_that_lead_elsewhere_are_none) {
    for (const char *name :
         {"", ".", "net..ipv4", "net/../vm/swappiness", "net./", "/net/ipv4", "net.ipv4."}) {
        const Failure failure = failure_of<spaces_spec_set_sysctl>(Spec(), name, "1");
        BOOST_TEST(failure.code == SPACES_EINVALID, name << ": " << failure.text);
    }
}

BOOST_AUTO_TEST_CASE(what_the_kernel_does_not_take_is_an_error_that_names_it) {
    Spec missing = with_parameter(SPACES_NAMESPACE_NETWORK, "net.ipv4.no_such_thing", "1");
    const Failure failure = start_fails(missing.args({"/bin/true"}));
    BOOST_TEST(failure.step == "sysctl", failure.text);
    BOOST_TEST(failure.object == "net.ipv4.no_such_thing");
    BOOST_TEST(failure.error_number == ENOENT);
    BOOST_TEST(failure.system_call == "open");
    Spec bad = with_parameter(SPACES_NAMESPACE_NETWORK, "net.ipv4.ip_forward", "perhaps");
    const Failure refused = start_fails(bad.args({"/bin/true"}));
    BOOST_TEST(refused.step == "sysctl", refused.text);
    BOOST_TEST(refused.error_number == EINVAL);
    BOOST_TEST(refused.system_call == "write");
}

BOOST_AUTO_TEST_SUITE_END()
