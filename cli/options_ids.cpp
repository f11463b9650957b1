// Options for users and groups: the id maps of a new user namespace, and who the program is inside.
#include "option.hpp"
#include "text.hpp"

namespace cli {

namespace {

constexpr int64_t last_id = UINT32_MAX - 1; // -1 means "no change" to the kernel

uint32_t parse_id(const std::string &text, const char *what) {
    return static_cast<uint32_t>(parse_integer(text, 0, last_id, what));
}

void set_uid_map(Request &request, const std::string &map) {
    call(spaces_spec_set_uid_map, request.spec.get(), map.c_str());
    request.implied |= SPACES_NAMESPACE_USER;
}

void set_gid_map(Request &request, const std::string &map) {
    call(spaces_spec_set_gid_map, request.spec.get(), map.c_str());
    request.implied |= SPACES_NAMESPACE_USER;
}

template <const char *Map> void map_both(Request &request, const std::string &) {
    set_uid_map(request, Map);
    set_gid_map(request, Map);
}

constexpr char root[] = "root";
constexpr char self[] = "self";
constexpr char automatic[] = "auto";

void set_setgroups(Request &request, const std::string &word) {
    if (word != "allow" && word != "deny") {
        throw_usage("--setgroups takes \"allow\" or \"deny\", not " + in_quotes(word));
    }
    call(spaces_spec_set_setgroups, request.spec.get(), word == "allow" ? 1 : 0);
    request.implied |= SPACES_NAMESPACE_USER;
}

void set_uid(Request &request, const std::string &text) {
    call(spaces_spec_set_uid, request.spec.get(), parse_id(text, "user id"));
}

void set_gid(Request &request, const std::string &text) {
    call(spaces_spec_set_gid, request.spec.get(), parse_id(text, "group id"));
}

// The map of a joined user namespace is there already, so that these can only say who the program is in it.
void be_root(Request &request, const std::string &) {
    set_uid(request, "0");
    set_gid(request, "0");
}

void set_groups(Request &request, const std::string &list) {
    std::vector<uint32_t> groups;
    for (const std::string &group : split(list, ',')) {
        groups.push_back(parse_id(group, "group id"));
    }
    call(spaces_spec_set_groups, request.spec.get(), groups.data(), groups.size());
}

void clear_groups(Request &request, const std::string &) {
    call(spaces_spec_set_groups, request.spec.get(), static_cast<const uint32_t *>(nullptr), size_t{0});
}

constexpr Option options[] = {
    {"-M,--uid", "MAP", "map of user ids: \"0 1000 1\" (inside, outside, count), or 1000 to be 0 inside",
     in_new, set_uid_map},
    {"-G,--gid", "MAP", "map of group ids, likewise", in_new, set_gid_map},
    {"-z,--id,--map-root-user", "", "map your user and group to 0", in_new, map_both<root>},
    {"--map-current-user", "", "map your user and group to themselves", in_new, map_both<self>},
    {"--map-auto", "", "as --id, and your ranges of /etc/subuid and /etc/subgid from 1 up", in_new,
     map_both<automatic>},
    {"--setgroups", "allow|deny", "whether setgroups(2) is allowed in a new user namespace", in_new,
     set_setgroups},
    {"-M,--uid,--setuid", "UID", "user of the program, as it is called inside", in_inject, set_uid},
    {"-G,--gid,--setgid", "GID", "group of the program, as it is called inside", in_inject, set_gid},
    {"-z,--id", "", "user and group 0", in_inject, be_root},
    {"--setuid", "UID", "user of the program, as it is called inside", in_new, set_uid},
    {"--setgid", "GID", "group of the program, as it is called inside", in_new, set_gid},
    {"--groups", "GID,...", "supplementary groups", in_all, set_groups},
    {"--clear-groups", "", "no supplementary groups", in_all, clear_groups},
};

} // namespace

const std::span<const Option> id_options = options;

} // namespace cli
