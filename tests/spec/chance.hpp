// Chance: what the members of a Spec by chance are drawn from; and those that specs.cpp leaves to others.
#pragma once

#include "spec/spec.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace support {

class Chance {
  public:
    explicit Chance(uint32_t seed) : engine_(seed) {}

    bool yes() { return below(2) == 1; }
    uint64_t below(uint64_t limit) { return engine_() % limit; }
    uint64_t any() { return engine_(); }

    // Text with what JSON must escape and what it must not.
    std::string text(size_t least = 0) {
        static constexpr std::array<const char *, 12> pieces{"a",    "Z9",   "/", "\"", "\\", "\n",
                                                             "\x01", "\x7f", "é", "漢", "😀",  " "};
        std::string result;
        for (size_t count = least + below(5); count > 0; --count) {
            result += pieces[below(pieces.size())];
        }
        return result;
    }

    std::vector<std::string> texts(size_t least = 0) {
        std::vector<std::string> result;
        for (size_t count = below(4); count > 0; --count) {
            result.push_back(text(least));
        }
        return result;
    }

    template <class Value, class Make> void maybe(std::optional<Value> &target, Make &&make) {
        if (yes()) {
            target = static_cast<Value>(make());
        }
    }

  private:
    std::mt19937_64 engine_;
};

// specs_resources.cpp
void fill_cgroup(spaces::CgroupSpec &cgroup, Chance &chance);
void fill_seccomp(spaces::SeccompSpec &seccomp, Chance &chance);

} // namespace support
