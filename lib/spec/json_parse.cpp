// JSON text to a tree, more strictly than the JSON library would: what two readers could read differently is
// refused.
#include "spec/json_parse.hpp"

#include "spec/refuse.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace spaces {

namespace {

using nlohmann::json;

// Deeper than any member of OCI's; trees are walked by recursion in places, also in the library.
constexpr int deepest = 64;

std::string place_of(std::string_view text, size_t byte) {
    const std::string_view before = text.substr(0, std::min(byte == 0 ? 0 : byte - 1, text.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
    return "line " + std::to_string(line) + ", column " + std::to_string(before.size() - line_start + 1);
}

// "syntax error while parsing object key - invalid literal; last read: '…'; expected string literal" without
// its quotation, which can be long and not UTF-8.
std::string reason_of(std::string_view what) {
    constexpr std::string_view separator = " - ";
    const size_t start = what.find(separator);
    if (start == std::string_view::npos) {
        return "syntax error";
    }
    what.remove_prefix(start + separator.size());
    return std::string(what.substr(0, what.find("; last read")));
}

// Watches the parser: how deep it is, and which members the objects around it have.
class Watch {
  public:
    bool operator()(int depth, json::parse_event_t event, json &parsed) {
        if (event == json::parse_event_t::object_start || event == json::parse_event_t::array_start) {
            if (depth >= deepest) {
                refuse("config.json", "nested deeper than " + std::to_string(deepest) + " levels");
            }
        }
        if (event == json::parse_event_t::object_start) {
            objects_.emplace_back();
        } else if (event == json::parse_event_t::object_end) {
            objects_.pop_back();
        } else if (event == json::parse_event_t::key) {
            const auto &name = parsed.get_ref<const std::string &>();
            if (!objects_.back().insert(name).second) {
                refuse("config.json", "the member " + excerpt(name) + " is there twice");
            }
        }
        return true;
    }

  private:
    std::vector<std::set<std::string>> objects_;
};

} // namespace

json parse_json(std::string_view text) {
    try {
        Watch watch;
        return json::parse(text.begin(), text.end(), std::ref(watch));
    } catch (const json::parse_error &problem) {
        refuse("config.json",
               "no JSON at " + place_of(text, problem.byte) + ": " + reason_of(problem.what()));
    } catch (const json::out_of_range &) {
        refuse("config.json", "a number that is too large");
    }
}

} // namespace spaces
