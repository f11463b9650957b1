// JSON text to a tree, more strictly than the JSON library would: what two readers could read differently is
// refused.
#include "spec/json_parse.hpp"

#include "spec/refuse.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace spaces {

namespace {

// Deeper than any member of OCI's. Trees are walked and freed by recursion.
constexpr size_t deepest = 64;

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

// What the parser tells, made into a tree.
class Builder : public nlohmann::json_sax<nlohmann::json> {
  public:
    Builder(std::string_view text, std::string_view document) : text_(text), document_(document) {}

    Json take() { return std::move(root_); }

    bool null() override { return add(Json()); }
    bool boolean(bool value) override { return add(value); }
    bool number_integer(number_integer_t value) override { return add(value); }
    bool number_unsigned(number_unsigned_t value) override { return add(value); }
    bool number_float(number_float_t value, const string_t &) override { return add(value); }
    bool string(string_t &value) override { return add(std::move(value)); }
    bool binary(binary_t &) override { return false; } // not in text

    bool start_object(std::size_t) override { return open(false); }
    bool start_array(std::size_t) override { return open(true); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t &name) override {
        if (!open_.back().names.insert(name).second) {
            refuse(document_, "the member " + excerpt(name) + " is there twice");
        }
        open_.back().name = std::move(name);
        return true;
    }

    bool parse_error(std::size_t byte, const std::string &,
                     const nlohmann::json::exception &problem) override {
        if (dynamic_cast<const nlohmann::json::out_of_range *>(&problem) != nullptr) {
            refuse(document_, "a number that is too large at " + place_of(text_, byte));
        }
        refuse(document_, "no JSON at " + place_of(text_, byte) + ": " + reason_of(problem.what()));
    }

  private:
    // An array or object whose end is yet to come.
    struct Open {
        bool is_array;
        Json::Array items{};
        Json::Object members{};
        std::string name{};            // of the member that comes next
        std::set<std::string> names{}; // of the members up to it
    };

    bool add(Json &&value) {
        if (open_.empty()) {
            root_ = std::move(value);
        } else if (open_.back().is_array) {
            open_.back().items.push_back(std::move(value));
        } else {
            open_.back().members.emplace_back(std::move(open_.back().name), std::move(value));
        }
        return true;
    }

    bool open(bool is_array) {
        if (open_.size() == deepest) {
            refuse(document_, "nested deeper than " + std::to_string(deepest) + " levels");
        }
        open_.push_back({.is_array = is_array});
        return true;
    }

    bool close() {
        Open closed = std::move(open_.back());
        open_.pop_back();
        return add(closed.is_array ? Json(std::move(closed.items)) : Json(std::move(closed.members)));
    }

    std::string_view text_;
    std::string_view document_;
    std::vector<Open> open_;
    Json root_;
};

} // namespace

Json parse_json(std::string_view text, std::string_view document) {
    // To the parser it is the end of the text, whatever follows.
    if (const size_t nul = text.find('\0'); nul != std::string_view::npos) {
        refuse(document, "no JSON at " + place_of(text, nul + 1) + ": a NUL byte");
    }
    Builder builder(text, document);
    nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
    return builder.take();
}

} // namespace spaces
