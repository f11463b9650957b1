// Specs by chance: every member, in every form that has a text form.
#include "spec/specs.hpp"

#include "spec/chance.hpp"
#include "spec/edit.hpp"
#include "spec/namespaces.hpp"

#include <array>

namespace support {

namespace {

using namespace spaces;

uint32_t id(Chance &chance) {
    return chance.yes() ? 0 : static_cast<uint32_t>(chance.below(4294967295));
}

void fill_environment(ProcessSpec &process, Chance &chance) {
    if (chance.yes()) {
        clear_env(process);
    }
    for (size_t count = chance.below(4); count > 0; --count) {
        set_env(process, "V" + std::to_string(chance.below(3)) + "é", chance.text());
    }
    for (size_t count = chance.below(3); count > 0; --count) {
        unset_env(process, "V" + std::to_string(chance.below(6)));
    }
}

StdioSpec stream(int number, Chance &chance) {
    switch (chance.below(5)) {
    case 0:
        return {.kind = StdioSpec::Kind::null};
    case 1:
        return {.kind = StdioSpec::Kind::pipe};
    case 2:
        return {.kind = StdioSpec::Kind::file, .path = chance.text(1), .append = chance.yes()};
    case 3:
        return {.kind = number == 2 ? StdioSpec::Kind::merge_stdout : StdioSpec::Kind::inherit};
    default:
        return {};
    }
}

CapabilitySet capabilities(Chance &chance) {
    return chance.yes() ? all_capabilities : chance.any() & (capability_bit(41) - 1);
}

void fill_privileges(ProcessSpec &process, Chance &chance) {
    process.no_new_privileges = chance.yes();
    if (chance.yes()) {
        process.capabilities.exact = {capabilities(chance), capabilities(chance), 0, capabilities(chance),
                                      capabilities(chance)};
    }
    process.capabilities.drop = chance.yes() ? capabilities(chance) : 0;
    process.capabilities.add = chance.yes() ? capabilities(chance) : 0;
    process.securebits = static_cast<uint32_t>(chance.any()) & 0xefU; // all but SECBIT_KEEP_CAPS
    process.new_keyring = chance.yes();
    chance.maybe(process.apparmor_profile, [&] { return "&profile" + std::to_string(chance.below(3)); });
    chance.maybe(process.selinux_label, [] { return "system_u:system_r:container_t:s0:c1,c2"; });
}

void fill_scheduling(ProcessSpec &process, Chance &chance) {
    chance.maybe(process.oom_score_adj, [&] { return static_cast<int>(chance.below(2001)) - 1000; });
    static constexpr std::array<SchedulerSpec, 4> schedulers{{{.policy = 0, .nice = -20},
                                                              {.policy = 1, .priority = 99, .flags = 1},
                                                              {.policy = 5},
                                                              {.policy = 6, .runtime = 1, .deadline = 2}}};
    chance.maybe(process.scheduler, [&] { return schedulers[chance.below(schedulers.size())]; });
    chance.maybe(process.io_priority, [&] {
        return IoPrioritySpec{2, static_cast<uint32_t>(chance.below(8))};
    });
    chance.maybe(process.initial_cpus, [&] { return std::to_string(chance.below(8)); });
    chance.maybe(process.final_cpus, [&] { return "0-" + std::to_string(chance.below(8)) + ",9"; });
}

void fill_landlock(LandlockSpec &landlock, Chance &chance) {
    if (chance.yes()) {
        auto &paths = landlock.paths.emplace();
        for (size_t count = chance.below(3); count > 0; --count) {
            paths.push_back({.path = chance.text(1), .access = 1 + chance.below(0xffff)});
        }
    }
    chance.maybe(landlock.bind_tcp, [] { return std::set<uint16_t>{80, 65535}; });
    chance.maybe(landlock.connect_tcp, [] { return std::set<uint16_t>{}; });
    landlock.by_mounts = chance.yes();
    landlock.scope = chance.below(4);
    landlock.optional = chance.yes();
}

void fill_process(ProcessSpec &process, Chance &chance) {
    if (chance.yes()) {
        process.args = chance.texts();
        process.args.insert(process.args.begin(), chance.text(1));
    }
    fill_environment(process, chance);
    chance.maybe(process.cwd, [&] { return chance.text(1); });
    chance.maybe(process.uid, [&] { return id(chance); });
    chance.maybe(process.gid, [&] { return id(chance); });
    chance.maybe(process.additional_gids, [&] { return std::vector<uint32_t>(chance.below(3), id(chance)); });
    chance.maybe(process.umask, [&] { return chance.below(01000); });
    for (const char *const name : {"RLIMIT_NOFILE", "RLIMIT_CORE", "RLIMIT_RTTIME"}) {
        if (chance.yes()) {
            process.rlimits[name] = {.soft = chance.below(1000), .hard = chance.yes() ? ~uint64_t{0} : 1000};
        }
    }
    fill_privileges(process, chance);
    fill_scheduling(process, chance);
    chance.maybe(process.executable, [&] { return chance.text(1); });
    process.new_session = chance.yes();
    chance.maybe(process.process_group, [&] { return chance.below(100); });
    process.terminal = chance.yes();
    if (chance.yes()) {
        process.console_size = TerminalSize{.rows = static_cast<uint32_t>(chance.below(65536)),
                                            .columns = static_cast<uint32_t>(chance.below(65536))};
    }
    for (int number = 0; number < 3; ++number) {
        process.stdio[number] = stream(number, chance);
    }
    process.inherit_signals = chance.yes();
    if (chance.yes()) {
        process.default_signals = {1 + static_cast<int>(chance.below(31)), 40};
    }
}

void fill_namespaces(Spec &spec, Chance &chance) {
    for (const NamespaceType &type : namespace_types) {
        switch (chance.below(5)) {
        case 0:
            set_namespaces(spec, type.bit, {});
            break;
        case 1:
            set_namespaces(
                spec, type.bit,
                {.kind = NamespaceSpec::Kind::join_pid, .pid = static_cast<pid_t>(1 + chance.below(3))});
            break;
        case 2:
            set_namespaces(spec, type.bit, {.kind = NamespaceSpec::Kind::join_path, .path = chance.text(1)});
            break;
        case 3:
            share_namespaces(spec, type.bit);
            break;
        default:
            break;
        }
    }
    if (chance.yes()) {
        spec.join_all_of = static_cast<pid_t>(1 + chance.below(0x7fff'fffe));
    }
}

IdMapSpec id_map(Chance &chance) {
    static constexpr std::array<IdMapSpec::Kind, 7> kinds{
        IdMapSpec::Kind::by_default, IdMapSpec::Kind::ranges, IdMapSpec::Kind::root,  IdMapSpec::Kind::self,
        IdMapSpec::Kind::automatic,  IdMapSpec::Kind::none,   IdMapSpec::Kind::nobody};
    IdMapSpec map{.kind = kinds[chance.below(kinds.size())]};
    if (map.kind == IdMapSpec::Kind::ranges) {
        for (uint32_t count = 1 + static_cast<uint32_t>(chance.below(5)), index = 0; index < count; ++index) {
            map.ranges.push_back({index * 1000, uint32_t{4'294'960'000} - index * 1000,
                                  1 + static_cast<uint32_t>(chance.below(1000))});
        }
    }
    return map;
}

std::vector<IdMapping> ranges(Chance &chance) {
    return {{0, 100000, 1 + static_cast<uint32_t>(chance.below(1000))}, {5000, id(chance) / 2, 7}};
}

FileSpec content(Chance &chance) {
    using Kind = FileSpec::Kind;
    static constexpr std::array<Kind, 3> kinds{Kind::file, Kind::directory, Kind::symlink};
    FileSpec file;
    file.kind = kinds[chance.below(kinds.size())];
    file.path = "/" + chance.text(1) + "n";
    if (file.kind != Kind::symlink) {
        file.mode = static_cast<uint32_t>(chance.below(010000));
    }
    if (file.kind == Kind::symlink) {
        file.content = chance.text(1);
    } else if (file.kind == Kind::file) {
        file.content = chance.yes() ? chance.text() : std::string("\0\xff\x80", chance.below(4));
    }
    return file;
}

DeviceSpec device(Chance &chance) {
    DeviceSpec device;
    device.path = "/dev/" + chance.text(1) + "n";
    device.type = "cbp"[chance.below(3)];
    if (device.type != 'p') {
        device.major = static_cast<uint32_t>(chance.below(4096));
        device.minor = static_cast<uint32_t>(chance.below(1048576));
    }
    chance.maybe(device.mode, [&] { return chance.below(010000); });
    chance.maybe(device.uid, [&] { return id(chance); });
    chance.maybe(device.gid, [&] { return id(chance); });
    return device;
}

void fill_contents(Spec &spec, Chance &chance) {
    for (size_t count = chance.below(3); count > 0; --count) {
        spec.files.push_back(content(chance));
        spec.devices.push_back(device(chance));
        spec.masked_paths.push_back("/" + chance.text(1) + "n");
        spec.readonly_paths.push_back("/" + chance.text(1) + "n");
    }
    if (chance.yes()) {
        MountSpec mount{.source = "/a", .destination = "/b", .type = "bind", .options = {"idmap"}};
        mount.uid_mappings = ranges(chance);
        mount.gid_mappings = ranges(chance);
        spec.mounts.push_back(std::move(mount));
    }
}

void fill_files(Spec &spec, Chance &chance) {
    if (chance.yes()) {
        spec.root = RootSpec{.path = chance.text(1), .readonly = chance.yes(), .chroot = chance.yes()};
    } else if (chance.yes()) {
        set_system_root(spec, chance.yes());
    } else {
        set_chroot(spec, chance.yes());
    }
    for (size_t count = chance.below(3); count > 0; --count) {
        spec.mounts.push_back({.source = chance.text(1),
                               .destination = chance.text(1),
                               .type = chance.text(1),
                               .options = chance.texts(1)});
    }
    spec.default_mounts = chance.yes();
    spec.default_devices = chance.yes();
    chance.maybe(spec.mount_proc, [&] { return chance.yes(); });
    static constexpr std::array<const char *, 5> words{"private", "slave", "shared", "unbindable",
                                                       "unchanged"};
    spec.rootfs_propagation = words[chance.below(words.size())];
}

} // namespace

spaces::Spec spec_of_chance(uint32_t seed) {
    Chance chance(seed);
    Spec spec;
    fill_process(spec.process, chance);
    fill_namespaces(spec, chance);
    fill_files(spec, chance);
    fill_contents(spec, chance);
    spec.uid_map = id_map(chance);
    spec.gid_map = id_map(chance);
    for (const char *const path : {"net/ipv4/ip_forward", "net/ipv4/conf/eth0.1/mtu", "kernel/sem"}) {
        if (chance.yes()) {
            spec.sysctl[path] = chance.text();
        }
    }
    if (chance.yes()) {
        fill_landlock(spec.landlock.emplace(), chance);
    }
    chance.maybe(spec.mount_label, [] { return "system_u:object_r:container_file_t:s0:c1,c2"; });
    chance.maybe(spec.personality, [&] { return chance.yes() ? 0 : 8; });
    chance.maybe(spec.setgroups, [&] { return chance.yes(); });
    chance.maybe(spec.hostname, [&] { return chance.text(1); });
    chance.maybe(spec.domainname, [&] { return chance.text(1); });
    for (size_t count = chance.below(3); count > 0; --count) {
        spec.annotations[chance.text(1)] = chance.text();
    }
    for (const char *const clock : {"monotonic", "boottime"}) {
        if (chance.yes()) {
            const auto seconds = static_cast<int64_t>(chance.below(9'223'372'037));
            spec.time_offsets[clock] = {.seconds = chance.yes() ? seconds : -seconds,
                                        .nanoseconds = static_cast<uint32_t>(chance.below(1'000'000'000))};
        }
    }
    fill_cgroup(spec.cgroup, chance);
    fill_seccomp(spec.seccomp, chance);
    spec.init = chance.yes();
    spec.time_limit_ms = chance.yes() ? chance.below(9'223'372'036'999) : 0;
    spec.time_limit_grace_ms = chance.yes() ? chance.below(10'000) : 0;
    spec.die_with_parent = chance.yes();
    return spec;
}

} // namespace support
