// Scheduling by name, and kernel parameters.
#include "spec/scheduling.hpp"

#include "spec/sysctl.hpp"
#include "support/thrown.hpp"

#include <boost/test/unit_test.hpp>
#include <spaces/spec.h>

using namespace spaces;
using support::thrown_by;

BOOST_AUTO_TEST_SUITE(scheduling_test)

BOOST_AUTO_TEST_CASE(lists_of_cpus_become_masks) {
    BOOST_TEST((parse_cpu_list("0", "x") == std::vector<uint64_t>{1}));
    BOOST_TEST((parse_cpu_list("0-3,7", "x") == std::vector<uint64_t>{0x8f}));
    BOOST_TEST((parse_cpu_list("63-64,1", "x") == std::vector<uint64_t>{uint64_t{1} << 63 | 2, 1}));
    for (const char *list : {"", ",", "1,", "-1", "3-1", "a", "1 2", "1-", "8192", "0-4294967296"}) {
        BOOST_TEST(thrown_by([&] { parse_cpu_list(list, "x"); }).code == SPACES_EINVALID, list);
    }
}

BOOST_AUTO_TEST_CASE(words_are_those_of_the_kernel) {
    BOOST_TEST(parse_scheduling_policy("SCHED_DEADLINE", "x") == 6u);
    BOOST_TEST(scheduling_policy_name(5) == "SCHED_IDLE");
    BOOST_TEST(parse_io_class("IOPRIO_CLASS_IDLE", "x") == 3u);
    BOOST_TEST(parse_personality("LINUX32", "x") == 8u);
    BOOST_TEST(thrown_by([] { parse_scheduling_policy("fifo", "x"); }).message ==
               "x: \"fifo\" is no scheduling policy");
    BOOST_TEST(thrown_by([] { parse_scheduling_flag("SCHED_FLAG_X", "x"); }).code == SPACES_EINVALID);
}

BOOST_AUTO_TEST_CASE(what_a_policy_does_not_have_is_refused) {
    check_scheduler({.policy = 0, .nice = 19});
    check_scheduler({.policy = 1, .priority = 1});
    check_scheduler({.policy = 6, .runtime = 1, .deadline = 1});
    const SchedulerSpec wrong[] = {{.policy = 0, .nice = 20},
                                   {.policy = 0, .priority = 1},
                                   {.policy = 1},
                                   {.policy = 2, .priority = 100},
                                   {.policy = 1, .nice = 1, .priority = 1},
                                   {.policy = 5, .nice = 1},
                                   {.policy = 0, .runtime = 1},
                                   {.policy = 6},
                                   {.policy = 6, .runtime = 2, .deadline = 1},
                                   {.policy = 6, .runtime = 1, .deadline = 3, .period = 2}};
    for (const SchedulerSpec &scheduler : wrong) {
        BOOST_TEST(thrown_by([&] { check_scheduler(scheduler); }).code == SPACES_EINVALID);
    }
    check_io_priority({2, 7});
    BOOST_TEST(thrown_by([] { check_io_priority({2, 8}); }).code == SPACES_EINVALID);
    BOOST_TEST(thrown_by([] { check_io_priority({3, 1}); }).code == SPACES_EINVALID);
}

BOOST_AUTO_TEST_CASE(kernel_parameters_belong_to_a_namespace) {
    BOOST_TEST(sysctl_path("net.ipv4.ip_forward", "x") == "net/ipv4/ip_forward");
    BOOST_TEST(sysctl_path("net/ipv4/conf/eth0.1/mtu", "x") == "net/ipv4/conf/eth0.1/mtu");
    BOOST_TEST(sysctl_path("net.ipv4.conf.eth0/1.mtu", "x") == "net/ipv4/conf/eth0.1/mtu");
    BOOST_TEST(sysctl_name("net/ipv4/conf/eth0.1/mtu") == "net.ipv4.conf.eth0/1.mtu");
    BOOST_TEST(sysctl_namespace("net/core/somaxconn") == SPACES_NAMESPACE_NETWORK);
    BOOST_TEST(sysctl_namespace("kernel/sem") == SPACES_NAMESPACE_IPC);
    BOOST_TEST(sysctl_namespace("fs/mqueue/msg_max") == SPACES_NAMESPACE_IPC);
    BOOST_TEST(sysctl_namespace("kernel/domainname") == SPACES_NAMESPACE_UTS);
    for (const char *path :
         {"kernel/core_pattern", "fs/file-max", "vm/overcommit_memory", "net", "kernel/sem/x"}) {
        BOOST_TEST(sysctl_namespace(path) == 0u, path);
    }
}

BOOST_AUTO_TEST_SUITE_END()
