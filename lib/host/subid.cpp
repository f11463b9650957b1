// The subordinate ids of a user: what /etc/subuid and /etc/subgid grant, see subuid(5).
#include "host/subid.hpp"

#include "base/error.hpp"
#include "base/sys.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <pwd.h>
#include <spaces/base.h>
#include <string_view>
#include <unistd.h>

namespace spaces {

namespace {

struct Line {
    std::string_view owner;
    SubidRange range;
};

std::string_view next_field(std::string_view &text, char separator) {
    const std::string_view field = text.substr(0, text.find(separator));
    text.remove_prefix(std::min(field.size() + 1, text.size()));
    return field;
}

std::optional<uint32_t> number_of(std::string_view text) {
    uint32_t number = 0;
    const char *const end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, number);
    if (problem != std::errc() || stop != end) {
        return std::nullopt;
    }
    return number;
}

// "alice:100000:65536"; nothing for what is not of this form or runs past the last id.
std::optional<Line> parse_line(std::string_view text) {
    Line line;
    line.owner = next_field(text, ':');
    const auto first = number_of(next_field(text, ':'));
    const auto count = number_of(text);
    if (line.owner.empty() || !first || !count || uint64_t{*first} + *count > UINT32_MAX) {
        return std::nullopt;
    }
    line.range = {*first, *count};
    return line;
}

bool overlap(const SubidRange &one, const SubidRange &other) {
    return one.first < uint64_t{other.first} + other.count && other.first < uint64_t{one.first} + one.count;
}

// Why the file has nothing for the user, and the command that gives the user something.
[[noreturn]] void throw_no_ids(const std::string &path, uid_t uid, const std::string &user_name,
                               const std::string &why, uint64_t first_free) {
    constexpr uint64_t usual_count = 65536;
    if (first_free + usual_count > UINT32_MAX) {
        first_free = usual_count; // the file has them up to the last id: some are free below
    }
    const bool is_gids = path.ends_with("gid");
    const std::string user = user_name.empty() ? std::to_string(uid) : user_name;
    const std::string range = std::to_string(first_free) + '-' + std::to_string(first_free + usual_count - 1);
    throw Error{.code = SPACES_EUNSUPPORTED,
                .error_number = 0,
                .step = is_gids ? "gid_map" : "uid_map",
                .object = path,
                .message = "cannot find subordinate ids of user " + quoted(user) + " in " + quoted(path) +
                           ": " + why,
                .hint = user_name.empty()
                            ? "as root: echo " + user + ":" + std::to_string(first_free) + ":65536 >>" + path
                            : std::string("as root: usermod --add-sub") + (is_gids ? "gids " : "uids ") +
                                  range + ' ' + user};
}

std::string content_of(const std::string &path, uid_t uid, const std::string &user_name) {
    if (::access(path.c_str(), F_OK) == -1 && errno == ENOENT) {
        throw_no_ids(path, uid, user_name, "there is no such file", 100000);
    }
    return read_file(path, {"subid", path, "read the subordinate ids in " + quoted(path)});
}

} // namespace

std::vector<SubidRange> subordinate_ids(const std::string &path, uid_t uid, const std::string &user_name) {
    const std::string content = content_of(path, uid, user_name);
    const std::string number = std::to_string(uid);
    std::vector<SubidRange> ranges;
    bool is_named = false;
    uint64_t first_free = 100000; // SUB_UID_MIN of login.defs(5)
    for (std::string_view text = content; !text.empty();) {
        const auto line = parse_line(next_field(text, '\n'));
        if (!line) {
            continue;
        }
        first_free = std::max(first_free, uint64_t{line->range.first} + line->range.count);
        if (line->owner != number && (user_name.empty() || line->owner != user_name)) {
            continue;
        }
        is_named = true;
        // The same ids may be granted by name and again by number.
        const auto overlaps = [&](const SubidRange &range) { return overlap(range, line->range); };
        if (line->range.count != 0 && std::none_of(ranges.begin(), ranges.end(), overlaps)) {
            ranges.push_back(line->range);
        }
    }
    if (ranges.empty()) {
        throw_no_ids(path, uid, user_name, is_named ? "its range is of no ids" : "it has no entry there",
                     first_free);
    }
    return ranges;
}

std::string login_name(uid_t uid) {
    std::vector<char> buffer(1024);
    for (;;) {
        passwd entry{};
        passwd *found = nullptr;
        const int problem = ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
        if (problem == ERANGE) {
            buffer.resize(buffer.size() * 2);
            continue;
        }
        // A user without a name still has a number, and entries may be by number.
        return found != nullptr ? found->pw_name : std::string();
    }
}

std::optional<std::string> id_map_tool(const std::string &name) {
    // Not by PATH: the tool decides about ids, and /run/wrappers/bin is where NixOS keeps setuid programs.
    for (const char *const directory : {"/usr/bin/", "/bin/", "/usr/local/bin/", "/run/wrappers/bin/"}) {
        std::string path = directory + name;
        if (::access(path.c_str(), X_OK) == 0) {
            return path;
        }
    }
    return std::nullopt;
}

} // namespace spaces
