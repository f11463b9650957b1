// Json: a JSON value as a tree, with the members of objects in their order.
//
// Neither the tree of the JSON library nor std::variant will do: the destructor of the one allocates, and a
// copy of the other that throws is destroyed as if it were complete (libstdc++ 12). Either ends the process
// where memory is out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace spaces {

class Json {
  public:
    // A number is an integer only if it is negative, and a fraction only if it is no integer of 64 bits.
    enum class Type { null, boolean, integer, natural, fraction, text, array, object };
    using Array = std::vector<Json>;
    using Member = std::pair<std::string, Json>;
    using Object = std::vector<Member>;

    Json() = default;
    Json(bool value) : type_(Type::boolean), boolean_(value) {}
    Json(int value) : Json(int64_t{value}) {}
    Json(int64_t value)
        : type_(value < 0 ? Type::integer : Type::natural), integer_(value),
          natural_(static_cast<uint64_t>(value)) {}
    Json(uint32_t value) : Json(uint64_t{value}) {}
    Json(uint64_t value) : type_(Type::natural), natural_(value) {}
    Json(double value) : type_(Type::fraction), fraction_(value) {}
    Json(const char *text) : Json(std::string(text)) {}
    Json(std::string_view text) : Json(std::string(text)) {}
    Json(std::string text) : type_(Type::text), text_(std::move(text)) {}
    Json(Array items) : type_(Type::array), items_(std::move(items)) {}
    Json(Object members) : type_(Type::object), members_(std::move(members)) {}

    // A list of anything that a Json can be.
    template <class List> static Json array_of(const List &list) {
        Array items;
        for (const auto &item : list) {
            items.emplace_back(item);
        }
        return items;
    }

    Type type() const noexcept { return type_; }
    bool is(Type type) const noexcept { return type_ == type; }

    // Each for a value of its own type.
    bool boolean() const noexcept { return boolean_; }
    int64_t integer() const noexcept { return integer_; }
    uint64_t natural() const noexcept { return natural_; }
    double fraction() const noexcept { return fraction_; }
    const std::string &text() const noexcept { return text_; }
    const Array &items() const noexcept { return items_; }
    const Object &members() const noexcept { return members_; }

    // A member of an object; null where it is not there.
    const Json *find(std::string_view name) const noexcept;

  private:
    Type type_ = Type::null;
    bool boolean_ = false;
    int64_t integer_ = 0;
    uint64_t natural_ = 0;
    double fraction_ = 0;
    std::string text_;
    Array items_;
    Object members_;
};

enum class BadUtf8 {
    refuse, // throws SPACES_EINVALID, which names the member
    replace // by U+FFFD
};

// As text, a member a line.
std::string to_text(const Json &json, BadUtf8 policy);

} // namespace spaces
