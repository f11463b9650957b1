// The setters of the file system: root directory, propagation and mounts.
#include "api/argument.hpp"
#include "spec/check.hpp"
#include "spec/edit.hpp"

#include <spaces/spec.h>

namespace spaces {

namespace {

std::vector<std::string> split_options(std::string_view text) {
    std::vector<std::string> options;
    while (!text.empty()) {
        const std::string_view option = text.substr(0, text.find(','));
        if (!option.empty()) {
            options.emplace_back(option);
        }
        text.remove_prefix(std::min(option.size() + 1, text.size()));
    }
    return options;
}

std::string text_or_none(const char *text) {
    return text != nullptr ? text : "";
}

} // namespace

} // namespace spaces

using namespace spaces;

spaces_status spaces_spec_set_root(spaces_spec *spec, const char *path, int readonly,
                                   spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_path(given_text(path, "path"), "root.path");
        RootSpec root{
            .path = path, .readonly = readonly != 0, .chroot = changed.root && changed.root->chroot};
        changed.root = std::move(root);
    });
}

spaces_status spaces_spec_set_chroot(spaces_spec *spec, int on, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { set_chroot(changed, on != 0); });
}

spaces_status spaces_spec_set_propagation(spaces_spec *spec, const char *propagation,
                                          spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        check_propagation(given_text(propagation, "propagation"));
        changed.rootfs_propagation = propagation;
    });
}

spaces_status spaces_spec_add_mount(spaces_spec *spec, const char *source, const char *target,
                                    const char *type, const char *options, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) {
        MountSpec mount{.source = text_or_none(source),
                        .destination = std::string(given_text(target, "target")),
                        .type = text_or_none(type),
                        .options = split_options(text_or_none(options))};
        check_mount(mount, item_of("mounts", changed.mounts.size()));
        changed.mounts.push_back(std::move(mount));
    });
}

spaces_status spaces_spec_set_default_mounts(spaces_spec *spec, int on, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { changed.default_mounts = on != 0; });
}

spaces_status spaces_spec_set_mount_proc(spaces_spec *spec, int on, spaces_error **error) noexcept {
    return change_spec(spec, error, [&](Spec &changed) { changed.mount_proc = on != 0; });
}
