// The small languages of option values: numbers, durations, sizes, lists.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cli {

// Each throws a Failure that names `what` ("umask") and shows the text where it is no such value.
int64_t parse_integer(std::string_view text, int64_t lowest, int64_t highest, const char *what);
uint32_t parse_octal(std::string_view text, const char *what);
// "10", "1.5m", "250ms"; seconds where no unit (ms, s, m, h, d) is given.
uint64_t parse_milliseconds(std::string_view text, const char *what);
// "4096", "64M", "unlimited".
uint64_t parse_limit(std::string_view text, const char *what);
// "-3600" or "1.5" seconds, as whole seconds (rounded down) and nanoseconds.
std::pair<int64_t, uint32_t> parse_seconds(std::string_view text, const char *what);

// At each `separator`; an empty text is one empty part.
std::string upper_case(std::string_view text); // of ASCII letters
std::vector<std::string> split(std::string_view text, char separator);
// At the first `separator`, which is lost; the second part is empty if there is none.
std::pair<std::string, std::string> split_once(std::string_view text, char separator);
// A line of comma-separated values (RFC 4180): a part in double quotes may hold commas, and quotes doubled.
std::vector<std::string> split_quoted(std::string_view text, const char *what);

} // namespace cli
