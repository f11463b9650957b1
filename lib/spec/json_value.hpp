// JsonValue: one value of a JSON document with the way to it, so that an error can name the member.
#pragma once

#include "base/json.hpp"
#include "spec/refuse.hpp"

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace spaces {

// A view: the document and the values around this one must outlive it. The readers throw SPACES_EINVALID
// where the value is of another type than asked for.
class JsonValue {
  public:
    explicit JsonValue(const Json &document) : node_(document) {}

    std::string path() const; // "linux.namespaces[2].path"
    const JsonValue &document() const { return parent_ == nullptr ? *this : parent_->document(); }
    [[noreturn]] void refuse(std::string_view what, std::string_view hint = {}) const;
    [[noreturn]] void refuse_unsupported(std::string_view what) const;

    // Encoders write null for what they do not have.
    bool is_null() const { return node_.is(Json::Type::null); }
    // Whether it asks for nothing: null or an empty array.
    bool is_nothing() const { return is_null() || (node_.is(Json::Type::array) && node_.items().empty()); }

    bool boolean() const;
    std::string text() const; // without NUL bytes: it is to become a C string
    int64_t integer(int64_t least, int64_t most) const;
    template <class Unsigned> Unsigned number(Unsigned most = std::numeric_limits<Unsigned>::max()) const {
        static_assert(std::is_unsigned_v<Unsigned>);
        return static_cast<Unsigned>(natural(most));
    }

    // read(const JsonValue &item, size_t index)
    template <class Read> void each_item(Read &&read) const {
        size_t index = 0;
        for (const Json &item : require(Json::Type::array, "an array").items()) {
            read(JsonValue(item, this, {}, index), index);
            ++index;
        }
    }

    // read(const std::string &name, const JsonValue &value)
    template <class Read> void each_member(Read &&read) const {
        for (const auto &[name, node] : require(Json::Type::object, "an object").members()) {
            read(name, JsonValue(node, this, name, 0));
        }
    }

    // Nothing where it is not there or null. `name` and this value must outlive the result.
    std::optional<JsonValue> member(std::string_view name) const;
    std::vector<std::string> texts() const;

  private:
    JsonValue(const Json &node, const JsonValue *parent, std::string_view name, size_t index)
        : node_(node), parent_(parent), name_(name), index_(index) {}

    const Json &require(Json::Type type, std::string_view name) const {
        if (!node_.is(type)) {
            refuse_type(name);
        }
        return node_;
    }
    void require_integer() const;
    [[noreturn]] void refuse_type(std::string_view wanted) const;
    uint64_t natural(uint64_t most) const;

    const Json &node_;
    const JsonValue *parent_ = nullptr;
    std::string_view name_; // in the object around it
    size_t index_ = 0;      // in the array around it
};

} // namespace spaces
