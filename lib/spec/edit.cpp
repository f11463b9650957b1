// Changes to a Spec that are more than one assignment, for the setters and for JSON alike.
#include "spec/edit.hpp"

#include "spec/namespaces.hpp"

#include <algorithm>

namespace spaces {

namespace {

std::vector<std::string>::iterator find_env(std::vector<std::string> &env, std::string_view name) {
    return std::find_if(env.begin(), env.end(), [name](const std::string &entry) {
        return entry.size() > name.size() && entry[name.size()] == '=' && entry.starts_with(name);
    });
}

} // namespace

void set_env(ProcessSpec &process, std::string_view name, std::string_view value) {
    std::string entry(name);
    entry += '=';
    entry += value;
    const auto found = find_env(process.env, name);
    if (found != process.env.end()) {
        *found = std::move(entry);
    } else {
        process.env.push_back(std::move(entry));
    }
    process.env_unset.erase(std::string(name));
}

void unset_env(ProcessSpec &process, std::string_view name) {
    process.env_unset.emplace(name);
    const auto found = find_env(process.env, name);
    if (found != process.env.end()) {
        process.env.erase(found);
    }
}

void clear_env(ProcessSpec &process) {
    process.env_inherit = false;
    process.env.clear();
    process.env_unset.clear();
}

void set_chroot(Spec &spec, bool on) {
    if (!spec.root) {
        if (!on) {
            return;
        }
        spec.root.emplace();
    }
    spec.root->chroot = on;
    if (!on && spec.root->path.empty() && !spec.root->readonly) {
        spec.root.reset();
    }
}

void set_system_root(Spec &spec, bool readonly) {
    const bool chroot = spec.root && spec.root->chroot; // which cannot be: validate() tells
    spec.root = {.path = "", .system = true, .readonly = readonly, .chroot = chroot};
}

void set_namespaces(Spec &spec, uint32_t bits, const NamespaceSpec &wanted) {
    for (const NamespaceType &type : namespace_types) {
        if ((bits & type.bit) != 0) {
            spec.namespaces.insert_or_assign(type.bit, wanted);
        }
    }
    spec.shared &= ~bits;
}

void share_namespaces(Spec &spec, uint32_t bits) {
    for (const NamespaceType &type : namespace_types) {
        if ((bits & type.bit) != 0) {
            spec.namespaces.erase(type.bit);
        }
    }
    spec.shared |= bits;
}

} // namespace spaces
