// A D-Bus client for one kind of call: see the D-Bus specification, "Message Protocol" and "Authentication
// Protocol".
#include "cgroup/dbus.hpp"

#include "base/sys.hpp"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace spaces::dbus {

namespace {

constexpr int answer_ms = 10'000;
constexpr uint32_t most_bytes = 1 << 20; // of a message that we read

enum MessageType : uint8_t { method_call = 1, method_return = 2, error_reply = 3 };
enum HeaderField : uint8_t {
    path_field = 1,
    interface_field,
    member_field,
    error_name_field,
    reply_serial_field,
    destination_field,
    sender_field,
    signature_field
};

constexpr uint32_t serial = 1;

uint32_t number_at(const std::vector<char> &bytes, size_t at) {
    uint32_t value = 0;
    if (at + sizeof value <= bytes.size()) {
        std::memcpy(&value, bytes.data() + at, sizeof value);
    }
    return value;
}

std::string text_at(const std::vector<char> &bytes, size_t at) {
    const uint32_t length = number_at(bytes, at);
    return at + 4 + length <= bytes.size() ? std::string(bytes.data() + at + 4, length) : std::string();
}

size_t aligned(size_t at, size_t alignment) {
    return (at + alignment - 1) / alignment * alignment;
}

struct Head {
    uint8_t type = 0;
    uint32_t reply_to = 0;
    std::string error_name;
    bool has_text = false; // the body begins with one
};

// The fields of the header: an array of (BYTE, VARIANT). Ours are of the types o, s, g and u.
Head read_fields(uint8_t type, const std::vector<char> &fields) {
    Head head{.type = type, .error_name = {}};
    for (size_t at = 0; at + 4 < fields.size();) {
        at = aligned(at, 8);
        const auto field = static_cast<uint8_t>(fields[at]);
        const char kind = at + 2 < fields.size() ? fields[at + 2] : '\0';
        at += 4; // the field's number, and the signature of its variant: length, letter, NUL
        if (kind == 'u') {
            head.reply_to = field == reply_serial_field ? number_at(fields, at) : head.reply_to;
            at += 4;
        } else if (kind == 's' || kind == 'o') {
            const std::string text = text_at(fields, at);
            if (field == error_name_field) {
                head.error_name = text;
            }
            at += 4 + text.size() + 1;
        } else if (kind == 'g' && at < fields.size()) {
            head.has_text = field == signature_field && fields[at] > 0 && fields[at + 1] == 's';
            at += 2 + static_cast<size_t>(fields[at]);
        } else {
            break;
        }
    }
    return head;
}

} // namespace

void Marshaller::number(uint32_t value) {
    align(4);
    const auto *bytes = reinterpret_cast<const char *>(&value);
    bytes_.insert(bytes_.end(), bytes, bytes + sizeof value);
}

void Marshaller::text(std::string_view value) {
    number(static_cast<uint32_t>(value.size()));
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    bytes_.push_back('\0');
}

void Marshaller::signature(std::string_view value) {
    bytes_.push_back(static_cast<char>(value.size()));
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    bytes_.push_back('\0');
}

size_t Marshaller::begin_array(size_t alignment) {
    number(0);
    const size_t length_at = bytes_.size() - 4;
    align(alignment);
    return length_at << 8 | (bytes_.size() - length_at - 4);
}

void Marshaller::end_array(size_t begun) {
    const size_t length_at = begun >> 8;
    const size_t padding = begun & 0xff;
    const auto length = static_cast<uint32_t>(bytes_.size() - length_at - 4 - padding);
    std::memcpy(bytes_.data() + length_at, &length, sizeof length);
}

Connection::Connection(const std::string &path) : path_(path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        fail("connect", ENAMETOOLONG, "reach");
    }
    std::copy(path.begin(), path.end(), address.sun_path);
    socket_ = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!socket_.is_open() ||
        ::connect(socket_.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
        fail("connect", errno, "reach");
    }
    authenticate();
}

void Connection::fail(const char *call, int error, const char *what) const {
    throw_system("cgroup", call, error, path_, std::string(what) + " systemd at " + quoted(path_));
}

void Connection::send(const void *data, size_t size) const {
    const auto *bytes = static_cast<const char *>(data);
    while (size != 0) {
        const ssize_t sent = ::send(socket_.get(), bytes, size, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            fail("send", errno, "ask");
        }
        if (sent > 0) {
            bytes += sent;
            size -= static_cast<size_t>(sent);
        }
    }
}

void Connection::receive(void *data, size_t size) const {
    auto *bytes = static_cast<char *>(data);
    while (size != 0) {
        pollfd entry{socket_.get(), POLLIN, 0};
        const int ready = ::poll(&entry, 1, answer_ms);
        if (ready < 0 && errno == EINTR) {
            continue;
        }
        if (ready <= 0) {
            fail("poll", ready < 0 ? errno : ETIMEDOUT, "hear from");
        }
        const ssize_t got = ::recv(socket_.get(), bytes, size, 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            fail("recv", got < 0 ? errno : ECONNRESET, "hear from");
        }
        bytes += got;
        size -= static_cast<size_t>(got);
    }
}

std::string Connection::receive_line() const {
    constexpr size_t longest = 512;
    std::string line;
    while (!line.ends_with("\r\n") && line.size() < longest) {
        char letter = '\0';
        receive(&letter, 1);
        line += letter;
    }
    return line;
}

// The kernel has told the other side who we are; this only names it, in hexadecimal digits.
void Connection::authenticate() {
    std::string line(1, '\0');
    line += "AUTH EXTERNAL ";
    for (const char digit : std::to_string(::geteuid())) {
        line += "3";
        line += digit;
    }
    line += "\r\n";
    send(line.data(), line.size());
    if (!receive_line().starts_with("OK ")) {
        fail("recv", EACCES, "be let in by");
    }
    constexpr std::string_view begin = "BEGIN\r\n";
    send(begin.data(), begin.size());
}

Reply Connection::call(const Method &method, const Marshaller &body) {
    Marshaller message;
    // Four bytes: the byte order, the type, no flags, the version of the protocol.
    message.number(uint32_t{'l'} | uint32_t{method_call} << 8 | uint32_t{1} << 24);
    message.number(static_cast<uint32_t>(body.bytes().size()));
    message.number(serial);
    const size_t fields = message.begin_array(8);
    const auto field = [&](HeaderField number, std::string_view kind, std::string_view value) {
        message.begin_struct();
        message.signature_field(number, kind);
        if (kind == "g") {
            message.signature(value);
        } else {
            message.text(value);
        }
    };
    field(path_field, "o", method.path);
    field(interface_field, "s", method.interface);
    field(member_field, "s", method.member);
    field(signature_field, "g", method.signature);
    message.end_array(fields);
    message.begin_struct(); // the body begins at a multiple of eight
    send(message.bytes().data(), message.bytes().size());
    send(body.bytes().data(), body.bytes().size());

    for (;;) {
        std::vector<char> start(16);
        receive(start.data(), start.size());
        const uint32_t body_size = number_at(start, 4);
        const uint32_t fields_size = number_at(start, 12);
        if (start[0] != 'l' || body_size > most_bytes || fields_size > most_bytes) {
            fail("recv", EPROTO, "understand");
        }
        std::vector<char> rest(aligned(fields_size, 8) + body_size);
        receive(rest.data(), rest.size());
        const std::vector<char> content(rest.begin() + static_cast<std::ptrdiff_t>(aligned(fields_size, 8)),
                                        rest.end());
        rest.resize(fields_size);
        const Head reply = read_fields(static_cast<uint8_t>(start[1]), rest);
        if (reply.reply_to != serial) {
            continue; // a signal
        }
        if (reply.type == error_reply) {
            return {reply.error_name, reply.has_text ? text_at(content, 0) : ""};
        }
        if (reply.type == method_return) {
            return {};
        }
    }
}

} // namespace spaces::dbus
