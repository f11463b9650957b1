// Filter: a seccomp profile as the kernel takes it, and where one that was compiled before is found again.
#pragma once

#include "base/fd.hpp"

#include <atomic>
#include <cstdint>
#include <linux/filter.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spaces {

struct Filter {
    std::vector<sock_filter> program;
    std::vector<std::string> ignored; // names of system calls that this libseccomp does not know
};

// What the program can do, as bits (capabilities(7)). Not known: what container engines give by default.
using Capabilities = std::optional<uint64_t>;

// The filters that one profile was compiled to, kept with the Spec and all copies of it. It only grows, and
// takes no lock: a fork of the process may find it in any state.
class FilterMemory {
  public:
    FilterMemory() = default;
    FilterMemory(const FilterMemory &) = delete;
    FilterMemory &operator=(const FilterMemory &) = delete;
    ~FilterMemory();

    // Null: none for these capabilities. What is returned lives as long as this object.
    const Filter *find(const Capabilities &capabilities) const noexcept;
    void keep(const Capabilities &capabilities, const Filter &filter);

  private:
    struct Entry {
        Capabilities capabilities;
        Filter filter;
        Entry *next;
    };
    static constexpr int most = 8;

    std::atomic<Entry *> newest_{nullptr};
    std::atomic<int> count_{0};
};

// A directory of compiled filters, one a file, for this process and others. Whatever is wrong with it is as
// if it were empty.
class FilterDirectory {
  public:
    explicit FilterDirectory(const std::string &path); // made where it is missing, and its parent

    // `key`: all that the filter was made of. It is stored beside the filter, and compared as a whole.
    std::optional<Filter> find(std::string_view key) const noexcept;
    void keep(std::string_view key, const Filter &filter) const noexcept;

    static constexpr size_t most = 64; // files; the oldest make room

  private:
    Fd directory_; // not open where it cannot be trusted
};

} // namespace spaces
