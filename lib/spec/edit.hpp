// Changes to a Spec that are more than one assignment, for the setters and for JSON alike.
#pragma once

#include "spec/spec.hpp"

#include <string_view>

namespace spaces {

// `name` and `value` become the last word on this variable.
void set_env(ProcessSpec &process, std::string_view name, std::string_view value);
void unset_env(ProcessSpec &process, std::string_view name);
void clear_env(ProcessSpec &process);

// chroot may be chosen before the root directory is: the root is then one without a path.
void set_chroot(Spec &spec, bool on);
// Instead of a root directory of the caller's, which a path in turn replaces.
void set_system_root(Spec &spec, bool readonly);

// What is asked for namespaces replaces what was asked for them before.
void set_namespaces(Spec &spec, uint32_t bits, const NamespaceSpec &wanted);
void share_namespaces(Spec &spec, uint32_t bits);

} // namespace spaces
