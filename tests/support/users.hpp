// A test's body as somebody else: an ordinary user, one with subordinate ids, root with fewer capabilities.
#pragma once

#include "support/child.hpp"

#include <string>
#include <sys/types.h>

namespace support {

// No account is needed, and this one has none.
constexpr uid_t nobody_special = 54321;

// In a child that has dropped to this user and the group of the same number, with no other groups (needs
// root).
void as_user(uid_t uid, const Body &body);

// As the caller, and where that is root also as an ordinary user. `body` gets who it is, for messages.
void as_everybody(const std::function<void(const std::string &who)> &body);

// An account that exists for the child only: its files are bound over those of /etc in a mount namespace.
struct Account {
    std::string name = "spaces-tester";
    uid_t uid = 54322;
    std::string subuid = "spaces-tester:200000:65536\n"; // the text of /etc/subuid
    std::string subgid = "spaces-tester:300000:65536\n"; // and of /etc/subgid
};

void as_account(const Account &account, const Body &body);

// In a child that has lost this capability for good, in its bounding set too.
void without_capability(int capability, const Body &body);

// In a child that is root of a user namespace of its own, with all capabilities in there, and in which
// user.max_<kind>_namespaces is 0. The host's limit is not touched: the count is one of the user namespace.
void with_no_more_namespaces(const std::string &kind, const Body &body);

} // namespace support
