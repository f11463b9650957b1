// JsonValue: one value of a JSON document with the way to it, so that an error can name the member.
#include "spec/json_value.hpp"

#include <algorithm>
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
    if (parent_->node_.is_array()) {
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

void JsonValue::require(bool is_type, std::string_view type) const {
    if (!is_type) {
        refuse("must be " + std::string(type) + ", not " +
               (node_.is_number_float() ? "a fraction" : node_.type_name()));
    }
}

bool JsonValue::boolean() const {
    require(node_.is_boolean(), "true or false");
    return node_.get<bool>();
}

std::string JsonValue::text() const {
    require(node_.is_string(), "a string");
    const auto &content = node_.get_ref<const std::string &>();
    if (content.find('\0') != std::string::npos) {
        refuse("contains a NUL character");
    }
    return content;
}

int64_t JsonValue::integer(int64_t least, int64_t most) const {
    require(node_.is_number_integer(), "an integer");
    // The library keeps what is not negative as unsigned.
    const bool too_large =
        node_.is_number_unsigned() && node_.get<uint64_t>() > static_cast<uint64_t>(INT64_MAX);
    if (too_large || node_.get<int64_t>() < least || node_.get<int64_t>() > most) {
        refuse(node_.dump() + " is not between " + std::to_string(least) + " and " + std::to_string(most));
    }
    return node_.get<int64_t>();
}

uint64_t JsonValue::natural(uint64_t most) const {
    require(node_.is_number_integer(), "an integer");
    if (!node_.is_number_unsigned() || node_.get<uint64_t>() > most) {
        refuse(node_.dump() + " is not between 0 and " + std::to_string(most));
    }
    return node_.get<uint64_t>();
}

std::optional<JsonValue> JsonValue::member(std::string_view name) const {
    const auto found = node_.find(name);
    if (found == node_.end() || found->is_null()) {
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
