// Channel: our end of the socket to the stage.
#pragma once

#include "base/fd.hpp"
#include "plan/format.hpp"

#include <cstddef>
#include <optional>
#include <set>

namespace spaces {

struct Message {
    plan::Record record;
    Fd fd; // that came with it; none where this process could have no more
};

class Channel {
  public:
    // A connected pair: ours, and `other` for the new process, whose number is none of `taken`.
    static Channel open(const std::set<int> &taken, Fd &other);
    explicit Channel(Fd fd) noexcept : fd_(std::move(fd)) {}

    // False: the other side has gone; what it has said can still be received.
    bool send(const void *data, size_t size) const noexcept;
    // As much as there is room for at once; how much that was.
    size_t send_some(const void *data, size_t size) const noexcept;
    // Returns when more can be sent, or after that time.
    void wait_for_room(int timeout_ms) const noexcept;
    // Returns when the other side has gone, or after that time.
    void wait_for_end(int timeout_ms) const noexcept;
    // Nothing: the other side has gone, or, where `timeout_ms` is not -1, has not said anything in that time.
    std::optional<Message> receive(int timeout_ms) const;
    bool at_end() const noexcept;
    // Whether this process has made it, and is no fork of the one that has.
    bool is_own() const noexcept;

    int get() const noexcept { return fd_.get(); }
    Fd release() noexcept { return std::move(fd_); }

  private:
    Fd fd_;
};

} // namespace spaces
