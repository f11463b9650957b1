// Files that options name, as text.
#include "file.hpp"

#include "spaces.hpp"

#include <cerrno>
#include <cstdio>
#include <memory>

namespace cli {

namespace {

// Far above what anybody writes, and an end to what has none, such as /dev/zero.
constexpr size_t size_limit = size_t{16} << 20;

} // namespace

// Also what is no regular file: --config <(make-config)
std::string read_file(const std::string &path) {
    const auto close = [](std::FILE *file) { std::fclose(file); };
    const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "re"), close);
    if (!file) {
        throw_errno("open", "open " + in_quotes(path), path);
    }
    std::string text;
    char buffer[16384];
    while (const size_t got = std::fread(buffer, 1, sizeof buffer, file.get())) {
        text.append(buffer, got);
        if (text.size() > size_limit) {
            throw Failure{.message = "cannot read " + in_quotes(path) + ": it is larger than 16 MiB",
                          .step = "space",
                          .object = path};
        }
    }
    if (std::ferror(file.get()) != 0) {
        throw_errno("read", "read " + in_quotes(path), path);
    }
    return text;
}

} // namespace cli
