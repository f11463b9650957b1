// The subordinate ids of a user: what /etc/subuid and /etc/subgid grant, see subuid(5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace spaces {

struct SubidRange {
    uint32_t first = 0;
    uint32_t count = 0;

    bool operator==(const SubidRange &) const = default;
};

// The ranges that the file at `path` has for the user, by login name or by number, in its order and none
// twice. Never empty: throws SPACES_EUNSUPPORTED where there is nothing to be had, with the cure as the hint.
std::vector<SubidRange> subordinate_ids(const std::string &path, uid_t uid, const std::string &user_name);

// The login name; empty where the user has none. Asks the system's user database, which may take locks and
// load modules (nsswitch.conf(5)): only for the calling process.
std::string login_name(uid_t uid);

// newuidmap(1) or newgidmap(1) where distributions have it; nothing where it is not installed.
std::optional<std::string> id_map_tool(const std::string &name);

} // namespace spaces
