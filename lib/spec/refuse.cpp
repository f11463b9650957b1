// refuse(): what the checks of the Spec throw, "<member>: <what is wrong with it>".
#include "spec/refuse.hpp"

#include "base/error.hpp"
#include "base/sys.hpp"

namespace spaces {

namespace {

std::string said_of(std::string_view member, std::string_view what) {
    std::string message(member);
    message += ": ";
    message += what;
    return message;
}

} // namespace

void refuse(std::string_view member, std::string_view what, std::string_view hint) {
    throw_invalid(member, said_of(member, what), hint);
}

void refuse_unsupported(std::string_view member, std::string_view what, std::string_view hint) {
    throw_unsupported(member, said_of(member, what), hint);
}

std::string excerpt(std::string_view text) {
    constexpr size_t longest = 80;
    if (text.size() <= longest) {
        return quoted(text);
    }
    size_t length = longest;
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xc0U) == 0x80U) {
        --length; // not within a character of UTF-8
    }
    return quoted(text.substr(0, length)) + "...";
}

std::string item_of(std::string_view list, size_t index) {
    std::string item(list);
    item += '[';
    item += std::to_string(index);
    item += ']';
    return item;
}

} // namespace spaces
