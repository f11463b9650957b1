// JsonValue: one value of a JSON document with the way to it, so that an error can name the member.
#include "spec/json_value.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace spaces {

namespace {

bool is_plain(std::string_view name) {
    const auto is_word = [](unsigned char byte) {
        return byte < 0x80 && (std::isalnum(byte) != 0 || byte == '_');
    };
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), is_word);
}

} // namespace

std::string JsonValue::path() const {
    if (parent_ == nullptr) {
        return {};
    }
    std::string way = parent_->path();
    if (parent_->node_.is(Json::Type::array)) {
        return item_of(way, index_);
    }
    if (!is_plain(name_)) {
        return way + '[' + excerpt(name_) + ']';
    }
    if (!way.empty()) {
        way += '.';
    }
    return way += name_;
}

void JsonValue::refuse(std::string_view what, std::string_view hint) const {
    spaces::refuse(parent_ == nullptr ? "config.json" : path(), what, hint);
}

void JsonValue::refuse_unsupported(std::string_view what) const {
    spaces::refuse_unsupported(path(), what);
}

void JsonValue::refuse_type(std::string_view wanted) const {
    // By Json::Type.
    constexpr std::array<const char *, 8> types{"null",       "true or false", "a number", "a number",
                                                "a fraction", "a string",      "an array", "an object"};
    refuse("must be " + std::string(wanted) + ", not " + types[static_cast<size_t>(node_.type())]);
}

void JsonValue::require_integer() const {
    if (!node_.is(Json::Type::integer) && !node_.is(Json::Type::natural)) {
        refuse_type("an integer");
    }
}

bool JsonValue::boolean() const {
    return require(Json::Type::boolean, "true or false").boolean();
}

std::string JsonValue::text() const {
    const std::string &content = require(Json::Type::text, "a string").text();
    if (content.find('\0') != std::string::npos) {
        refuse("contains a NUL character");
    }
    return content;
}

int64_t JsonValue::integer(int64_t least, int64_t most) const {
    require_integer();
    const bool is_natural = node_.is(Json::Type::natural);
    const bool too_large = is_natural && node_.natural() > static_cast<uint64_t>(INT64_MAX);
    const int64_t number = is_natural ? static_cast<int64_t>(node_.natural()) : node_.integer();
    if (too_large || number < least || number > most) {
        refuse(to_text(node_, BadUtf8::refuse) + " is not between " + std::to_string(least) + " and " +
               std::to_string(most));
    }
    return number;
}

uint64_t JsonValue::natural(uint64_t most) const {
    require_integer();
    if (!node_.is(Json::Type::natural) || node_.natural() > most) {
        refuse(to_text(node_, BadUtf8::refuse) + " is not between 0 and " + std::to_string(most));
    }
    return node_.natural();
}

std::optional<JsonValue> JsonValue::member(std::string_view name) const {
    const Json *const found = node_.find(name);
    if (found == nullptr || found->is(Json::Type::null)) {
        return std::nullopt;
    }
    return JsonValue(*found, this, name, 0);
}

std::vector<std::string> JsonValue::texts() const {
    std::vector<std::string> result;
    each_item([&](const JsonValue &item, size_t) { result.push_back(item.text()); });
    return result;
}

} // namespace spaces
