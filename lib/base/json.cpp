// Json: a JSON value as a tree, with the members of objects in their order.
#include "base/json.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace spaces {

namespace {

class Writer {
  public:
    explicit Writer(BadUtf8 policy) : policy_(policy) {}

    void write(const Json &json) {
        switch (json.type()) {
        case Json::Type::null:
            text_ += "null";
            break;
        case Json::Type::boolean:
            text_ += json.boolean() ? "true" : "false";
            break;
        case Json::Type::integer:
            text_ += std::to_string(json.integer());
            break;
        case Json::Type::natural:
            text_ += std::to_string(json.natural());
            break;
        case Json::Type::fraction:
            text_ += nlohmann::json(json.fraction()).dump();
            break;
        case Json::Type::text:
            write_text(json.text(), " is not UTF-8, which JSON cannot carry");
            break;
        case Json::Type::array:
            write_items(json.items());
            break;
        case Json::Type::object:
            write_members(json.members());
            break;
        }
    }
    std::string take() { return std::move(text_); }

  private:
    // The JSON library knows what must be escaped, and what is UTF-8.
    void write_text(const std::string &text, const char *complaint) {
        using Handler = nlohmann::json::error_handler_t;
        try {
            text_ += nlohmann::json(text).dump(
                -1, ' ', false, policy_ == BadUtf8::replace ? Handler::replace : Handler::strict);
        } catch (const nlohmann::json::type_error &) {
            throw_invalid(way_, way_ + ":" + complaint);
        }
    }

    void write_items(const Json::Array &items) {
        size_t index = 0;
        write_list('[', items, ']',
                   [&](const Json &item) { write_at('[' + std::to_string(index++) + ']', item); });
    }

    void write_members(const Json::Object &members) {
        write_list('{', members, '}', [&](const Json::Member &member) {
            write_text(member.first, " has a key that is not UTF-8, which JSON cannot carry");
            text_ += ": ";
            write_at((way_.empty() ? "" : ".") + member.first, member.second);
        });
    }

    template <class List, class Write>
    void write_list(char open, const List &list, char close, Write &&write_item) {
        text_ += open;
        depth_ += 1;
        for (const auto &item : list) {
            text_ += &item == &list.front() ? "\n" : ",\n";
            text_.append(2 * depth_, ' ');
            write_item(item);
        }
        depth_ -= 1;
        if (!list.empty()) {
            text_ += '\n';
            text_.append(2 * depth_, ' ');
        }
        text_ += close;
    }

    void write_at(const std::string &step, const Json &json) {
        const size_t length = way_.size();
        way_ += step;
        write(json);
        way_.resize(length);
    }

    BadUtf8 policy_;
    std::string text_;
    std::string way_; // to the value that is written: "process.args[1]"
    size_t depth_ = 0;
};

} // namespace

const Json *Json::find(std::string_view name) const noexcept {
    const auto found = std::find_if(members_.begin(), members_.end(),
                                    [name](const Member &member) { return member.first == name; });
    return found == members_.end() ? nullptr : &found->second;
}

std::string to_text(const Json &json, BadUtf8 policy) {
    Writer writer(policy);
    writer.write(json);
    return writer.take();
}

} // namespace spaces
