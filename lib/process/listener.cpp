// Handing the listener of a seccomp filter to the socket that the profile names, as OCI has it.
#include "process/listener.hpp"

#include "base/json.hpp"
#include "base/sys.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>

namespace spaces {

namespace {

constexpr std::string_view oci_version = "1.2.0";

Fd connect_to(const std::string &path) {
    const std::string what = "connect to the listener at " + quoted(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        throw_system("seccomp", "connect", ENAMETOOLONG, path, what);
    }
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    Fd socket(sys("socket", ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), {"seccomp", path, what}));
    int result;
    do {
        result = ::connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address);
    } while (result != 0 && errno == EINTR);
    if (result != 0) {
        throw_system("seccomp", "connect", errno, path, what,
                     errno == ENOENT || errno == ECONNREFUSED ? "start the program that answers the filter's "
                                                                "notifications before"
                                                              : "");
    }
    return socket;
}

std::string process_state(const PlannedFilter &filter, const ContainerState &state, pid_t program) {
    Json::Object annotations;
    for (const auto &[key, value] : state.annotations) {
        annotations.emplace_back(key, value);
    }
    Json::Object container{{"ociVersion", oci_version},
                           {"id", "spaces-" + std::to_string(program)},
                           {"status", "creating"},
                           {"pid", program},
                           {"bundle", state.bundle}};
    if (!annotations.empty()) {
        container.emplace_back("annotations", std::move(annotations));
    }
    Json::Object object{
        {"ociVersion", oci_version}, {"fds", Json::Array{Json("seccompFd")}}, {"pid", program}};
    if (!filter.listener_metadata.empty()) {
        object.emplace_back("metadata", filter.listener_metadata);
    }
    object.emplace_back("state", std::move(container));
    return to_text(std::move(object), BadUtf8::replace);
}

} // namespace

ContainerState state_of(const Spec &spec) {
    return {spec.root && !spec.root->path.empty() ? spec.root->path : "/", spec.annotations};
}

void send_listener(const PlannedFilter &filter, const ContainerState &state, pid_t program,
                   const Fd &listener) {
    const std::string &path = filter.listener_path;
    const Fd socket = connect_to(path);
    const std::string text = process_state(filter, state, program);
    iovec vector{const_cast<char *>(text.data()), text.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    const int number = listener.get();
    std::memcpy(CMSG_DATA(header), &number, sizeof number);
    ssize_t sent;
    do {
        sent = ::sendmsg(socket.get(), &message, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    sys("sendmsg", sent, {"seccomp", path, "send the listener to " + quoted(path)});
}

} // namespace spaces
