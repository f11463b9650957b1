// The descriptors that the program starts with.
#include "base/sys.hpp"
#include "plan/compilation.hpp"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <unistd.h>

namespace spaces {

namespace {

using plan::Op;

const char *stream_name(int stream) {
    constexpr std::array<const char *, 3> names{"stdin", "stdout", "stderr"};
    return names.at(static_cast<size_t>(stream));
}

Fd open_null() {
    return Fd(
        sys("open", ::open("/dev/null", O_RDWR | O_CLOEXEC), {"stdio", "/dev/null", "open \"/dev/null\""}));
}

Fd open_file(int stream, const StdioSpec &stdio) {
    const int flags = stream == 0 ? O_RDONLY : O_WRONLY | O_CREAT | (stdio.append ? O_APPEND : O_TRUNC);
    return Fd(sys("open", ::open(stdio.path.c_str(), flags | O_CLOEXEC | O_NOCTTY, 0666),
                  {"stdio", stdio.path, "open " + quoted(stdio.path) + " as " + stream_name(stream)}));
}

Fd open_pipe(Compilation &compilation, int stream) {
    int ends[2];
    sys("pipe2", ::pipe2(ends, O_CLOEXEC),
        {"stdio", stream_name(stream), std::string("make a pipe for ") + stream_name(stream)});
    Fd read_end(ends[0]);
    Fd write_end(ends[1]);
    Fd &ours = stream == 0 ? write_end : read_end;
    const int ours_number = ours.get();
    if (ours_number < 3) { // the caller runs with a closed standard stream
        ours = duplicate(ours_number, {"stdio", stream_name(stream), "move a descriptor out of the way"});
    }
    compilation.plan.stdio[stream] = std::move(ours);
    return stream == 0 ? std::move(read_end) : std::move(write_end);
}

void add_dup(Compilation &compilation, int fd, int target, const std::string &object,
             const std::string &what) {
    plan::Step &step = compilation.add(Op::dup, {"dup", object, what});
    step.fd = fd;
    step.number[0] = static_cast<uint64_t>(target);
}

void add_stream(Compilation &compilation, int stream) {
    const StdioSpec &stdio = compilation.spec.process.stdio[stream];
    const std::string name = stream_name(stream);
    Fd fd;
    std::string source;
    switch (stdio.kind) {
    case StdioSpec::Kind::inherit:
        return;
    case StdioSpec::Kind::merge_stdout:
        add_dup(compilation, STDOUT_FILENO, stream, name, "connect " + name + " to stdout");
        return;
    case StdioSpec::Kind::null:
        source = "\"/dev/null\"";
        fd = compilation.opens() ? open_null() : Fd();
        break;
    case StdioSpec::Kind::file:
        source = quoted(stdio.path);
        fd = compilation.opens() ? open_file(stream, stdio) : Fd();
        break;
    case StdioSpec::Kind::pipe:
        source = "a pipe";
        fd = compilation.opens() ? open_pipe(compilation, stream) : Fd();
        break;
    case StdioSpec::Kind::fd:
        source = "a descriptor";
        fd = compilation.opens()
                 ? duplicate(stdio.fd->get(), {"stdio", name, "duplicate the descriptor for " + name})
                 : Fd();
        break;
    }
    add_dup(compilation, compilation.adopt(std::move(fd)), stream, name, "connect " + name + " to " + source);
}

} // namespace

void reserve_targets(Compilation &compilation) {
    for (const auto &[target, fd] : compilation.spec.process.fds) {
        compilation.plan.targets.insert(target);
    }
}

void add_descriptors(Compilation &compilation) {
    const ProcessSpec &process = compilation.spec.process;
    if (process.terminal) {
        plan::Step &step = compilation.add(Op::terminal, {"terminal", "/dev/ptmx", "open a pseudoterminal"});
        step.number[0] = process.console_size ? process.console_size->rows : 0;
        step.number[1] = process.console_size ? process.console_size->columns : 0;
        step.number[2] = process.uid ? *process.uid : ~uint64_t{0}; // chown(2): -1 leaves it
    } else {
        for (int stream = 0; stream <= 2; ++stream) {
            add_stream(compilation, stream);
        }
    }
    for (const auto &[target, fd] : process.fds) {
        const std::string object = "descriptor " + std::to_string(target);
        Fd source = compilation.opens() ? duplicate(fd->get(), {"dup", object, "duplicate " + object}) : Fd();
        add_dup(compilation, compilation.adopt(std::move(source)), target, object, "pass on " + object);
    }
}

} // namespace spaces
