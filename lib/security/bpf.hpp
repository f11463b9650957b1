// What a filter answers to a system call: it is asked before a process has it.
#pragma once

#include <cstdint>
#include <linux/filter.h>
#include <span>

namespace spaces {

struct BpfAnswer {
    uint32_t action = 0;  // SECCOMP_RET_*, with its data
    bool depends = false; // on the arguments, of which only zeros were shown

    // Whether the call goes ahead whatever its arguments are.
    bool allows() const;
};

// `architecture`: AUDIT_ARCH_*, `number`: of the system call.
BpfAnswer ask(std::span<const sock_filter> program, uint32_t architecture, int number);

// All that would end a process becomes a notification.
void notify_instead_of_kill(std::span<sock_filter> program);
bool can_kill(std::span<const sock_filter> program);

} // namespace spaces
