// Landlock: a ruleset is made, filled and laid upon this process. See landlock(7).
#include "stage/context.hpp"

#include <linux/fcntl.h>
#include <linux/stat.h>

namespace spaces::stage {

namespace {

using plan::Call;
using plan::Step;

// <linux/landlock.h> may be older than the kernel.
struct RulesetAttr {
    uint64_t handled_access_fs;
    uint64_t handled_access_net;
    uint64_t scoped;
};
struct [[gnu::packed]] PathBeneathAttr {
    uint64_t allowed_access;
    int32_t parent_fd;
};
struct NetPortAttr {
    uint64_t allowed_access;
    uint64_t port;
};
constexpr long rule_path_beneath = 1;
constexpr long rule_net_port = 2;

// Of a file that is no directory: execute, write_file, read_file, truncate, ioctl_dev.
constexpr uint64_t rights_of_files = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14 | 1 << 15;

constexpr unsigned type_mask = 0170000;
constexpr unsigned type_directory = 0040000;

} // namespace

Outcome make_landlock_ruleset(Context &context, const Step &step) {
    const RulesetAttr attr{step.number[0], step.number[1], step.number[2]};
    const long ruleset = sys(__NR_landlock_create_ruleset, &attr, sizeof attr, 0L);
    context.landlock_ruleset = static_cast<int>(ruleset);
    return check(Call::landlock_create_ruleset, ruleset);
}

Outcome allow_landlock_path(const Context &context, const Step &step) {
    const long path = sys(__NR_openat, AT_FDCWD, context.text(step.text[0]), O_PATH | O_CLOEXEC);
    if (path < 0) {
        return check(Call::open, path);
    }
    struct statx status {};
    Outcome outcome = check(Call::statx, sys(__NR_statx, path, "", AT_EMPTY_PATH, STATX_TYPE, &status));
    if (!outcome.failed()) {
        const bool is_directory = (status.stx_mode & type_mask) == type_directory;
        const uint64_t access = step.number[0] & (is_directory ? ~uint64_t{0} : rights_of_files);
        const PathBeneathAttr attr{access, static_cast<int32_t>(path)};
        // A rule that allows nothing is none: ENOMSG.
        outcome = access == 0
                      ? Outcome{}
                      : check(Call::landlock_add_rule, sys(__NR_landlock_add_rule, context.landlock_ruleset,
                                                           rule_path_beneath, &attr, 0L));
    }
    sys(__NR_close, path);
    return outcome;
}

Outcome allow_landlock_port(const Context &context, const Step &step) {
    const NetPortAttr attr{step.number[0], step.number[1]};
    return check(Call::landlock_add_rule,
                 sys(__NR_landlock_add_rule, context.landlock_ruleset, rule_net_port, &attr, 0L));
}

Outcome restrict_by_landlock(Context &context) {
    const Outcome outcome =
        check(Call::landlock_restrict_self, sys(__NR_landlock_restrict_self, context.landlock_ruleset, 0L));
    sys(__NR_close, context.landlock_ruleset);
    context.landlock_ruleset = -1;
    return outcome;
}

} // namespace spaces::stage
