// Device rules in version 2: a program that the kernel asks at each open and mknod of a device.
#include "base/sys.hpp"
#include "cgroup/devices.hpp"

#include <bit>
#include <cerrno>
#include <cstddef>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace spaces {

namespace {

constexpr int offset_of_first = 1; // in instructions: that of a jump counts from the next one

uint64_t as_bytes(const bpf_insn &instruction) {
    static_assert(sizeof(bpf_insn) == sizeof(uint64_t));
    return std::bit_cast<uint64_t>(instruction);
}

bpf_insn make(uint8_t code, uint8_t to, uint8_t from, int16_t offset, int32_t number) {
    bpf_insn instruction{};
    instruction.code = code;
    instruction.dst_reg = to & 0xf;
    instruction.src_reg = from & 0xf;
    instruction.off = offset;
    instruction.imm = number;
    return instruction;
}

bpf_insn load(uint8_t to, size_t offset) {
    return make(BPF_LDX | BPF_MEM | BPF_W, to, BPF_REG_1, static_cast<int16_t>(offset), 0);
}

uint32_t access_bits(const std::string &access) {
    uint32_t bits = 0;
    for (const char right : access) {
        bits |= right == 'r' ? BPF_DEVCG_ACC_READ : right == 'w' ? BPF_DEVCG_ACC_WRITE : BPF_DEVCG_ACC_MKNOD;
    }
    return bits;
}

constexpr uint8_t type = BPF_REG_2;
constexpr uint8_t access = BPF_REG_3;
constexpr uint8_t major_number = BPF_REG_4;
constexpr uint8_t minor_number = BPF_REG_5;
constexpr uint8_t scratch = BPF_REG_1; // the context is not needed once it has been read

void add_answer(std::vector<bpf_insn> &code, bool allows) {
    code.push_back(make(BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, allows ? 1 : 0));
    code.push_back(make(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
}

// One rule, asked after all later ones: `access` is what of the question those have not answered.
std::vector<bpf_insn> part_of(const DeviceRule &rule) {
    std::vector<bpf_insn> code;
    if (rule.type != 'a') {
        const int32_t kind = rule.type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR;
        code.push_back(make(BPF_JMP | BPF_JNE | BPF_K, type, 0, 0, kind));
    }
    // Compared as 32 bits: numbers above 2^31 would be negative ones of 64.
    if (rule.major) {
        code.push_back(
            make(BPF_JMP32 | BPF_JNE | BPF_K, major_number, 0, 0, static_cast<int32_t>(*rule.major)));
    }
    if (rule.minor) {
        code.push_back(
            make(BPF_JMP32 | BPF_JNE | BPF_K, minor_number, 0, 0, static_cast<int32_t>(*rule.minor)));
    }
    const auto bits = static_cast<int32_t>(access_bits(rule.access));
    if (rule.allow) { // once nothing is left to be asked for
        code.push_back(make(BPF_ALU64 | BPF_AND | BPF_K, access, 0, 0, ~bits));
        code.push_back(make(BPF_JMP | BPF_JNE | BPF_K, access, 0, 0, 0));
    } else { // a part of it is enough
        code.push_back(make(BPF_ALU64 | BPF_MOV | BPF_X, scratch, access, 0, 0));
        code.push_back(make(BPF_ALU64 | BPF_AND | BPF_K, scratch, 0, 0, bits));
        code.push_back(make(BPF_JMP | BPF_JEQ | BPF_K, scratch, 0, 0, 0));
    }
    add_answer(code, rule.allow);
    // Each jump leads past the end.
    auto distance = static_cast<int16_t>(code.size() - offset_of_first);
    for (bpf_insn &instruction : code) {
        const uint8_t kind = instruction.code & 0x07;
        const bool is_jump = kind == BPF_JMP || kind == BPF_JMP32;
        if (is_jump && (instruction.code & 0xf0) != BPF_EXIT) {
            instruction.off = distance;
        }
        --distance;
    }
    return code;
}

long bpf(int command, bpf_attr &attributes) {
    return ::syscall(SYS_bpf, command, &attributes, sizeof attributes);
}

constexpr const char *hint_for_bpf =
    "device rules in cgroup version 2 are BPF programs, for which the kernel wants CAP_BPF and CAP_NET_ADMIN "
    "(or CAP_SYS_ADMIN) in the initial user namespace; a user namespace cannot open devices by nodes of its "
    "own anyway: leave the rules out";

} // namespace

std::vector<uint64_t> device_program(const std::vector<DeviceRule> &rules) {
    std::vector<bpf_insn> code{
        load(type, offsetof(bpf_cgroup_dev_ctx, access_type)),
        load(major_number, offsetof(bpf_cgroup_dev_ctx, major)),
        load(minor_number, offsetof(bpf_cgroup_dev_ctx, minor)),
        make(BPF_ALU64 | BPF_MOV | BPF_X, access, type, 0, 0),
        make(BPF_ALU64 | BPF_RSH | BPF_K, access, 0, 0, 16),
        make(BPF_ALU64 | BPF_AND | BPF_K, type, 0, 0, 0xffff),
    };
    const std::vector<DeviceRule> latest_first(rules.rbegin(), rules.rend());
    for (const DeviceRule &rule : latest_first) {
        const std::vector<bpf_insn> part = part_of(rule);
        code.insert(code.end(), part.begin(), part.end());
    }
    add_answer(code, true); // what no rule is about
    std::vector<uint64_t> bytes;
    bytes.reserve(code.size());
    for (const bpf_insn &instruction : code) {
        bytes.push_back(as_bytes(instruction));
    }
    return bytes;
}

void set_devices_v2(const ControlGroup &group, const std::vector<DeviceRule> &rules) {
    const std::vector<uint64_t> program = device_program(rules);
    static constexpr char licence[] = "MIT";
    bpf_attr load_it{};
    load_it.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    load_it.insns = reinterpret_cast<uint64_t>(program.data());
    load_it.insn_cnt = static_cast<uint32_t>(program.size());
    load_it.license = reinterpret_cast<uint64_t>(licence);
    const Fd loaded(static_cast<int>(bpf(BPF_PROG_LOAD, load_it)));
    if (!loaded.is_open()) {
        const int error = errno;
        throw_system("cgroup", "bpf", error, "devices", "load the device rules",
                     error == EPERM || error == EACCES    ? hint_for_bpf
                     : error == EINVAL || error == ENOSYS ? "this kernel lacks CONFIG_CGROUP_BPF"
                                                          : "");
    }
    bpf_attr attach{};
    attach.target_fd = static_cast<uint32_t>(group.directory.get());
    attach.attach_bpf_fd = static_cast<uint32_t>(loaded.get());
    attach.attach_type = BPF_CGROUP_DEVICE;
    attach.attach_flags = BPF_F_ALLOW_MULTI; // a program inside may add rules for its own groups
    if (bpf(BPF_PROG_ATTACH, attach) != 0) {
        const int error = errno;
        throw_system("cgroup", "bpf", error, group.path, "attach the device rules to " + quoted(group.path),
                     error == EPERM ? hint_for_bpf : "");
    }
}

} // namespace spaces
