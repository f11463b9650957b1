// Specs by chance: every member, in every form that has a text form.
#include "spec/specs.hpp"

#include "spec/edit.hpp"
#include "spec/namespaces.hpp"

#include <array>

namespace support {

namespace {

using namespace spaces;

class Chance {
  public:
    explicit Chance(uint32_t seed) : engine_(seed) {}

    bool yes() { return below(2) == 1; }
    uint64_t below(uint64_t limit) { return engine_() % limit; }
    uint64_t any() { return engine_(); }

    // Text with what JSON must escape and what it must not.
    std::string text(size_t least = 0) {
        static constexpr std::array<const char *, 12> pieces{"a",    "Z9",   "/", "\"", "\\", "\n",
                                                             "\x01", "\x7f", "é", "漢", "😀",  " "};
        std::string result;
        for (size_t count = least + below(5); count > 0; --count) {
            result += pieces[below(pieces.size())];
        }
        return result;
    }

    std::vector<std::string> texts(size_t least = 0) {
        std::vector<std::string> result;
        for (size_t count = below(4); count > 0; --count) {
            result.push_back(text(least));
        }
        return result;
    }

    template <class Value, class Make> void maybe(std::optional<Value> &target, Make &&make) {
        if (yes()) {
            target = static_cast<Value>(make());
        }
    }

  private:
    std::mt19937_64 engine_;
};

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
    process.no_new_privileges = chance.yes();
    chance.maybe(process.oom_score_adj, [&] { return static_cast<int>(chance.below(2001)) - 1000; });
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
    static constexpr std::array<IdMapSpec::Kind, 6> kinds{
        IdMapSpec::Kind::by_default, IdMapSpec::Kind::ranges,    IdMapSpec::Kind::root,
        IdMapSpec::Kind::self,       IdMapSpec::Kind::automatic, IdMapSpec::Kind::none};
    IdMapSpec map{.kind = kinds[chance.below(kinds.size())]};
    if (map.kind == IdMapSpec::Kind::ranges) {
        for (uint32_t count = 1 + static_cast<uint32_t>(chance.below(5)), index = 0; index < count; ++index) {
            map.ranges.push_back({index * 1000, uint32_t{4'294'960'000} - index * 1000,
                                  1 + static_cast<uint32_t>(chance.below(1000))});
        }
    }
    return map;
}

void fill_files(Spec &spec, Chance &chance) {
    if (chance.yes()) {
        spec.root = RootSpec{.path = chance.text(1), .readonly = chance.yes(), .chroot = chance.yes()};
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
    chance.maybe(spec.mount_proc, [&] { return chance.yes(); });
    static constexpr std::array<const char *, 5> words{"private", "slave", "shared", "unbindable",
                                                       "unchanged"};
    spec.rootfs_propagation = words[chance.below(words.size())];
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

void fill_seccomp(SeccompSpec &seccomp, Chance &chance) {
    if (chance.yes()) {
        set_seccomp_default(seccomp, chance.yes());
    } else {
        set_seccomp_profile(seccomp, profile_of_chance(chance));
    }
    seccomp.report = chance.yes();
    seccomp.cache = chance.yes() ? chance.text(1) : "";
}

} // namespace

spaces::Spec spec_of_chance(uint32_t seed) {
    Chance chance(seed);
    Spec spec;
    fill_process(spec.process, chance);
    fill_namespaces(spec, chance);
    fill_files(spec, chance);
    spec.uid_map = id_map(chance);
    spec.gid_map = id_map(chance);
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
    fill_seccomp(spec.seccomp, chance);
    spec.init = chance.yes();
    spec.time_limit_ms = chance.yes() ? chance.below(9'223'372'036'999) : 0;
    spec.time_limit_grace_ms = chance.yes() ? chance.below(10'000) : 0;
    spec.die_with_parent = chance.yes();
    return spec;
}

} // namespace support
