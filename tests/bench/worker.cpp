// Worker: a process of its own that measures on request.
#include "worker.hpp"

#include <cerrno>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace bench {

namespace {

// In ordinary pages: huge ones would make copying the page tables cheaper than it is for most programs.
void take_memory(size_t size) {
    void *memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        throw std::system_error(errno, std::generic_category(), "mmap");
    }
    ::madvise(memory, size, MADV_NOHUGEPAGE);
    const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
    for (size_t at = 0; at < size; at += page) {
        static_cast<volatile char *>(memory)[at] = 1;
    }
}

void serve(int socket, const std::function<double()> &run) {
    char request;
    while (::read(socket, &request, 1) == 1) {
        const double time = run();
        if (::write(socket, &time, sizeof time) != static_cast<ssize_t>(sizeof time)) {
            return;
        }
    }
}

} // namespace

Worker::Worker(size_t ballast, const std::function<double()> &run) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        throw std::system_error(errno, std::generic_category(), "socketpair");
    }
    pid_ = ::fork();
    if (pid_ == 0) {
        ::close(ends[0]);
        try {
            if (ballast != 0) {
                take_memory(ballast);
            }
            serve(ends[1], run);
        } catch (const std::exception &failure) {
            std::fprintf(stderr, "spaces-bench: %s\n", failure.what());
        }
        ::_exit(0);
    }
    ::close(ends[1]);
    socket_ = ends[0];
    if (pid_ < 0) {
        ::close(socket_);
        throw std::system_error(errno, std::generic_category(), "fork");
    }
}

Worker::~Worker() {
    ::close(socket_); // its sign to end
    ::waitpid(pid_, nullptr, 0);
}

double Worker::run() const {
    double time = 0;
    if (::write(socket_, "", 1) != 1 ||
        ::read(socket_, &time, sizeof time) != static_cast<ssize_t>(sizeof time)) {
        throw std::runtime_error("a process of the benchmark has ended");
    }
    return time;
}

} // namespace bench
