// The values of --file, --file-from and --dir.
#include "file_option.hpp"

#include "descriptor.hpp"
#include "failure.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace cli {

namespace {

// A mode is three or four octal digits; any other colon belongs to the path.
NewFile with_mode(std::string_view text, uint32_t mode) {
    const size_t colon = text.rfind(':');
    const std::string_view digits = colon == text.npos ? std::string_view() : text.substr(colon + 1);
    const auto is_octal = [](char character) { return character >= '0' && character <= '7'; };
    const bool has_mode =
        (digits.size() == 3 || digits.size() == 4) && std::all_of(digits.begin(), digits.end(), is_octal);
    NewFile file{.path = std::string(has_mode ? text.substr(0, colon) : text), .mode = mode, .rest = {}};
    if (has_mode) {
        file.mode = parse_octal(digits, "mode");
    }
    return file;
}

} // namespace

NewFile parse_file(std::string_view text) {
    const size_t equals = text.find('=');
    if (equals == text.npos) {
        throw_usage("the file " + in_quotes(std::string(text)) + " has no content",
                    "it is PATH[:MODE]=CONTENT");
    }
    NewFile file = with_mode(text.substr(0, equals), 0644);
    file.rest = text.substr(equals + 1);
    return file;
}

NewFile parse_directory(std::string_view text) {
    return with_mode(text, 0755);
}

std::string content_of(const std::string &file) {
    const bool is_stdin = file == "-";
    const Descriptor opened(is_stdin ? -1 : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!is_stdin && opened.get() < 0) {
        throw_errno("open", "open " + in_quotes(file), file);
    }
    std::string content;
    std::array<char, 65536> buffer;
    for (;;) {
        const ssize_t got = ::read(is_stdin ? STDIN_FILENO : opened.get(), buffer.data(), buffer.size());
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            throw_errno("read", is_stdin ? "read the standard input" : "read " + in_quotes(file), file);
        }
        if (got == 0) {
            return content;
        }
        content.append(buffer.data(), static_cast<size_t>(got));
    }
}

} // namespace cli
