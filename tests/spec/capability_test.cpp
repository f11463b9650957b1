// Capabilities and security flags by name.
#include "spec/capability.hpp"

#include "support/thrown.hpp"

#include <boost/test/unit_test.hpp>
#include <linux/capability.h>
#include <linux/securebits.h>
#include <spaces/base.h>

using namespace spaces;
using support::thrown_by;

BOOST_AUTO_TEST_SUITE(capability_test)

BOOST_AUTO_TEST_CASE(names_are_those_of_the_kernel) {
    BOOST_TEST(capability_name(CAP_CHOWN) == "CAP_CHOWN");
    BOOST_TEST(capability_name(CAP_SYS_ADMIN) == "CAP_SYS_ADMIN");
    BOOST_TEST(capability_name(CAP_CHECKPOINT_RESTORE) == "CAP_CHECKPOINT_RESTORE");
    BOOST_TEST(capability_name(63) == "CAP_63");
}

BOOST_AUTO_TEST_CASE(a_set_is_listed_in_the_kernels_order) {
    const uint64_t set = uint64_t{1} << CAP_SYS_ADMIN | uint64_t{1} << CAP_KILL | uint64_t{1} << 62U;
    BOOST_TEST((capability_names(set) == std::vector<std::string>{"CAP_KILL", "CAP_SYS_ADMIN", "CAP_62"}));
    BOOST_TEST(capability_names(0).empty());
}

BOOST_AUTO_TEST_CASE(all_of_them_have_a_name_of_their_own) {
    BOOST_TEST((capability_names(all_capabilities) == std::vector<std::string>{"ALL"}));
    BOOST_TEST(parse_capability("all", "x") == all_capabilities);
}

BOOST_AUTO_TEST_CASE(names_are_read_as_people_write_them) {
    for (const char *name : {"CAP_NET_RAW", "NET_RAW", "net_raw", "cap_net_raw", "Cap_Net_Raw"}) {
        BOOST_TEST(parse_capability(name, "x") == capability_bit(CAP_NET_RAW));
    }
    for (int capability = 0; capability <= CAP_CHECKPOINT_RESTORE; ++capability) {
        BOOST_TEST(parse_capability(capability_name(capability), "x") == capability_bit(capability));
    }
    for (const char *name : {"", "CAP_", "NET", "CAP_41", "CAP_CAP_KILL", "KILL "}) {
        BOOST_TEST(thrown_by([&] { parse_capability(name, "x"); }).code == SPACES_EINVALID);
    }
}

BOOST_AUTO_TEST_CASE(security_flags_go_by_the_words_of_setpriv) {
    BOOST_TEST(parse_securebit("noroot", "x") == uint32_t{SECBIT_NOROOT});
    BOOST_TEST((securebit_names(SECBIT_NOROOT | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED) ==
                std::vector<std::string>{"noroot", "no_cap_ambient_raise_locked"}));
    for (const char *name : {"", "NOROOT", "keep_caps"}) {
        BOOST_TEST(thrown_by([&] { parse_securebit(name, "x"); }).code == SPACES_EINVALID);
    }
}

BOOST_AUTO_TEST_SUITE_END()
