// A D-Bus client for one kind of call: a method of a service that is at the other end of a socket itself, as
// systemd is at its private one. No bus, no signals, no objects.
#pragma once

#include "base/fd.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spaces::dbus {

// The values of a message in the little-endian form of the D-Bus specification.
class Marshaller {
  public:
    void number(uint32_t value);
    void boolean(bool value) { number(value ? 1 : 0); }
    void text(std::string_view value);      // also an object path
    void signature(std::string_view value); // of a variant, before its value
    // The number of a header's field, and the signature of its value.
    void signature_field(uint8_t number, std::string_view kind) {
        bytes_.push_back(static_cast<char>(number));
        signature(kind);
    }
    // Elements follow until end(); `alignment` is theirs.
    size_t begin_array(size_t alignment);
    void end_array(size_t begun);
    void begin_struct() { align(8); }

    const std::vector<char> &bytes() const { return bytes_; }

  private:
    void align(size_t alignment) { bytes_.resize((bytes_.size() + alignment - 1) / alignment * alignment); }

    std::vector<char> bytes_;
};

struct Method {
    std::string_view path;
    std::string_view interface;
    std::string_view member;
    std::string_view signature; // of the body
};

// Empty, or the error of the service: "org.freedesktop.systemd1.UnitExists: …".
struct Reply {
    std::string error_name;
    std::string error_text;
};

class Connection {
  public:
    // Throws where nobody listens there, or refuses the user.
    explicit Connection(const std::string &path);
    Reply call(const Method &method, const Marshaller &body);

  private:
    void authenticate();
    void send(const void *data, size_t size) const;
    void receive(void *data, size_t size) const;
    std::string receive_line() const;
    [[noreturn]] void fail(const char *call, int error, const char *what) const;

    std::string path_;
    Fd socket_;
};

} // namespace spaces::dbus
