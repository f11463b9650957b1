// The namespaces of processes by their files in /proc.
#include "support/namespace_file.hpp"

#include <filesystem>

namespace support {

std::ostream &operator<<(std::ostream &stream, const NamespaceKind &kind) {
    return stream << kind.file;
}

std::string read_link(const std::string &path) {
    return std::filesystem::read_symlink(path).string();
}

std::string namespace_path(const std::string &process, const NamespaceKind &kind) {
    return "/proc/" + process + "/ns/" + kind.file;
}

std::string namespace_of(const std::string &process, const NamespaceKind &kind) {
    return read_link(namespace_path(process, kind));
}

} // namespace support
