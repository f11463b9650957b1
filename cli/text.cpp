// The small languages of option values: numbers, durations, sizes, lists.
#include "text.hpp"

#include "failure.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cli {

namespace {

[[noreturn]] void throw_no(const char *what, std::string_view text, std::string hint = {}) {
    throw_usage(in_quotes(text) + " is no " + what, std::move(hint));
}

template <class Number> bool parse_all(std::string_view text, Number &number, int base = 10) {
    const char *const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number, base);
    return error == std::errc() && stop == end;
}

// "12.345" as a number of `scale`ths (a power of ten), what is finer cut off. No sign, no exponent.
bool parse_decimal(std::string_view text, uint64_t scale, uint64_t &whole, uint64_t &fraction) {
    const size_t point = text.find('.');
    const std::string_view digits = point == text.npos ? std::string_view() : text.substr(point + 1);
    const auto is_digit = [](char character) { return character >= '0' && character <= '9'; };
    if (!parse_all(text.substr(0, point), whole) || !std::all_of(digits.begin(), digits.end(), is_digit) ||
        (point != text.npos && digits.empty())) {
        return false;
    }
    fraction = 0;
    for (const char digit : digits) {
        scale /= 10;
        fraction += static_cast<uint64_t>(digit - '0') * scale;
    }
    return true;
}

// SPACES_RLIM_INFINITY, without its C cast.
constexpr uint64_t unlimited = UINT64_MAX;

struct Unit {
    std::string_view name;
    uint64_t factor;
};

} // namespace

int64_t parse_integer(std::string_view text, int64_t lowest, int64_t highest, const char *what) {
    int64_t number = 0;
    if (!parse_all(text, number)) {
        throw_no(what, text);
    }
    if (number < lowest || number > highest) {
        throw_no(what, text, "it is " + std::to_string(lowest) + " to " + std::to_string(highest));
    }
    return number;
}

uint32_t parse_octal(std::string_view text, const char *what) {
    uint32_t number = 0;
    if (!parse_all(text, number, 8)) {
        throw_no(what, text, "it is an octal number, like 022");
    }
    return number;
}

uint64_t parse_milliseconds(std::string_view text, const char *what) {
    static constexpr std::array<Unit, 5> units{
        {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
    static constexpr uint64_t longest = 1'000'000'000; // units; keeps the product in range
    static constexpr char hint[] = "it is a number and a unit: 250ms, 1.5s, 10m, 2h, 1d";

    const size_t end = text.find_last_of("0123456789.");
    std::string_view name = end == text.npos ? text : text.substr(end + 1);
    name = name.empty() ? std::string_view("s") : name;
    const auto unit =
        std::find_if(units.begin(), units.end(), [name](const Unit &each) { return each.name == name; });
    uint64_t whole = 0;
    uint64_t millionths = 0;
    if (end == text.npos || unit == units.end() ||
        !parse_decimal(text.substr(0, end + 1), 1'000'000, whole, millionths) || whole > longest) {
        throw_no(what, text, hint);
    }
    return whole * unit->factor + millionths * unit->factor / 1'000'000;
}

uint64_t parse_limit(std::string_view text, const char *what) {
    if (text == "unlimited" || text == "infinity") {
        return unlimited;
    }
    static constexpr std::string_view suffixes = "KMGT";
    unsigned shift = 0;
    if (const size_t suffix = text.empty() ? text.npos : suffixes.find(text.back()); suffix != text.npos) {
        shift = 10 * static_cast<unsigned>(suffix + 1);
    }
    const std::string_view digits = shift == 0 ? text : text.substr(0, text.size() - 1);
    uint64_t number = 0;
    if (!parse_all(digits, number) || number > (unlimited >> shift)) {
        throw_no(what, text, "it is a number, which may end in K, M, G or T, or \"unlimited\"");
    }
    return number << shift;
}

std::pair<int64_t, uint32_t> parse_seconds(std::string_view text, const char *what) {
    const bool negative = text.starts_with('-');
    uint64_t whole = 0;
    uint64_t nanoseconds = 0;
    if (!parse_decimal(text.substr(negative ? 1 : 0), 1'000'000'000, whole, nanoseconds) ||
        whole > INT64_MAX - 1) {
        throw_no(what, text, "it is a number of seconds, like 3600, -86400 or 0.5");
    }
    auto seconds = static_cast<int64_t>(whole);
    if (negative) {
        seconds = -seconds;
        if (nanoseconds > 0) {
            seconds -= 1;
            nanoseconds = 1'000'000'000 - nanoseconds;
        }
    }
    return {seconds, static_cast<uint32_t>(nanoseconds)};
}

std::string upper_case(std::string_view text) {
    std::string result(text);
    for (char &letter : result) {
        if (letter >= 'a' && letter <= 'z') {
            letter = static_cast<char>(letter - 'a' + 'A');
        }
    }
    return result;
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const size_t end = text.find(separator);
        parts.emplace_back(text.substr(0, end));
        if (end == text.npos) {
            return parts;
        }
        text.remove_prefix(end + 1);
    }
}

std::pair<std::string, std::string> split_once(std::string_view text, char separator) {
    const size_t end = text.find(separator);
    if (end == text.npos) {
        return {std::string(text), {}};
    }
    return {std::string(text.substr(0, end)), std::string(text.substr(end + 1))};
}

std::vector<std::string> split_quoted(std::string_view text, const char *what) {
    std::vector<std::string> parts(1);
    bool inside = false;
    bool was_quoted = false; // a part that is closed by its quote ends there
    for (size_t at = 0; at < text.size(); ++at) {
        const char character = text[at];
        if (inside) {
            if (character != '"') {
                parts.back() += character;
            } else if (at + 1 < text.size() && text[at + 1] == '"') {
                parts.back() += '"';
                ++at;
            } else {
                inside = false;
                was_quoted = true;
            }
        } else if (character == ',') {
            parts.emplace_back();
            was_quoted = false;
        } else if (was_quoted) {
            throw_no(what, text, "after a closing double quote comes a comma");
        } else if (character == '"' && parts.back().empty()) {
            inside = true;
        } else {
            parts.back() += character;
        }
    }
    if (inside) {
        throw_no(what, text, "a double quote is not closed");
    }
    return parts;
}

} // namespace cli
