// Landlock's rights by name, and which of them an ABI of the kernel has: landlock(7).
#include "spec/landlock.hpp"

#include "spec/refuse.hpp"

#include <array>
#include <span>

namespace spaces {

namespace {

// In the order of their bits; the numbers are the kernel's for good (<linux/landlock.h> may be older).
struct Right {
    std::string_view word;
    int abi; // that brought it
};

constexpr std::array fs_rights{
    Right{"execute", 1},    Right{"write_file", 1},  Right{"read_file", 1}, Right{"read_dir", 1},
    Right{"remove_dir", 1}, Right{"remove_file", 1}, Right{"make_char", 1}, Right{"make_dir", 1},
    Right{"make_reg", 1},   Right{"make_sock", 1},   Right{"make_fifo", 1}, Right{"make_block", 1},
    Right{"make_sym", 1},   Right{"refer", 2},       Right{"truncate", 3},  Right{"ioctl_dev", 5},
};
constexpr std::array net_rights{Right{"bind_tcp", 4}, Right{"connect_tcp", 4}};
constexpr std::array scopes{Right{"abstract_unix_socket", 6}, Right{"signal", 6}};

constexpr uint64_t bit(size_t index) {
    return uint64_t{1} << index;
}

constexpr uint64_t all_fs_rights = bit(fs_rights.size()) - 1;
constexpr uint64_t reading = bit(2) | bit(3);
constexpr uint64_t executing = bit(0);
constexpr uint64_t ioctl_dev = bit(15);
constexpr uint64_t writing = all_fs_rights & ~(reading | executing | ioctl_dev);

uint64_t number_of(std::span<const Right> rights, std::string_view word, std::string_view object,
                   std::string_view what, std::string_view hint) {
    for (size_t index = 0; index < rights.size(); ++index) {
        if (rights[index].word == word) {
            return bit(index);
        }
    }
    refuse(object, excerpt(word) + " is no " + std::string(what), hint);
}

std::vector<std::string> words_of(std::span<const Right> rights, uint64_t set) {
    std::vector<std::string> words;
    for (size_t index = 0; index < rights.size(); ++index) {
        if ((set & bit(index)) != 0) {
            words.emplace_back(rights[index].word);
        }
    }
    return words;
}

uint64_t known_to(std::span<const Right> rights, int abi) {
    uint64_t set = 0;
    for (size_t index = 0; index < rights.size(); ++index) {
        set |= rights[index].abi <= abi ? bit(index) : 0;
    }
    return set;
}

} // namespace

uint64_t parse_landlock_access(std::string_view word, std::string_view object) {
    if (word == "read") {
        return reading;
    }
    if (word == "write") {
        return writing;
    }
    if (word == "all") {
        return all_fs_rights;
    }
    return number_of(fs_rights, word, object, "access to files",
                     "it is \"read\", \"write\", \"execute\", \"all\", or one of landlock(7): \"make_dir\"");
}

std::vector<std::string> landlock_access_words(uint64_t access) {
    if (access == all_fs_rights) {
        return {"all"};
    }
    std::vector<std::string> words;
    for (const auto &[set, word] : {std::pair{reading, "read"}, {writing, "write"}}) {
        if ((access & set) == set) {
            words.emplace_back(word);
            access &= ~set;
        }
    }
    for (std::string &word : words_of(fs_rights, access)) {
        words.push_back(std::move(word));
    }
    return words;
}

uint64_t parse_landlock_scope(std::string_view word, std::string_view object) {
    return number_of(scopes, word, object, "scope", "they are \"abstract_unix_socket\" and \"signal\"");
}

std::vector<std::string> landlock_scope_words(uint64_t scope) {
    return words_of(scopes, scope);
}

uint64_t landlock_fs_rights(int abi) {
    return known_to(fs_rights, abi);
}

uint64_t landlock_net_rights(int abi) {
    return known_to(net_rights, abi);
}

uint64_t landlock_scopes(int abi) {
    return known_to(scopes, abi);
}

} // namespace spaces
