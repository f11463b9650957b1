// Base64 (RFC 4648): how bytes that are no text are written in JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace spaces {

std::string to_base64(std::string_view bytes);

// Nothing where it is none; blanks and line ends are let pass.
std::optional<std::string> from_base64(std::string_view text);

} // namespace spaces
