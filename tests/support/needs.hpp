// Preconditions of tests: what a test needs and this machine may not have. A test that is skipped says why.
#pragma once

#include <boost/test/unit_test.hpp>

namespace support {

using Answer = boost::test_tools::assertion_result;

// BOOST_AUTO_TEST_CASE(name, *needs(root))
using Condition = Answer (*)();
boost::unit_test::precondition needs(Condition condition);

Answer root();                // the superuser, of the first user namespace
Answer ordinary_user();       // anybody else
Answer user_namespaces();     // the caller may make them
Answer forks_of_one_thread(); // a fork of this program has one thread, and may make a user namespace
Answer new_id_maps();         // newuidmap and newgidmap are installed and may write maps
Answer apparmor();            // active in this kernel
Answer selinux();             // likewise
Answer selinux_of_guest();    // with the policy tests/vm/selinux.cil
Answer landlock();            // active, and its rules for TCP ports, and its scopes
Answer landlock_of_ports();
Answer landlock_of_scopes();
Answer sys_resource(); // CAP_SYS_RESOURCE, to raise hard limits and lower oom_score_adj
Answer memfd_noexec(); // the sysctl vm.memfd_noexec, and the right to set it in a pid namespace

} // namespace support
