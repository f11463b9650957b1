// The four functions that a compiler may call without being told to. Only in the stage: the library has
// libc's.
#include <stddef.h>

extern "C" {

void *memcpy(void *to, const void *from, size_t size) {
    auto *out = static_cast<char *>(to);
    const auto *in = static_cast<const char *>(from);
    while (size-- != 0) {
        *out++ = *in++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t size) {
    auto *out = static_cast<char *>(to);
    const auto *in = static_cast<const char *>(from);
    if (out < in) {
        return memcpy(to, from, size);
    }
    while (size-- != 0) {
        out[size] = in[size];
    }
    return to;
}

void *memset(void *to, int value, size_t size) {
    auto *out = static_cast<char *>(to);
    while (size-- != 0) {
        *out++ = static_cast<char>(value);
    }
    return to;
}

int memcmp(const void *left, const void *right, size_t size) {
    const auto *a = static_cast<const unsigned char *>(left);
    const auto *b = static_cast<const unsigned char *>(right);
    for (; size != 0; --size, ++a, ++b) {
        if (*a != *b) {
            return *a - *b;
        }
    }
    return 0;
}
}
