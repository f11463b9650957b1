// Of Specs by chance: what the program may use, and which system calls it may make.
#include "spec/chance.hpp"

#include "spec/edit.hpp"
#include "spec/seccomp.hpp"

namespace support {

using namespace spaces;

namespace {

void fill_memory(MemoryResources &memory, Chance &chance) {
    const auto bytes = [&] { return static_cast<int64_t>(chance.below(uint64_t{1} << 62)) - 1; };
    chance.maybe(memory.limit, bytes);
    chance.maybe(memory.reservation, bytes);
    chance.maybe(memory.swap, bytes);
    chance.maybe(memory.kernel, bytes);
    chance.maybe(memory.kernel_tcp, bytes);
    chance.maybe(memory.swappiness, [&] { return chance.below(101); });
    chance.maybe(memory.disable_oom_killer, [&] { return chance.yes(); });
    chance.maybe(memory.use_hierarchy, [&] { return chance.yes(); });
    chance.maybe(memory.check_before_update, [&] { return chance.yes(); });
}

void fill_cpu(CpuResources &cpu, Chance &chance) {
    const auto natural = [&] { return chance.any(); };
    const auto integer = [&] { return static_cast<int64_t>(chance.any()); };
    chance.maybe(cpu.shares, natural);
    chance.maybe(cpu.quota, integer);
    chance.maybe(cpu.burst, natural);
    chance.maybe(cpu.period, natural);
    chance.maybe(cpu.realtime_runtime, integer);
    chance.maybe(cpu.realtime_period, natural);
    chance.maybe(cpu.idle, integer);
    cpu.cpus = chance.yes() ? "0-3" : "";
    cpu.mems = chance.yes() ? "0" : "";
}

void fill_block_io(BlockIoResources &io, Chance &chance) {
    const auto weight = [&] { return chance.below(1001); };
    const auto number = [&] { return static_cast<int64_t>(chance.below(uint64_t{1} << 32)); };
    chance.maybe(io.weight, weight);
    chance.maybe(io.leaf_weight, weight);
    for (size_t count = chance.below(3); count > 0; --count) {
        WeightDevice &device = io.weight_device.emplace_back();
        device.major = number();
        device.minor = number();
        chance.maybe(device.weight, weight);
        chance.maybe(device.leaf_weight, weight);
    }
    for (auto *list : {&io.read_bps, &io.write_bps, &io.read_iops, &io.write_iops}) {
        for (size_t count = chance.below(3); count > 0; --count) {
            list->push_back({.major = number(), .minor = number(), .rate = chance.any()});
        }
    }
}

void fill_devices(std::vector<DeviceRule> &rules, Chance &chance) {
    static constexpr std::array<const char *, 5> accesses{"r", "rw", "rwm", "m", "wm"};
    for (size_t count = chance.below(4); count > 0; --count) {
        DeviceRule &rule = rules.emplace_back();
        rule.allow = chance.yes();
        rule.type = "abc"[chance.below(3)];
        chance.maybe(rule.major, [&] { return chance.below(uint64_t{1} << 32); });
        chance.maybe(rule.minor, [&] { return chance.below(uint64_t{1} << 32); });
        rule.access = accesses[chance.below(accesses.size())];
    }
}

SeccompProfile profile_of_chance(Chance &chance) {
    SeccompProfile profile{.default_action = chance.yes() ? "SCMP_ACT_ERRNO" : "SCMP_ACT_ALLOW"};
    if (profile.default_action == "SCMP_ACT_ERRNO") {
        chance.maybe(profile.default_errno_ret, [&] { return chance.below(4096); });
    }
    if (chance.yes()) {
        profile.architectures = {"SCMP_ARCH_X86_64", "SCMP_ARCH_RISCV64"};
        profile.flags = {"SECCOMP_FILTER_FLAG_LOG"};
    }
    if (chance.yes()) {
        profile.syscalls.push_back({.names = chance.texts(1), .action = "SCMP_ACT_NOTIFY"});
        profile.syscalls.back().names.push_back("mkdir");
        profile.listener_path = chance.yes() ? chance.text(1) : "";
        profile.listener_metadata = profile.listener_path.empty() ? "" : chance.text();
    }
    for (size_t count = chance.below(3); count > 0; --count) {
        SeccompRule rule{.names = {chance.text(1), "clone"}, .action = "SCMP_ACT_TRACE"};
        chance.maybe(rule.errno_ret, [&] { return chance.below(65536); });
        for (size_t args = chance.below(3); args > 0; --args) {
            rule.args.push_back({.index = static_cast<uint32_t>(chance.below(6)),
                                 .value = chance.any(),
                                 .value_two = chance.yes() ? chance.any() : 0,
                                 .op = chance.yes() ? "SCMP_CMP_MASKED_EQ" : "SCMP_CMP_LE"});
        }
        profile.syscalls.push_back(std::move(rule));
    }
    return profile;
}

} // namespace

void fill_cgroup(CgroupSpec &cgroup, Chance &chance) {
    cgroup.own = chance.yes();
    chance.maybe(cgroup.path, [&] { return "/a" + chance.text(1) + "é"; });
    if (cgroup.path && cgroup.path->find('\n') != std::string::npos) {
        cgroup.path = "one/two";
    }
    cgroup.join_of = chance.yes() ? static_cast<int32_t>(1 + chance.below(0x7fff'fffe)) : 0;
    cgroup.fallback = chance.yes();
    cgroup.manager = static_cast<CgroupManager>(chance.below(3));
    ResourcesSpec &resources = cgroup.resources;
    fill_memory(resources.memory, chance);
    fill_cpu(resources.cpu, chance);
    chance.maybe(resources.pids, [&] { return static_cast<int64_t>(chance.any()); });
    fill_block_io(resources.block_io, chance);
    for (const char *const size : {"2MB", "1GB"}) {
        if (chance.yes()) {
            resources.hugepages.push_back({.page_size = size, .limit = chance.any()});
        }
    }
    chance.maybe(resources.network.class_id, [&] { return chance.below(uint64_t{1} << 32); });
    for (size_t count = chance.below(3); count > 0; --count) {
        resources.network.priorities.push_back(
            {.name = chance.text(), .priority = static_cast<uint32_t>(chance.below(1000))});
    }
    if (chance.yes()) {
        RdmaLimit &limit = resources.rdma["mlx5_1"];
        chance.maybe(limit.hca_handles, [&] { return chance.below(100); });
        chance.maybe(limit.hca_objects, [&] { return chance.below(100); });
    }
    fill_devices(resources.devices, chance);
    if (chance.yes()) {
        resources.unified["memory.high"] = chance.yes() ? "max" : std::to_string(chance.below(1000)) + "M";
    }
    for (const char *const key : {"io.max", "cgroup.max.depth"}) {
        if (chance.yes()) {
            resources.unified[key] = chance.text(1);
        }
    }
}

void fill_seccomp(SeccompSpec &seccomp, Chance &chance) {
    if (chance.yes()) {
        set_seccomp_default(seccomp, chance.yes());
    } else {
        set_seccomp_profile(seccomp, profile_of_chance(chance));
    }
    seccomp.report = chance.yes();
    seccomp.cache = chance.yes() ? chance.text(1) : "";
}

} // namespace support
