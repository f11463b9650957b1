// Base64 (RFC 4648): how bytes that are no text are written in JSON.
#include "spec/base64.hpp"

#include <cstdint>

namespace spaces {

namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

} // namespace

std::string to_base64(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (size_t at = 0; at < bytes.size(); at += 3) {
        uint32_t group = 0;
        for (size_t i = 0; i < 3; ++i) {
            group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        }
        for (size_t i = 0; i < 4; ++i) {
            const bool is_padding = at + i > bytes.size();
            text += is_padding ? '=' : digits[group >> (18 - 6 * i) & 63];
        }
    }
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    std::string bytes;
    uint32_t group = 0;
    unsigned count = 0;
    unsigned padding = 0;
    for (const char character : text) {
        if (character == ' ' || character == '\n' || character == '\r' || character == '\t') {
            continue;
        }
        const size_t digit = digits.find(character);
        const bool is_padding = character == '=' && count % 4 >= 2;
        if (is_padding) {
            ++padding;
        } else if (digit == std::string_view::npos || padding != 0) {
            return std::nullopt;
        }
        group = group << 6 | (is_padding ? 0U : static_cast<uint32_t>(digit));
        if (++count % 4 == 0) {
            for (unsigned i = 0; i < 3 - padding; ++i) {
                bytes += static_cast<char>(group >> (16 - 8 * i) & 0xff);
            }
            group = 0;
        }
    }
    return count % 4 == 0 ? std::optional(bytes) : std::nullopt;
}

} // namespace spaces
