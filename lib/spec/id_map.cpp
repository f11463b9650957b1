// The id maps of a new user namespace: their text form, and what the kernel asks of them.
#include "spec/id_map.hpp"

#include "spec/refuse.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <unistd.h>

namespace spaces {

namespace {

// (uid_t)-1 is no id: to setresuid(2) and chown(2) it means "leave as it is".
constexpr uint64_t id_limit = 0xffff'ffff;
// UID_GID_MAP_MAX_EXTENTS of the kernel, since Linux 4.15.
constexpr size_t most_ranges = 340;

constexpr std::string_view blanks = " \t\n\r\v\f";

struct Word {
    std::string_view word;
    IdMapSpec::Kind kind;
};

constexpr std::array<Word, 5> words{{{"root", IdMapSpec::Kind::root},
                                     {"self", IdMapSpec::Kind::self},
                                     {"auto", IdMapSpec::Kind::automatic},
                                     {"nobody", IdMapSpec::Kind::nobody},
                                     {"none", IdMapSpec::Kind::none}}};

// The next piece of `text` up to one of `separators`, which are taken away with it; empty at the end only.
std::string_view next_piece(std::string_view &text, std::string_view separators) {
    text.remove_prefix(std::min(text.find_first_not_of(separators), text.size()));
    const std::string_view piece = text.substr(0, text.find_first_of(separators));
    text.remove_prefix(piece.size());
    return piece;
}

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
    return text.substr(0, text.find_last_not_of(blanks) + 1);
}

uint32_t parse_number(std::string_view text, std::string_view object) {
    uint64_t number = 0;
    const char *const end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, number);
    if (problem == std::errc::result_out_of_range || (stop == end && number > id_limit)) {
        refuse(object, excerpt(text) + " is larger than 4294967295");
    }
    if (problem != std::errc() || stop != end) {
        refuse(object, excerpt(text) + " is no number of an id",
               "a map is \"root\", \"self\", \"auto\", \"nobody\", \"none\", or ranges such as \"0 1000 1,1 "
               "100000 65536\"");
    }
    return static_cast<uint32_t>(number);
}

// One entry: "inside outside count", or only the outside id.
void parse_entry(std::string_view text, std::vector<IdMapping> &ranges, bool &is_list,
                 std::string_view object) {
    const std::string_view whole = text;
    std::array<uint32_t, 3> numbers{};
    size_t count = 0;
    for (std::string_view piece = next_piece(text, blanks); !piece.empty();
         piece = next_piece(text, blanks)) {
        if (count == numbers.size()) {
            refuse(object, excerpt(trimmed(whole)) + " has more than three numbers",
                   "separate ranges by commas or newlines");
        }
        numbers[count++] = parse_number(piece, object);
    }
    if (count == 2) {
        refuse(object, excerpt(trimmed(whole)) + " lacks its count",
               "a range is inside-id outside-id count: \"0 1000 1\"");
    }
    const bool is_single = count == 1;
    if (!ranges.empty() && is_single != is_list) {
        refuse(object, "single ids and ranges are mixed", "write each as inside-id outside-id count");
    }
    is_list = is_single;
    ranges.push_back(is_single ? IdMapping{static_cast<uint32_t>(ranges.size()), numbers[0], 1}
                               : IdMapping{numbers[0], numbers[1], numbers[2]});
}

void check_range(const IdMapping &range, const std::string &item) {
    if (range.size == 0) {
        refuse(item, "a range of no ids");
    }
    // 64 bits: the last ids would wrap in 32.
    if (uint64_t{range.container_id} + range.size > id_limit ||
        uint64_t{range.host_id} + range.size > id_limit) {
        refuse(item, "runs past the last id, 4294967294");
    }
}

bool overlap(uint64_t first, uint64_t first_size, uint64_t second, uint64_t second_size) {
    return first < second + second_size && second < first + first_size;
}

// Of the text that user_namespaces(7) wants to have in a single write.
size_t text_size(const std::vector<IdMapping> &ranges) {
    size_t size = 0;
    for (const IdMapping &range : ranges) {
        for (const uint32_t number : {range.container_id, range.host_id, range.size}) {
            size += std::to_string(number).size() + 1;
        }
    }
    return size;
}

} // namespace

std::optional<std::string_view> id_map_word(IdMapSpec::Kind kind) {
    for (const Word &known : words) {
        if (known.kind == kind) {
            return known.word;
        }
    }
    return std::nullopt;
}

std::optional<IdMapSpec::Kind> id_map_kind(std::string_view word) {
    for (const Word &known : words) {
        if (known.word == word) {
            return known.kind;
        }
    }
    return std::nullopt;
}

IdMapSpec parse_id_map(std::string_view text, std::string_view object) {
    if (const auto kind = id_map_kind(trimmed(text))) {
        return {.kind = *kind};
    }
    IdMapSpec map{.kind = IdMapSpec::Kind::ranges};
    bool is_list = false;
    for (std::string_view entry = next_piece(text, ",\n"); !entry.empty(); entry = next_piece(text, ",\n")) {
        if (!trimmed(entry).empty()) {
            parse_entry(entry, map.ranges, is_list, object);
        }
    }
    check_id_ranges(map.ranges, object);
    return map;
}

void check_id_ranges(const std::vector<IdMapping> &ranges, std::string_view object) {
    if (ranges.empty()) {
        refuse(object, "no ids", "\"none\" leaves the map unwritten");
    }
    if (ranges.size() > most_ranges) {
        refuse(object, std::to_string(ranges.size()) + " ranges, and the kernel takes 340");
    }
    for (size_t index = 0; index < ranges.size(); ++index) {
        const IdMapping &range = ranges[index];
        check_range(range, item_of(object, index));
        for (size_t other = 0; other < index; ++other) {
            const IdMapping &earlier = ranges[other];
            if (overlap(earlier.container_id, earlier.size, range.container_id, range.size)) {
                refuse(item_of(object, index),
                       "overlaps " + item_of(object, other) + " inside the namespace");
            }
            if (overlap(earlier.host_id, earlier.size, range.host_id, range.size)) {
                refuse(item_of(object, index),
                       "overlaps " + item_of(object, other) + " outside the namespace");
            }
        }
    }
    const auto page_size = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    if (text_size(ranges) >= page_size) {
        refuse(object,
               "longer as text than the page that the kernel reads, " + std::to_string(page_size) + " bytes",
               "join ranges that follow each other");
    }
}

bool maps_id(const std::vector<IdMapping> &ranges, uint32_t id) {
    return std::any_of(ranges.begin(), ranges.end(), [id](const IdMapping &range) {
        return id >= range.container_id && id - range.container_id < range.size;
    });
}

} // namespace spaces
