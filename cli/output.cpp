// The standard output of `space` itself.
#include "commands.hpp"

#include <cerrno>
#include <cstdio>

namespace cli {

void print_out(const std::string &text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
        throw_errno("write", "write to the standard output", "stdout");
    }
}

} // namespace cli
