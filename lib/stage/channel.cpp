// The socket between the stage and its caller: records one way, single bytes the other.
#include "stage/context.hpp"

#include <linux/poll.h>
#include <linux/socket.h>
#include <stddef.h>

namespace spaces::stage {

namespace {

using plan::Call;
using plan::Record;
using plan::RecordKind;

constexpr int msg_nosignal = 0x4000;
constexpr int sol_socket = 1;
constexpr int scm_rights = 1;

// struct msghdr and cmsghdr as the kernel has them (no UAPI header does).
struct IoVector {
    const void *base;
    size_t length;
};
struct MessageHeader {
    void *name;
    int name_length;
    IoVector *vector;
    size_t vector_count;
    void *control;
    size_t control_length;
    unsigned flags;
};
struct FdMessage {
    size_t length;
    int level;
    int type;
    int fd;
};

long send_message(Context &context, const Record &record, FdMessage *rights) {
    IoVector vector{&record, sizeof record};
    MessageHeader message{};
    message.vector = &vector;
    message.vector_count = 1;
    if (rights != nullptr) {
        message.control = rights;
        message.control_length = sizeof *rights;
    }
    long sent;
    do {
        sent = sys(__NR_sendmsg, context.control, &message, msg_nosignal);
    } while (sent == -EINTR);
    return sent;
}

} // namespace

void send(Context &context, const Record &record) {
    // Without a reader there is nobody to tell: the next receive or the check before exec notices it.
    send_message(context, record, nullptr);
}

Outcome send_with_fd(Context &context, const Record &record, int fd) {
    FdMessage rights{offsetof(FdMessage, fd) + sizeof(int), sol_socket, scm_rights, fd};
    return check(Call::sendmsg, send_message(context, record, &rights));
}

bool receive_byte(Context &context) {
    char byte = 0;
    long got;
    do {
        got = sys(__NR_read, context.control, &byte, 1L);
    } while (got == -EINTR);
    return got == 1;
}

bool caller_has_gone(Context &context) {
    struct {
        int fd;
        short events;
        short revents;
    } entry{context.control, 0, 0};
    const long timeout[2] = {0, 0};
    return sys(__NR_ppoll, &entry, 1L, timeout, 0L, 0L) > 0 && (entry.revents & POLLHUP) != 0;
}

void fail(Context &context, const Outcome &outcome) {
    Record record{};
    record.kind = RecordKind::failed;
    record.call = outcome.call;
    record.note = outcome.note;
    record.index = context.index;
    record.error = outcome.error;
    if (outcome.text != nullptr) {
        copy_text(record.text, sizeof record.text, outcome.text);
    }
    if (context.is_mute) {
        context.progress->failure = record;
        context.progress->has_failed = true;
    } else {
        send(context, record);
    }
    context.progress->executing = false;
    if (!context.may_exit) {
        __builtin_trap();
    }
    exit_process(1);
}

void exit_process(int status) {
    sys(__NR_exit_group, status);
    sys(__NR_exit, status);
    __builtin_trap(); // its filter forbids even that
}

} // namespace spaces::stage
