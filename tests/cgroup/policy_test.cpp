// Device rules, and the program that they become. The program is run by a small interpreter here; that the
// kernel takes it is what devices_test.cpp sees.
#include "cgroup/devices.hpp"

#include "base/error.hpp"
#include "spec/check.hpp"

#include <bit>
#include <boost/test/unit_test.hpp>
#include <linux/bpf.h>
#include <spaces/base.h>

using namespace spaces;

namespace {

std::vector<DeviceRule> rules(const std::vector<std::pair<bool, const char *>> &texts) {
    std::vector<DeviceRule> list;
    for (const auto &[allow, text] : texts) {
        list.push_back(device_rule(allow, text));
    }
    return list;
}

uint32_t bits_of(const std::string &access) {
    uint32_t bits = 0;
    for (const char right : access) {
        bits |= right == 'm' ? BPF_DEVCG_ACC_MKNOD : right == 'r' ? BPF_DEVCG_ACC_READ : BPF_DEVCG_ACC_WRITE;
    }
    return bits;
}

// The few instructions that there are.
bool answer(const std::vector<uint64_t> &program, char type, uint32_t major, uint32_t minor,
            const std::string &access) {
    const bpf_cgroup_dev_ctx context{
        bits_of(access) << 16 | (type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR), major, minor};
    uint64_t registers[11] = {};
    for (size_t at = 0; at < program.size(); ++at) {
        const auto insn = std::bit_cast<bpf_insn>(program[at]);
        uint64_t &to = registers[insn.dst_reg];
        const uint64_t from = registers[insn.src_reg];
        const auto number = static_cast<uint64_t>(int64_t{insn.imm});
        switch (insn.code) {
        case BPF_LDX | BPF_MEM | BPF_W:
            to = *reinterpret_cast<const uint32_t *>(reinterpret_cast<const char *>(&context) + insn.off);
            break;
        case BPF_ALU64 | BPF_MOV | BPF_X:
            to = from;
            break;
        case BPF_ALU64 | BPF_MOV | BPF_K:
            to = number;
            break;
        case BPF_ALU64 | BPF_RSH | BPF_K:
            to >>= number;
            break;
        case BPF_ALU64 | BPF_AND | BPF_K:
            to &= number;
            break;
        case BPF_JMP | BPF_JNE | BPF_K:
            at += to != number ? static_cast<size_t>(insn.off) : 0;
            break;
        case BPF_JMP32 | BPF_JNE | BPF_K:
            at += static_cast<uint32_t>(to) != static_cast<uint32_t>(number) ? static_cast<size_t>(insn.off)
                                                                             : 0;
            break;
        case BPF_JMP | BPF_JEQ | BPF_K:
            at += to == number ? static_cast<size_t>(insn.off) : 0;
            break;
        case BPF_JMP | BPF_JNE | BPF_X:
            at += to != from ? static_cast<size_t>(insn.off) : 0;
            break;
        case BPF_JMP | BPF_EXIT:
            return registers[0] == 1;
        default:
            BOOST_FAIL("an instruction of code " << int{insn.code});
        }
    }
    BOOST_FAIL("the program has no end");
    return false;
}

} // namespace

BOOST_AUTO_TEST_SUITE(policy_test)

BOOST_AUTO_TEST_CASE(without_rules_everything_is_allowed) {
    const auto program = device_program({});
    BOOST_TEST(answer(program, 'c', 1, 3, "rw"));
    BOOST_TEST(answer(program, 'b', 8, 0, "rwm"));
}

BOOST_AUTO_TEST_CASE(what_is_allowed_after_all_was_denied) {
    const auto program = device_program(
        rules({{false, "a"}, {true, "c 1:3 rw"}, {true, "c *:* m"}, {true, "b 8:* r"}, {true, "c 1:9 rwm"}}));
    BOOST_TEST(answer(program, 'c', 1, 3, "r"));
    BOOST_TEST(answer(program, 'c', 1, 3, "rw"));
    BOOST_TEST(answer(program, 'c', 7, 7, "m"));
    BOOST_TEST(answer(program, 'b', 8, 5, "r"));
    BOOST_TEST(answer(program, 'c', 1, 9, "rwm"));
    BOOST_TEST(!answer(program, 'c', 1, 5, "r"));
    BOOST_TEST(!answer(program, 'b', 1, 3, "r"));
    BOOST_TEST(!answer(program, 'b', 8, 5, "rw"));
    BOOST_TEST(!answer(program, 'b', 8, 5, "m"));
}

BOOST_AUTO_TEST_CASE(a_part_of_what_is_asked_for_is_enough_to_deny) {
    const auto program = device_program(rules({{false, "c 1:3 w"}, {false, "b *:* rwm"}}));
    BOOST_TEST(answer(program, 'c', 1, 3, "r"));
    BOOST_TEST(!answer(program, 'c', 1, 3, "rw"));
    BOOST_TEST(!answer(program, 'b', 8, 0, "r"));
}

BOOST_AUTO_TEST_CASE(rules_of_one_device_add_up) {
    const auto list = rules({{false, "a"}, {true, "c 1:3 r"}, {true, "c 1:3 w"}});
    BOOST_TEST(device_policy(list).exceptions.size() == 1);
    BOOST_TEST(answer(device_program(list), 'c', 1, 3, "rw"));
}

BOOST_AUTO_TEST_CASE(a_later_rule_takes_an_earlier_one_back) {
    const auto list = rules({{false, "a"}, {true, "c 1:3 rwm"}, {false, "c 1:3 w"}});
    BOOST_TEST(
        (device_policy(list) == DevicePolicy{.allows = false, .exceptions = rules({{true, "c 1:3 rm"}})}));
    BOOST_TEST(answer(device_program(list), 'c', 1, 3, "r"));
    BOOST_TEST(!answer(device_program(list), 'c', 1, 3, "w"));
    BOOST_TEST(!answer(device_program(list), 'c', 1, 3, "rw"));
    const DevicePolicy nothing{.allows = false, .exceptions = {}};
    BOOST_TEST((device_policy(rules({{true, "c 1:3 rwm"}, {false, "a"}})) == nothing));
}

// The whole of it by what the rules say, one after the other, and one right after the other.
BOOST_AUTO_TEST_CASE(later_rules_prevail_however_they_overlap) {
    const std::vector<std::vector<std::pair<bool, const char *>>> lists{
        {{false, "a"}, {true, "c 1:* rwm"}, {false, "c 1:8 r"}},
        {{false, "a"}, {true, "c 1:8 rwm"}, {false, "c 1:* w"}},
        {{false, "c *:* w"}, {true, "c 1:* rw"}, {false, "c *:9 r"}, {true, "c 1:9 r"}},
        {{false, "a *:* m"}, {true, "b 8:* m"}, {false, "a"}, {true, "c *:8 rw"}, {false, "c 2:* r"}},
    };
    for (const auto &texts : lists) {
        const std::vector<DeviceRule> list = rules(texts);
        const auto program = device_program(list);
        for (const char type : {'b', 'c'}) {
            for (const uint32_t major : {1U, 2U, 8U}) {
                for (const uint32_t minor : {7U, 8U, 9U}) {
                    bool all = true;
                    for (const char *right : {"r", "w", "m"}) {
                        bool allowed = true;
                        for (const DeviceRule &rule : list) {
                            const bool is_about = (rule.type == 'a' || rule.type == type) &&
                                                  rule.major.value_or(major) == major &&
                                                  rule.minor.value_or(minor) == minor &&
                                                  rule.access.find(right) != std::string::npos;
                            allowed = is_about ? rule.allow : allowed;
                        }
                        BOOST_TEST(answer(program, type, major, minor, right) == allowed);
                        all = all && allowed;
                    }
                    BOOST_TEST(answer(program, type, major, minor, "rwm") == all);
                }
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(what_version_1_cannot_say_is_refused) {
    try {
        device_policy(rules({{false, "a"}, {true, "c 1:* rwm"}, {false, "c 1:8 r"}}));
        BOOST_FAIL("it was taken");
    } catch (const Error &error) {
        BOOST_TEST(error.code == SPACES_EUNSUPPORTED);
        BOOST_TEST(error.message.find("\"c 1:8 r\"") != std::string::npos, error.message);
        BOOST_TEST(error.message.find("\"c 1:* rwm\"") != std::string::npos, error.message);
    }
    // What is wider takes back all, and what has no right in common nothing.
    const auto wider = device_policy(rules({{false, "a"}, {true, "c 1:8 rwm"}, {false, "c 1:* rw"}}));
    BOOST_TEST((wider == DevicePolicy{.allows = false, .exceptions = rules({{true, "c 1:8 m"}})}));
    const auto apart = device_policy(rules({{false, "a"}, {true, "c 1:* r"}, {false, "c 1:8 w"}}));
    BOOST_TEST((apart == DevicePolicy{.allows = false, .exceptions = rules({{true, "c 1:* r"}})}));
}

BOOST_AUTO_TEST_CASE(what_a_group_has_inherited_is_read) {
    BOOST_TEST((parse_device_list("a *:* rwm\n") == DevicePolicy{}));
    BOOST_TEST(
        (parse_device_list("c 1:3 rwm\nb 8:* r\n") ==
         DevicePolicy{.allows = false, .exceptions = rules({{true, "c 1:3 rwm"}, {true, "b 8:* r"}})}));
    BOOST_TEST((parse_device_list("") == DevicePolicy{.allows = false, .exceptions = {}}));
}

BOOST_AUTO_TEST_CASE(a_rule_about_both_types_but_not_everything) {
    const auto program = device_program(rules({{false, "a"}, {true, "a *:* m"}}));
    BOOST_TEST(answer(program, 'c', 1, 3, "m"));
    BOOST_TEST(answer(program, 'b', 1, 3, "m"));
    BOOST_TEST(!answer(program, 'b', 1, 3, "r"));
}

BOOST_AUTO_TEST_CASE(numbers_have_32_bits) {
    const auto program = device_program(rules({{false, "a"}, {true, "c 4294967295:3 r"}}));
    BOOST_TEST(answer(program, 'c', 4294967295, 3, "r"));
    BOOST_TEST(!answer(program, 'c', 1, 3, "r"));
}

BOOST_AUTO_TEST_SUITE_END()
