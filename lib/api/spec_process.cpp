// The setters of the program: its arguments, environment, ids, limits and session.
#include "api/argument.hpp"
#include "spec/check.hpp"
#include "spec/edit.hpp"

#include <spaces/spec.h>

using namespace spaces;

spaces_status spaces_spec_set_args(spaces_spec *spec, const char *const *argv,
                                   spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        std::vector<std::string> args;
        for (const char *const *arg = &given(argv, "argv"); *arg != nullptr; ++arg) {
            args.emplace_back(*arg);
        }
        check_args(args);
        changed.process.args = std::move(args);
    });
}

spaces_status spaces_spec_set_executable(spaces_spec *spec, const char *path, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_executable(given_text(path, "path"));
        changed.process.executable = path;
    });
}

spaces_status spaces_spec_set_env(spaces_spec *spec, const char *name, const char *value,
                                  spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_env_name(given_text(name, "name"));
        set_env(changed.process, name, given_text(value, "value"));
    });
}

spaces_status spaces_spec_unset_env(spaces_spec *spec, const char *name, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_env_name(given_text(name, "name"));
        unset_env(changed.process, name);
    });
}

spaces_status spaces_spec_clear_env(spaces_spec *spec, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { clear_env(changed.process); });
}

spaces_status spaces_spec_set_cwd(spaces_spec *spec, const char *path, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_path(given_text(path, "path"), "process.cwd");
        changed.process.cwd = path;
    });
}

spaces_status spaces_spec_set_uid(spaces_spec *spec, uint32_t uid, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_id(uid, "process.user.uid");
        changed.process.uid = uid;
    });
}

spaces_status spaces_spec_set_gid(spaces_spec *spec, uint32_t gid, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_id(gid, "process.user.gid");
        changed.process.gid = gid;
    });
}

spaces_status spaces_spec_set_groups(spaces_spec *spec, const uint32_t *gids, size_t count,
                                     spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        std::vector<uint32_t> groups;
        if (count != 0) {
            groups.assign(&given(gids, "gids"), gids + count);
        }
        check_groups(groups);
        changed.process.additional_gids = std::move(groups);
    });
}

spaces_status spaces_spec_set_umask(spaces_spec *spec, uint32_t mask, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_umask(mask);
        changed.process.umask = mask;
    });
}

spaces_status spaces_spec_set_rlimit(spaces_spec *spec, const char *name, uint64_t soft, uint64_t hard,
                                     spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        const RlimitSpec limit{.soft = soft, .hard = hard};
        check_rlimit(given_text(name, "name"), limit);
        changed.process.rlimits.insert_or_assign(name, limit);
    });
}

spaces_status spaces_spec_set_no_new_privs(spaces_spec *spec, int on, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { changed.process.no_new_privileges = on != 0; });
}

spaces_status spaces_spec_set_oom_score_adj(spaces_spec *spec, int score, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_oom_score_adj(score);
        changed.process.oom_score_adj = score;
    });
}

spaces_status spaces_spec_set_new_session(spaces_spec *spec, int on, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { changed.process.new_session = on != 0; });
}

spaces_status spaces_spec_set_process_group(spaces_spec *spec, int pgid, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_process_group(pgid);
        changed.process.process_group = pgid;
    });
}

spaces_status spaces_spec_set_inherit_signals(spaces_spec *spec, int on, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { changed.process.inherit_signals = on != 0; });
}

spaces_status spaces_spec_add_default_signal(spaces_spec *spec, int signal, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_default_signal(signal);
        changed.process.default_signals.insert(signal);
    });
}
