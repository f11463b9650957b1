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

Fd received_fd(const msghdr &message) {
    const cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == nullptr || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) {
        return {};
    }
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
    return out_of_the_way(Fd(fd), {}, moving);
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

std::optional<Message> Channel::receive(int timeout_ms) const {
    if (timeout_ms >= 0) {
        pollfd entry{fd_.get(), POLLIN, 0};
        if (::poll(&entry, 1, timeout_ms) <= 0) {
            return {};
        }
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
        got = ::recvmsg(fd_.get(), &message, MSG_WAITALL | MSG_CMSG_CLOEXEC);
    } while (got < 0 && errno == EINTR);
    if (got != static_cast<ssize_t>(sizeof received.record)) {
        return {}; // also where a killed process left half a record
    }
    received.fd = received_fd(message);
    return received;
}

bool Channel::at_end() const noexcept {
    char byte;
    const ssize_t got = ::recv(fd_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

} // namespace spaces
