// What the user may have meant.
#pragma once

#include "request.hpp"

#include <string>
#include <string_view>

namespace cli {

// The option whose name is most like `name`, in quotes, or "" if none is.
std::string similar_option(Command command, std::string_view name);

// With the command whose name is most like it.
[[noreturn]] void throw_unknown_command(std::string_view name);

} // namespace cli
