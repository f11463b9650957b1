// refuse(): what the checks of the Spec throw, "<member>: <what is wrong with it>".
#pragma once

#include <string>
#include <string_view>

namespace spaces {

// SPACES_EINVALID. `member` is the way to a member of the Spec, "linux.uidMappings[0]", or the name of an
// argument.
[[noreturn]] void refuse(std::string_view member, std::string_view what, std::string_view hint = {});

// SPACES_EUNSUPPORTED, in the same form.
[[noreturn]] void refuse_unsupported(std::string_view member, std::string_view what,
                                     std::string_view hint = {});

// `text` in quotes and cut to a length that leaves a message readable.
std::string excerpt(std::string_view text);

// "linux.uidMappings" and 0: "linux.uidMappings[0]".
std::string item_of(std::string_view list, size_t index);

} // namespace spaces
