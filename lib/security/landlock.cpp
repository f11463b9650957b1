// Landlock: the ruleset of the program, as far as this kernel's ABI goes.
#include "spec/landlock.hpp"
#include "base/error.hpp"
#include "base/sys.hpp"
#include "host/security.hpp"
#include "plan/compilation.hpp"

namespace spaces {

namespace {

using plan::Op;

struct Handled {
    uint64_t fs = 0;
    uint64_t net = 0;
    uint64_t scope = 0;
};

constexpr int newest = 1000; // whatever this library knows

Handled wanted(const LandlockSpec &landlock) {
    return {.fs = landlock.paths || landlock.by_mounts ? landlock_fs_rights(newest) : 0,
            .net = (landlock.bind_tcp ? landlock_bind_tcp : 0) |
                   (landlock.connect_tcp ? landlock_connect_tcp : 0),
            .scope = landlock.scope};
}

std::string joined(const std::vector<std::string> &words) {
    std::string text;
    for (const std::string &word : words) {
        text += (text.empty() ? "" : ", ") + word;
    }
    return text;
}

// What is not to be had is an error, unless that was allowed; then, and where a later ABI only has finer
// rights, it is told in the Result and by explain.
void lack(Compilation &compilation, const std::string &what, bool is_fine, std::string_view hint) {
    if (!is_fine) {
        throw_unsupported("landlock", "Landlock of this kernel cannot restrict " + what, hint);
    }
    compilation.plan.degraded.push_back("landlock: this kernel cannot restrict " + what);
}

Handled had(Compilation &compilation, const LandlockSpec &landlock, int abi) {
    const Handled all = wanted(landlock);
    if (abi == 0) {
        lack(compilation, "anything", landlock.optional,
             "it needs Linux 5.13 and landlock in the list lsm=... of the kernel's command line: see `space "
             "features`");
        return {};
    }
    const Handled handled{.fs = all.fs & landlock_fs_rights(abi),
                          .net = all.net & landlock_net_rights(abi),
                          .scope = all.scope & landlock_scopes(abi)};
    if (handled.fs != all.fs) {
        lack(compilation, joined(landlock_access_words(all.fs & ~handled.fs)), true, "");
    }
    if (handled.net != all.net) {
        lack(compilation, "TCP ports", landlock.optional, "it needs Linux 6.7");
    }
    if (handled.scope != all.scope) {
        lack(compilation, joined(landlock_scope_words(all.scope & ~handled.scope)), landlock.optional,
             "it needs Linux 6.12");
    }
    return handled;
}

void add_port_rules(Compilation &compilation, const std::optional<std::set<uint16_t>> &ports,
                    uint64_t right) {
    const std::string verb = right == landlock_bind_tcp ? "bind" : "connect";
    for (const uint16_t port : ports.value_or(std::set<uint16_t>())) {
        const std::string object = "TCP port " + std::to_string(port);
        plan::Step &step = compilation.add(
            Op::landlock_port, {"landlock", object, "allow the program to " + verb + " " + object});
        step.number[0] = right;
        step.number[1] = port;
    }
}

void add_path_rule(Compilation &compilation, const std::string &place, uint64_t access) {
    const uint32_t path = compilation.builder().text(place);
    plan::Step &step =
        compilation.add(Op::landlock_path,
                        {"landlock", place,
                         "allow access (" + joined(landlock_access_words(access)) + ") to " + quoted(place)});
    step.text[0] = path;
    step.number[0] = access;
}

// What is mounted read-only, and what is only covered by it, is read and executed; the rest is the program's.
std::vector<LandlockSpec::PathRule> rules_by_mounts(const Compilation &compilation) {
    const Spec &spec = compilation.spec;
    std::vector<LandlockSpec::PathRule> rules;
    if (!spec.landlock->by_mounts) {
        return rules;
    }
    const uint64_t all = landlock_fs_rights(newest);
    const bool reads_only = spec.root && spec.root->readonly;
    rules.push_back(
        {"/", reads_only ? parse_landlock_access("read", "") | parse_landlock_access("execute", "") : all});
    for (const std::string &place : writable_mounts(compilation)) {
        rules.push_back({place, all});
    }
    return rules;
}

bool restricts(const Compilation &compilation) {
    return compilation.landlock;
}

void add_restriction(Compilation &compilation) {
    compilation.add(Op::landlock_restrict, {"landlock", "ruleset", "restrict the program by Landlock"});
}

} // namespace

void add_landlock(Compilation &compilation) {
    const auto &landlock = compilation.spec.landlock;
    if (!landlock) {
        return;
    }
    const Handled handled = had(compilation, *landlock, landlock_abi());
    if (handled.fs == 0 && handled.net == 0 && handled.scope == 0) {
        return;
    }
    compilation.landlock = true;
    plan::Step &ruleset =
        compilation.add(Op::landlock_ruleset, {"landlock", "ruleset", "make a ruleset of Landlock"});
    ruleset.number[0] = handled.fs;
    ruleset.number[1] = handled.net;
    ruleset.number[2] = handled.scope;
    for (const LandlockSpec::PathRule &rule :
         landlock->paths ? *landlock->paths : rules_by_mounts(compilation)) {
        add_path_rule(compilation, rule.path, rule.access & handled.fs);
    }
    if ((handled.net & landlock_bind_tcp) != 0) {
        add_port_rules(compilation, landlock->bind_tcp, landlock_bind_tcp);
    }
    if ((handled.net & landlock_connect_tcp) != 0) {
        add_port_rules(compilation, landlock->connect_tcp, landlock_connect_tcp);
    }
    // It takes CAP_SYS_ADMIN, which the program may not have any more, or no_new_privs, which comes later.
    if (!compilation.spec.process.no_new_privileges) {
        add_restriction(compilation);
    }
}

void add_landlock_after_no_new_privs(Compilation &compilation) {
    if (restricts(compilation) && compilation.spec.process.no_new_privileges) {
        add_restriction(compilation);
    }
}

} // namespace spaces
