// linux.mountLabel: the SELinux label of the file systems that are mounted anew, and which of them get it.
#pragma once

#include "plan/compilation.hpp"

#include <string>
#include <vector>

namespace spaces {

enum class Labelling {
    none,        // a file system of which there is one only: the policy says what its files are labelled
    as_option,   // of the file system as a whole, by the mount option "context"
    of_directory // mounted already, where nobody sees it: the directory gets the label afterwards
};

Labelling labelling_of(const std::string &type);

// mount(8)'s spelling, as runc and crun write it: the quotes keep the commas between categories.
std::string context_option(const std::string &label);

// What is told of the mount itself comes first: the kernel takes one context only.
bool has_context(const std::vector<std::string> &options);

// Of the Spec, for a new file system of this type with these options: the option to add, or empty.
std::string mount_label_option(const Compilation &compilation, const std::string &type,
                               const std::vector<std::string> &options = {});

// Throws where this machine cannot give the label.
void require_mount_label(const Compilation &compilation);
// For Labelling::of_directory, once it is mounted.
void add_label_of_mount(Compilation &compilation, const MountSpec &mount);

} // namespace spaces
