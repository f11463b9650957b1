// Deadline: until when something is waited for, in the milliseconds of poll(2).
#pragma once

#include <algorithm>
#include <chrono>

namespace spaces {

class Deadline {
  public:
    explicit Deadline(int timeout_ms) // negative: there is none
        : is_set_(timeout_ms >= 0), end_(Clock::now() + std::chrono::milliseconds(timeout_ms)) {}

    // Rounded up; -1: for ever.
    int left() const {
        if (!is_set_) {
            return -1;
        }
        const auto rest = std::chrono::ceil<std::chrono::milliseconds>(end_ - Clock::now()).count();
        return static_cast<int>(std::max<decltype(rest)>(rest, 0));
    }
    int left_of(int most_ms) const { return is_set_ ? std::min(left(), most_ms) : most_ms; }
    bool is_over() const { return left() == 0; }

  private:
    using Clock = std::chrono::steady_clock;

    bool is_set_;
    Clock::time_point end_;
};

} // namespace spaces
