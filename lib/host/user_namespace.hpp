// Whether user namespaces work, and why they do not: what many distributions restrict.
#pragma once

#include <cstdint>
#include <string>

namespace spaces {

struct Advice {
    std::string reason; // "user.max_net_namespaces is reached (it is 0)"
    std::string hint;   // how to mend it
};

// 0 where a new user namespace can be made and gives privileges inside, else an errno. Makes one.
int make_user_namespace();

// Why the kernel refuses user namespaces to this process (EPERM, EACCES).
Advice user_namespace_refused();

// Why a namespace of this kind could not be made.
Advice namespace_advice(uint32_t bit, int error_number);

} // namespace spaces
