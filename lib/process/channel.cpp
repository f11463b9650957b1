// Channel: our end of the socket to the stage.
#include "process/channel.hpp"

#include "base/sys.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

namespace spaces {

namespace {

constexpr Doing moving{"channel", "", "move a descriptor out of the way"};

// None where none came, or this process has no number left for it.
Fd received_fd(const msghdr &message) noexcept {
    const cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == nullptr || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
        header->cmsg_len < CMSG_LEN(sizeof(int))) {
        return {};
    }
    int number = -1;
    std::memcpy(&number, CMSG_DATA(header), sizeof number);
    Fd fd(number);
    return number > 2 ? std::move(fd) : Fd(::fcntl(number, F_DUPFD_CLOEXEC, 3));
}

} // namespace

Channel Channel::open(const std::set<int> &taken, Fd &other) {
    int ends[2];
    sys("socketpair", ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends),
        {"channel", "", "make a socket pair to the new process"});
    Fd ours(ends[0]);
    other = Fd(ends[1]);
    other = out_of_the_way(std::move(other), taken, moving);
    return Channel(out_of_the_way(std::move(ours), {}, moving));
}

bool Channel::send(const void *data, size_t size) const noexcept {
    const auto *at = static_cast<const char *>(data);
    while (size != 0) {
        const ssize_t sent = ::send(fd_.get(), at, size, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent < 0) {
            return false;
        }
        at += sent;
        size -= static_cast<size_t>(sent);
    }
    return true;
}

size_t Channel::send_some(const void *data, size_t size) const noexcept {
    const ssize_t sent = ::send(fd_.get(), data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<size_t>(sent);
}

void Channel::wait_for_room(int timeout_ms) const noexcept {
    pollfd entry{fd_.get(), POLLOUT, 0};
    ::poll(&entry, 1, timeout_ms);
}

void Channel::wait_for_end(int timeout_ms) const noexcept {
    pollfd entry{fd_.get(), POLLRDHUP, 0};
    ::poll(&entry, 1, timeout_ms);
}

std::optional<Message> Channel::receive(int timeout_ms) const {
    // Also without a time: recvmsg's own waiting is disturbed by everything that the other side reads.
    pollfd entry{fd_.get(), POLLIN, 0};
    int ready;
    do {
        ready = ::poll(&entry, 1, timeout_ms);
    } while (ready < 0 && errno == EINTR && timeout_ms < 0);
    if (ready <= 0) {
        return {};
    }
    Message received{};
    iovec vector{&received.record, sizeof received.record};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    ssize_t got;
    do {
        got =
            ::recvmsg(fd_.get(), &message, (timeout_ms >= 0 ? MSG_DONTWAIT : MSG_WAITALL) | MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got != static_cast<ssize_t>(sizeof received.record)) {
        return {}; // also where a killed process left half a record
    }
    received.fd = received_fd(message);
    return received;
}

bool Channel::is_own() const noexcept {
    ucred maker{}; // its pid as the asking process' pid namespace has it
    socklen_t size = sizeof maker;
    return ::getsockopt(fd_.get(), SOL_SOCKET, SO_PEERCRED, &maker, &size) == 0 && maker.pid == ::getpid();
}

bool Channel::at_end() const noexcept {
    char byte;
    const ssize_t got = ::recv(fd_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

} // namespace spaces
