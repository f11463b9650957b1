// The values of --file, --file-from and --dir.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cli {

struct NewFile {
    std::string path;
    uint32_t mode;
    std::string rest; // behind the "="
};

// "PATH[:MODE]=REST"
NewFile parse_file(std::string_view text);

// "PATH[:MODE]"
NewFile parse_directory(std::string_view text);

// Of a file, or of the standard input where it is "-".
std::string content_of(const std::string &file);

} // namespace cli
